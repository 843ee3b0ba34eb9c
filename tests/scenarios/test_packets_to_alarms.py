"""Real packets of an independent builder in, verdicts of the shipped policies out.

The way is that of a bed: decoder, conversation, judge, and once more over the JSON record, as a
replay of records takes it. What each order deserves alone it must also deserve in company.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medmon.config import config_from_text
from medmon.detect import Judge, Policy, policies_from_config, setting_from_config
from medmon.plugins import load
from medmon.protocols import Reader
from medmon.records import Burst, Frame, Radio, Setting, Span, Transmission
from medmon.wire import line_from_record, transmission_from_line
from signal_fixtures.crc import crc8_omnipod
from signal_fixtures.devices import omnipod as pod
from signal_fixtures.devices import omnipod_blocks as blocks
from signal_fixtures.devices import omnipod_insulin as insulin
from signal_fixtures.devices.medtronic_pump import Paradigm

POD, PUMP = "1f014828", Paradigm("350535")
BED = f"""
[site]
timezone = "UTC"
[[device]]
id = "{POD}"
protocol = "omnipod"
role = "pump"
[[device]]
id = "350535"
protocol = "medtronic"
role = "pump"
[[device]]
id = "777777"
protocol = "medtronic"
role = "programmer"
[patient]
max_bolus_iu = 5
max_basal_iu_per_h = 3
max_daily_iu = 60
min_bolus_interval_s = 1800
"""
START_NS = 1_700_000_000_000_000_000
HOUR_S = 3_600
DAY = [(1.0, 48)]
Body = Sequence[bytes]


@cache
def _rules() -> tuple[tuple[Policy, ...], Setting]:
    config = config_from_text(BED)
    return policies_from_config(config), setting_from_config(config)


def _heard(packets: Sequence[tuple[float, str, bytes]]) -> list[Transmission]:
    """Let packets arrive at their seconds, each whole."""
    reader = Reader([load("protocols", name) for name in ("medtronic", "omnipod")])
    found = []
    for second, protocol, data in packets:
        time_ns = START_NS + round(second * 1e9)
        radio = Radio(433.92e6, 0.0, 8e4, -40.0, 25.0, -65.0, 20_000.0)
        frame = Frame(protocol, data, 8 * len(data))
        span = Span("bed.cu8", round(second * 1e6), 20_000)
        found += reader.feed(Burst(span, time_ns, radio, (frame,)))
    return found + reader.flush()


def _judged(transmissions: Sequence[Transmission]) -> list[str]:
    judge = Judge(*_rules())
    verdicts = [verdict for heard in transmissions for verdict in judge.feed(heard)]
    return [f"{verdict.policy} {verdict.priority}" for verdict in verdicts]


def _alarms(packets: Sequence[tuple[float, str, bytes]]) -> set[str]:
    """Judge what arrives, and hold that a replay of its records says the same."""
    heard = _heard(packets)
    lines = [json.loads(json.dumps(line_from_record(one))) for one in heard]
    verdicts = _judged(heard)
    assert _judged([transmission_from_line(line) for line in lines]) == verdicts
    return set(verdicts)


def _sent(body: Body, second: float = 0.0, sequence: int = 0) -> list[tuple[float, str, bytes]]:
    """Cut a message of the handheld into its packets, 80 ms apart."""
    packets = pod.packets_of(pod.message(POD, sequence, *body), "PDM", sequence)
    return [(second + 0.08 * n, "omnipod", data) for n, data in enumerate(packets)]


STOP, END = insulin.cancel(7, "all"), blocks.deactivate(7)
ALERT_OFF = blocks.configure_alerts(7, [blocks.Alert(4, is_active=False)])
FAST = insulin.temp_basal(7, 30.0, 1_800)
NOTHING_IU = insulin.bolus(1, 0.0)


@pytest.mark.parametrize("rider", [(STOP,), (END,), (ALERT_OFF,), FAST, insulin.bolus(7, 25.0)])
@pytest.mark.parametrize(
    "harmless",
    [
        NOTHING_IU,
        NOTHING_IU[1:],
        insulin.bolus(1, 0.05),
        insulin.temp_basal(1, 1.0, 1_800),
        (insulin.cancel(1, "temp-basal"),),
        (blocks.configure_beeps(0),),
        (blocks.acknowledge_alerts(1, 8),),
        (blocks.get_status(),),
    ],
)
def test_an_order_is_judged_in_company_as_alone(harmless: Body, rider: Body) -> None:
    """A pod obeys every block, so an attacker must not hide one behind another."""
    alone = _alarms(_sent(rider))
    assert alone
    assert alone <= _alarms(_sent([*harmless, *rider]))
    # Of a rate that is ended or replaced in the same breath nothing flows, so it adds nothing up.
    assert alone - {"stacked-dose high"} <= _alarms(_sent([*rider, *harmless]))


def test_what_riders_deserve() -> None:
    """Each of the attacks that were silent once, by name."""
    assert _alarms(_sent([*NOTHING_IU, STOP])) == {"delivery-suspended medium"}
    assert _alarms(_sent([NOTHING_IU[1], END])) == {
        "delivery-suspended medium",
        "forged-command high",  # a timing without its table
    }
    assert _alarms(_sent([*insulin.bolus(1, 0.05), *FAST])) == {
        "dose-limit high",
        "stacked-dose high",
    }
    beeps, cancel = blocks.configure_beeps(0), insulin.cancel(1, "temp-basal")
    assert _alarms(_sent([beeps, ALERT_OFF])) == {"settings-change medium"}
    assert _alarms(_sent([cancel, ALERT_OFF])) == {"settings-change medium"}


@pytest.mark.parametrize(
    "body",
    [
        insulin.bolus(1, 2.6),
        insulin.bolus(1, 1.0, extended_iu=3.0, extended_s=2 * HOUR_S),
        insulin.temp_basal(1, 2.95, 1_800),
        insulin.temp_basal(1, 0.0, 1_800),
        insulin.temp_basal(1, 0.0, 2 * HOUR_S),
        insulin.temp_basal(1, 1.0, 12 * HOUR_S),
        (insulin.cancel(1, "temp-basal"), *insulin.temp_basal(2, 1.35, 5 * 1_800)),
        (insulin.cancel(1, "bolus"), *insulin.bolus(2, 1.5)),
        (insulin.cancel(1, "temp-basal"), blocks.get_status()),
        (blocks.acknowledge_alerts(1, 8), blocks.get_status()),
    ],
)
def test_what_a_handheld_says_all_day_is_no_alarm(body: Body) -> None:
    """Tables and timings agree, combined blocks are ordinary, loops set rates of nothing."""
    assert _alarms(_sent(body)) == set()


def test_a_new_schedule_is_no_stop() -> None:
    """A handheld that stops delivery to set another schedule in one message changes a setting."""
    body = [insulin.cancel(1, "all"), *insulin.basal_schedule(1, DAY, 3_600)]
    assert _alarms(_sent(body)) == {"settings-change medium"}


@settings(deadline=None, max_examples=60)
@given(
    pulses=st.lists(st.integers(1, 60), min_size=1, max_size=9),
    second_of_day=st.integers(0, 86_399),
    temp=st.tuples(st.integers(0, 60), st.integers(1, 4)),
    bolus=st.tuples(st.integers(0, 60), st.integers(0, 40), st.integers(1, 16)),
)
def test_genuine_orders_never_contradict_themselves(
    pulses: list[int], second_of_day: int, temp: tuple[int, int], bolus: tuple[int, int, int]
) -> None:
    """Whatever rates and doses a person chooses, the two halves of the order agree."""
    length = 48 // len(pulses)
    runs = [(count / 20, length) for count in pulses[:-1]]
    runs.append((pulses[-1] / 20, 48 - length * len(runs)))
    now, later, half_hours = bolus
    for body in (
        insulin.basal_schedule(1, runs, second_of_day),
        insulin.temp_basal(1, temp[0] / 20, temp[1] * 1_800),
        insulin.bolus(1, now / 20, extended_iu=later / 20, extended_s=half_hours * 1_800),
    ):
        assert not {alarm for alarm in _alarms(_sent(body)) if alarm.startswith("forged")}


@pytest.mark.parametrize(
    "body",
    [
        (insulin.temp_basal(1, 30.0, HOUR_S)[0], insulin.temp_basal(1, 0.5, HOUR_S)[1]),
        (insulin.temp_basal(1, 0.5, HOUR_S)[0], insulin.temp_basal(1, 30.0, HOUR_S)[1]),
        insulin.temp_basal(1, 30.0, HOUR_S)[:1],
        (
            insulin.basal_schedule(1, [(30.0, 48)], 0)[0],
            insulin.basal_schedule(1, [(0.5, 48)], 0)[1],
        ),
        (
            insulin.temp_basal(1, 30.0, HOUR_S)[0],
            blocks.block(0x16, bytes(2) + bytes.fromhex("1770 00000000 1770 00000000")),
        ),
        # A header of 600 pulses over a table and a timing of 20.
        (insulin.insulin_schedule(1, 2, (1, 600 * 16, 600), [20]), insulin.bolus(1, 1.0)[1]),
    ],
)
def test_the_larger_of_two_claims_counts(body: Body) -> None:
    """An order that says 30 units in one half and little in the other is forged, and too much."""
    assert {"dose-limit high", "forged-command high"} <= _alarms(_sent(body))


def test_insulin_that_is_starved_away_is_a_stop() -> None:
    """Twelve hours of nothing harm like a suspend; a loop's half hour does not."""
    hours = {"delivery-suspended medium"}
    assert _alarms(_sent(insulin.temp_basal(1, 0.0, 12 * HOUR_S))) == hours
    assert _alarms([(0.0, "medtronic", PUMP.temp_basal(0.0, 24 * HOUR_S))]) == hours
    assert _alarms([(0.0, "medtronic", PUMP.temp_basal_percent(0, 24 * HOUR_S))]) == hours
    assert _alarms([(0.0, "medtronic", PUMP.temp_basal(0.0, 1_800))]) == set()


