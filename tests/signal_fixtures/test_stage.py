"""The stage: acts say things one after the other."""

from __future__ import annotations

from signal_fixtures.bed import Device, Meaning, Signal
from signal_fixtures.patient import Patient
from signal_fixtures.stage import Stage, World, generator
from signal_fixtures.waveform import ook

PUMP = Device(
    "pump", "pump", "554321", rssi_dbfs=-20.0, rssi_sd_db=2.0, cfo_hz=5_000.0, rise_us=9.0
)
CALL = Signal("medtronic", b"\xa7", b"\1" * 16_384, ook(16_384.0))
MEANING = Meaning("554321", "wakeup", "calls")


def _stage() -> Stage:
    return Stage(World({"pump": PUMP}, Patient(0), 1_000), generator(3, 1), 1_000, label="x")


def test_saying_and_pausing_take_time() -> None:
    """The second thing begins when the first has ended and the pause is over."""
    stage = _stage()
    stage.say(PUMP, CALL, MEANING)
    stage.pause(0.25)
    stage.say(PUMP, CALL, MEANING)
    assert [emission.time_ns for emission in stage.said] == [1_000, 1_000 + 1_250_000_000]
    assert {emission.label for emission in stage.said} == {"x"}


def test_an_emission_has_the_radio_of_its_sender_on_the_frequency_of_its_victim() -> None:
    """An attacker has its own offset, level and rise, but must meet the pump's channel."""
    mallory = Device("mallory", "attacker", rssi_dbfs=-10.0, cfo_hz=-9e3, rise_us=1.5)
    stage = _stage()
    stage.say(mallory, CALL, MEANING, on=PUMP)
    (emission,) = stage.said
    assert emission.freq_hz == 916.5e6
    assert abs(emission.cfo_hz + 9_000) < 150
    assert abs(emission.rssi_dbfs + 10) < 6
    assert (emission.sender, emission.rise_us) == ("mallory", 1.5)


def test_level_wanders_as_much_as_the_device_says() -> None:
    """Detectors calibrate on the spread, so it has to be the one asked for."""
    stage = _stage()
    for _ in range(2_000):
        stage.say(PUMP, CALL, MEANING)
    levels = [emission.rssi_dbfs for emission in stage.said]
    mean = sum(levels) / len(levels)
    spread = (sum((level - mean) ** 2 for level in levels) / len(levels)) ** 0.5
    assert abs(mean + 20) < 0.3
    assert abs(spread - 2.0) < 0.2


def test_counters_wrap_and_amounts_add_up() -> None:
    """Sequence numbers of four bits follow 15 with 0."""
    stage = _stage()
    assert [stage.step("pod.messages", modulo=3) for _ in range(4)] == [0, 1, 2, 0]
    stage.add("pump.delivered_iu", 1.5)
    assert stage.add("pump.delivered_iu", 2.0) == 3.5


def test_the_date_is_that_of_the_stage() -> None:
    """Pumps tell the time, and it should be the recording's."""
    stage = Stage(World({}, Patient(0)), generator(0), 1_795_424_400_900_000_000)
    assert stage.utc.isoformat() == "2026-11-23T09:00:00+00:00"


def test_generators_are_the_same_everywhere_and_differ_by_place() -> None:
    """The first draw of PCG64 is a fixed number; another would change every shipped recording."""
    first = int(generator(1, 2, 3).integers(1 << 32))
    assert first == int(generator(1, 2, 3).integers(1 << 32))
    assert first != int(generator(1, 2, 4).integers(1 << 32))
    assert first != int(generator(2, 2, 3).integers(1 << 32))
