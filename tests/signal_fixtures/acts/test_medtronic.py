"""A pump's sessions: who says what after whom."""

from __future__ import annotations

from itertools import pairwise

import pytest

from signal_fixtures.acts.medtronic import (
    PumpBolus,
    PumpMaxBolus,
    PumpSuspend,
    PumpTempBasal,
    ReadPump,
)
from signal_fixtures.bed import Device, Emission
from signal_fixtures.patient import Patient
from signal_fixtures.stage import Act, Stage, World, generator

PUMP = Device("pump", "pump", "123456")
CARELINK = Device("carelink", "programmer")


def _said(act: Act, world: World | None = None) -> list[Emission]:
    stage = Stage(world or World({"pump": PUMP, "carelink": CARELINK}, Patient(0)), generator(0), 0)
    act.play(stage)
    return stage.said


def _long(opcode_and_body: str, check: str) -> str:
    """A long packet of pump 123456: 71 bytes, zeros between body and check."""
    return f"a7123456{opcode_and_body}".ljust(140, "0") + check


@pytest.mark.parametrize(
    ("act", "packet"),
    [
        # Packets of LoopKit/MinimedKit's tests, as in the vectors medtronic_paradigm.json.
        (PumpBolus("pump", 1.1, wakeups=0), _long("4202002c", "fa")),
        (PumpBolus("pump", 1.475, wakeups=0), _long("4202003a", "c8")),
        (PumpTempBasal("pump", 1.1, 1_800, wakeups=0), _long("4c03002c01", "ce")),
        (PumpTempBasal("pump", 6.5, 9_000, wakeups=0), _long("4c03010405", "c4")),
        (PumpMaxBolus("pump", 6.4, wakeups=0), _long("41020040", "0c")),
    ],
)
def test_a_command_is_announced_acknowledged_given_and_acknowledged(act: Act, packet: str) -> None:
    """Short packet, ACK, long packet, ACK: the long one carries what the vectors say."""
    said = _said(act)
    assert [e.sender for e in said] == ["carelink", "pump", "carelink", "pump"]
    assert [len(e.signal.packet) for e in said] == [7, 7, 71, 7]
    assert said[2].signal.packet.hex() == packet
    assert said[0].signal.packet[4] == said[2].signal.packet[4]
    assert all(e.signal.packet[4] == 0x06 for e in said if e.sender == "pump")


def test_the_truth_carries_the_dose_that_can_be_programmed() -> None:
    """1.475 units become 1.45; a benchmark that expects 1.475 would call every decoder wrong."""
    said = _said(PumpBolus("pump", 1.475, wakeups=0))
    assert said[2].meaning.fields == {"units_iu": 1.45}
    assert said[2].meaning.command == "bolus"


@pytest.mark.parametrize(
    ("act", "parameter", "command"),
    [
        (PumpSuspend("pump", wakeups=0), 1, "suspend"),
        (PumpSuspend("pump", resume=True, wakeups=0), 0, "resume"),
    ],
)
def test_suspend_and_resume_differ_in_one_byte(act: Act, parameter: int, command: str) -> None:
    """01 suspends, 00 resumes (ecc1/medtronic suspend.go)."""
    order = _said(act)[2]
    assert order.signal.packet[4:7] == bytes([0x4D, 1, parameter])
    assert order.meaning.command == command


def test_a_session_opens_with_calls_an_answer_and_the_order_to_stay_awake() -> None:
    """Many short 5D, one ACK, a long 5D with ten minutes, one ACK."""
    said = _said(PumpBolus("pump", 1.0, wakeups=30))
    opcodes = [e.signal.packet[4] for e in said]
    assert opcodes == [0x5D] * 30 + [0x06, 0x5D, 0x06, 0x42, 0x06, 0x42, 0x06]
    assert said[31].signal.packet[5:8] == bytes([2, 1, 10])


def test_nobody_speaks_while_another_does() -> None:
    """Packets of one session never overlap."""
    said = _said(ReadPump("pump", wakeups=5))
    assert all(b.time_ns > a.end_ns for a, b in pairwise(said))


def test_reading_asks_and_gets_five_answers() -> None:
    """Clock, battery, reservoir, model and status; the reservoir falls with each bolus."""
    world = World({"pump": PUMP, "carelink": CARELINK}, Patient(0))
    before = _said(ReadPump("pump", wakeups=0), world)
    _said(PumpBolus("pump", 5.0, wakeups=0), world)
    after = _said(ReadPump("pump", wakeups=0), world)
    assert [e.signal.packet[4] for e in before[::2]] == [0x70, 0x72, 0x73, 0x8D, 0xCE]
    assert [len(e.signal.packet) for e in before] == [7, 71] * 5
    # Body 04 00 00 hh ll in strokes of 1/40 unit.
    levels = [int.from_bytes(said[5].signal.packet[8:10], "big") / 40 for said in (before, after)]
    assert levels == [180.0, 175.0]


def test_the_air_interface_is_that_of_the_vectors() -> None:
    """The first chips after preamble and sync of a wake-up, from ecc1/medtronic packet_test.go."""
    pump = Device("pump", "pump", "128986")
    world = World({"pump": pump, "carelink": CARELINK}, Patient(0))
    chips = _said(PumpBolus("pump", 1.0, wakeups=1), world)[0].signal.chips
    text = "".join(map(str, chips))
    assert f"{int('a96c726996a694d5552ce5', 16):088b}" in text
    assert text.startswith("10" * 64 + "1111111100000000" * 2)