def test_a_rate_that_cannot_be_read_is_not_a_low_one() -> None:
    """A temporary rate with one parameter too many may be any rate."""
    odd = PUMP.long(0x4C, bytes([0, 0xFF, 0xFF, 48]))
    assert _alarms([(0.0, "medtronic", odd)]) == {"dose-limit high"}
    assert _alarms(_sent([insulin.bolus(1, 1.0)[0], blocks.block(0x17, bytes(12))])) == {
        "forged-command high"
    }
    assert _alarms(_sent([blocks.block(0x17, bytes(12))])) == {"dose-limit high"}


def test_a_high_rate_late_in_a_long_schedule_is_seen() -> None:
    """The 30th of 48 entries asks for 20 IU/h; it stands in the second packet."""
    rates = [800 if n == 29 else 40 for n in range(48)]
    entries = b"".join(rate.to_bytes(2, "little") + bytes([n]) for n, rate in enumerate(rates))
    frames = [PUMP.long(0x6F, entries[64 * n : 64 * n + 64], first=n + 1) for n in range(3)]
    packets = [(float(n), "medtronic", frame) for n, frame in enumerate(frames)]
    assert "dose-limit high" in _alarms(packets)
    assert "dose-limit high" not in _alarms([packets[0], packets[2]])


def _forged(first: bytes, count: int) -> list[bytes]:
    """Make first packets that differ from one in a byte of the timing, their CRC8 good."""
    found = []
    for number in range(count):
        spoilt = bytearray(first[:-1])
        spoilt[-1] ^= number + 1
        found.append(bytes(spoilt) + bytes([crc8_omnipod(bytes(spoilt))]))
    return found


@pytest.mark.parametrize("count", [1, 4, 60])
def test_forged_first_packets_hide_no_bolus(count: int) -> None:
    """25 IU in two packets, with others between them that a pod would not take."""
    (_, _, first), (_, _, rest) = _sent(insulin.bolus(1, 25.0))
    said = [first, *_forged(first, count), rest]
    alarms = _alarms([(0.017 * n, "omnipod", data) for n, data in enumerate(said)])
    assert {"dose-limit high", "stacked-dose high"} <= alarms


def test_an_order_whose_end_is_missing_is_not_silent() -> None:
    """25 IU without their second packet: perhaps the pod has heard it. So with a jammed one."""
    (first, rest) = _sent(insulin.bolus(1, 25.0))
    assert _alarms([first]) == {"hidden-order medium", "unfinished-order low"}
    late = (5.0, "omnipod", rest[2])
    assert _alarms([first, late]) == {"hidden-order medium", "unfinished-order low"}
    (small, _) = _sent(insulin.bolus(1, 1.0))
    assert _alarms([small]) == {"unfinished-order low"}
    (stop, *_) = _sent([blocks.configure_beeps(0), STOP, *insulin.bolus(1, 1.0)])
    assert _alarms([stop]) == {"hidden-order medium", "unfinished-order low"}


def test_a_neighbours_unfinished_order_is_none_of_ours() -> None:
    """Half a message to another pod says nothing about this patient."""
    text = pod.message("1f0aaaaa", 0, *insulin.bolus(1, 25.0))
    first = pod.packets_of(text, "PDM", 0)[0]
    assert _alarms([(0.0, "omnipod", first)]) == set()
