"""The judge: every policy's detector, what may be learned, and what is missing."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medmon.config import Config, config_from_text
from medmon.detect import (
    MAX_TICKS,
    SETTLE_NS,
    TICK_NS,
    Judge,
    Policy,
    policies_from_config,
    setting_from_config,
)
from medmon.records import Gap, Registered, Setting, Span, Transmission, Verdict

if TYPE_CHECKING:
    from tests.detect.conftest import Hear

WARD = """
[site]
timezone = "Europe/Paris"
[patient]
max_bolus_iu = 10
max_daily_iu = 60
min_bolus_interval_s = "15m"
quiet_hours = "22:30-06:00"
[[device]]
id = "123456"
protocol = "medtronic"
role = "pump"
name = "Anna's pump"
rssi_min_dbfs = -60.0
[[device]]
id = "C0FFEE"
protocol = "medtronic"
role = "programmer"
[[device]]
id = "0a0b0c"
protocol = "medtronic"
role = "sensor"
"""
SECOND_NS = 1_000_000_000


@cache
def _rules(text: str) -> tuple[tuple[Policy, ...], Setting]:
    config = config_from_text(text)
    return policies_from_config(config), setting_from_config(config)


def _judge(text: str = WARD) -> Judge:
    return Judge(*_rules(text))


def _told(verdicts: list[Verdict]) -> list[str]:
    return [verdict.policy for verdict in verdicts]


def _gap(start_ns: int, seconds: float) -> Gap:
    return Gap(Span("ward.cu8", 0, round(seconds * 1000)), start_ns, 1000.0, "test")


def test_setting_says_what_the_configuration_says() -> None:
    """Devices, limits and zone arrive unchanged; ids are in lower case."""
    setting = setting_from_config(config_from_text(WARD))
    assert setting.devices[:2] == (
        Registered("123456", "medtronic", "pump", None, "Anna's pump", -60.0, None),
        Registered("c0ffee", "medtronic", "programmer"),
    )
    assert (setting.timezone, setting.quiet_hours) == ("Europe/Paris", "22:30-06:00")
    assert (setting.max_bolus_iu, setting.max_daily_iu) == (10.0, 60.0)
    assert (setting.min_bolus_interval_s, setting.max_basal_iu_per_h) == (900.0, None)


def test_ordinary_day_is_quiet(hear: Hear) -> None:
    """Sensor every five minutes, three boluses with the registered programmer: no verdict."""
    judge = _judge()
    told = []
    for number in range(12 * 12):
        second = 8 * 3600.0 + 300 * number
        said = {"device": "0a0b0c", "role": "sensor", "fields": {"isig": 500 + number % 9}}
        told += judge.feed(hear(second, "sensor", **said))
        if number in (0, 50, 100):
            dose = {"units_iu": 2.0 + number / 100}
            told += judge.feed(hear(second + 60, "wakeup"))
            told += judge.feed(hear(second + 70, "bolus", fields={"announcement": True}))
            told += judge.feed(hear(second + 71, "bolus", fields=dose))
        told += judge.advance(hear(second + 100, "ack").time_ns)
    assert told == []


def test_attack_at_night(hear: Hear) -> None:
    """One forged bolus of 12 IU at 02:00: dose and hour are told, the worst as such."""
    judge = _judge()
    verdicts = judge.feed(hear("01:00", "bolus", fields={"units_iu": 12.0}))
    assert _told(verdicts) == ["dose-limit", "quiet-hours"]
    assert [verdict.priority for verdict in verdicts] == ["high", "medium"]
    assert {verdict.subject for verdict in verdicts} == {"123456"}
    assert verdicts[0].findings[0].text.startswith("A bolus of 12 IU was ordered from Anna's pump")
    assert judge.findings == tuple(f for verdict in verdicts for f in verdict.findings)


def test_stranger_without_a_programmer(hear: Hear) -> None:
    """Where nobody has a programmer, session and command are told, one row each."""
    judge = _judge(WARD.replace('"programmer"', '"meter"'))
    assert _told(judge.feed(hear("14:00", "wakeup"))) == ["foreign-contact"]
    assert _told(judge.feed(hear("14:00:10", "suspend"))) == [
        "foreign-session",
        "delivery-suspended",
    ]


def test_nothing_is_told_twice(hear: Hear) -> None:
    """Each of these is the business of exactly one row."""
    stranger = {"device": "999999"}
    remote = {"role": "remote", "direction": "from-device", "sequence": 1, **stranger}
    cases: list[tuple[Transmission, list[str]]] = [
        (hear("14:00", "bolus", **stranger), ["foreign-command"]),
        (hear("14:00", "status", **stranger, direction="from-device"), ["unknown-device"]),
        (hear("14:00", "button", **remote), ["foreign-remote"]),
        (hear("14:00", "settings", fields={"opcode_name": "set-max-bolus"}), ["limit-changed"]),
        (hear("14:00", "settings", fields={"opcode_name": "set-clock"}), ["settings-change"]),
    ]
    for transmission, told in cases:
        assert _told(_judge().feed(transmission)) == told


def test_weak_findings_are_kept_apart(hear: Hear) -> None:
    """The end of a temporary rate is no alarm, and -v still shows the finding."""
    judge = _judge()
    cancel = hear("14:00", "cancel", fields={"temp_basal_type": "absolute"})
    assert judge.feed(cancel) == []
    assert [finding.detector for finding in judge.findings] == ["suspend"]
    assert judge.feed(hear("14:01", "ack")) == []
    assert judge.findings == ()


def test_alarmed_traffic_is_not_learned(hear: Hear) -> None:
    """A value that came with an alarm of any row is not taken as normal by any other."""
    judge = _judge(WARD.replace("Paris", "London"))
    meter = {"device": "0a0b0c", "role": "sensor"}
    judge.feed(hear("08:00", "sensor", **meter, fields={"isig": 500}))
    # Too soon, so it is alarmed; its value is within what a body can.
    assert _told(judge.feed(hear("08:01", "sensor", **meter, fields={"isig": 650}))) == [
        "sensor-too-often"
    ]
    # From 500 it is too far, from 650 it would not be.
    verdicts = judge.feed(hear("08:05", "sensor", **meter, fields={"isig": 900}))
    assert _told(verdicts) == ["glucose-jump"]


def test_doses_are_remembered_although_alarmed(hear: Hear) -> None:
    """An alarmed dose is a fact: the next one adds to it."""
    judge = _judge()
    assert "dose-limit" in _told(judge.feed(hear("14:00", "bolus", fields={"units_iu": 19.0})))
    later = judge.feed(hear("14:16", "bolus", fields={"units_iu": 2.0}))
    assert _told(later) == ["stacked-dose"]


def test_damaged_packets_are_never_commands(hear: Hear) -> None:
    """A packet whose check failed raises nothing, whatever it seems to say."""
    judge = _judge()
    for number in range(100):
        bolus = hear(float(number), "bolus", integrity="failed", fields={"units_iu": 99.0})
        assert judge.feed(bolus) == []
    assert judge.findings == ()


def test_same_record_twice_is_one(hear: Hear) -> None:
    """A records file that was joined with itself does not double the doses."""
    judge = _judge()
    bolus = hear("14:00", "bolus", fields={"units_iu": 6.0})
    assert judge.feed(bolus) == []
    assert judge.feed(bolus) == []
    assert judge.findings == ()


def test_ids_are_remembered_for_a_while_only(hear: Hear) -> None:
    """The list of judged ids is bounded."""
    judge = _judge()
    first = hear(0.0, "bolus", fields={"units_iu": 12.0})
    assert judge.feed(first)
    for number in range(4096):
        judge.feed(hear(1.0 + number, "ack"))
    assert judge.feed(first)


def test_silent_sensor_is_noticed_without_traffic(hear: Hear) -> None:
    """Nothing more is heard at all: `advance` alone notices, at a fixed time."""
    judge = _judge()
    heard = hear("08:00", "sensor", device="0a0b0c", role="sensor")
    judge.feed(heard)
    due_ns = heard.time_ns + 990 * SECOND_NS
    told = [v for s in range(0, 1200, 7) for v in judge.advance(heard.time_ns + s * SECOND_NS)]
    assert set(_told(told)) == {"sensor-silent"}
    assert 0 < told[0].time_ns - due_ns <= TICK_NS
    assert {verdict.subject for verdict in told} == {"0a0b0c"}
    assert told[0].kind == "technical"


def test_silence_is_noticed_when_it_ends(hear: Hear) -> None:
    """A replay of records has no clock: the silence is told when the next record comes."""
    judge = _judge()
    judge.feed(hear("08:00", "sensor", device="0a0b0c", role="sensor"))
    verdicts = judge.feed(hear("09:00", "sensor", device="0a0b0c", role="sensor"))
    assert set(_told(verdicts)) == {"sensor-silent"}
    times = [verdict.time_ns for verdict in verdicts]
    assert times == sorted(times)
    # Overdue after 990 s: at 1020 s, 1050 s and so on, and no more at 3600 s.
    assert len(times) == len(range(1020, 3600, 30))


def test_gap_is_not_the_sensors_fault(hear: Hear) -> None:
    """Twenty minutes of lost samples: the monitor is in trouble, the sensor is not."""
    judge = _judge()
    heard = hear("08:00", "sensor", device="0a0b0c", role="sensor")
    judge.feed(heard)
    assert judge.feed(_gap(heard.time_ns + 60 * SECOND_NS, 1200.0)) == []
    told = judge.advance(heard.time_ns + 1400 * SECOND_NS)
    assert set(_told(told)) == {"monitor-deaf"}


@pytest.mark.parametrize("step_s", [1.0, 13.0, 59.0, 600.0])
def test_verdicts_do_not_depend_on_how_time_is_cut(hear: Hear, step_s: float) -> None:
    """However often time is told, live and replay give the same verdicts at the same times."""
    sensor = {"device": "0a0b0c", "role": "sensor"}
    items: list[tuple[float, Transmission | Gap]] = [
        (0.0, hear(0.0, "sensor", **sensor)),
        (1500.0, hear(1500.0, "sensor", **sensor)),
        (1560.0, hear(1560.0, "bolus", fields={"units_iu": 11.0})),
        (1700.0, _gap(hear(1700.0, "ack").time_ns, 8.0)),
        (4000.0, hear(4000.0, "sensor", **sensor)),
    ]
    without, live = _judge(), _judge()
    expected = [verdict for _, item in items for verdict in without.feed(item)]
    given, second = [], 0.0
    for until, item in items:
        # A record comes out of protocols some seconds after it was heard.
        while second < until + 10.0:
            given += live.advance(hear(second, "ack").time_ns)
            second += step_s
        given += live.feed(item)
    assert given == expected
    assert {"sensor-silent", "dose-limit", "monitor-deaf"} <= set(_told(given))


def test_a_new_clock_starts_anew(hear: Hear) -> None:
    """A clock set back by a year does not stop the watch over deadlines."""
    judge = _judge()
    judge.feed(hear("2027-11-23T08:00", "ack"))
    heard = hear("2026-11-23T08:00", "sensor", device="0a0b0c", role="sensor")
    judge.feed(heard)
    assert judge.advance(heard.time_ns + 1100 * SECOND_NS)


@pytest.mark.parametrize("start", ["1970-01-01T00:00:01", "2026-11-16T08:00"])
def test_a_jump_costs_a_day_and_hides_no_silence(hear: Hear, start: str) -> None:
    """After a jump the silent sensor is told for the latest day, up to now, and no further back."""
    judge = _judge()
    judge.feed(hear(start, "ack"))
    now_ns = hear("08:00", "ack").time_ns
    told = judge.advance(now_ns + SETTLE_NS + 1)
    assert set(_told(told)) == {"sensor-silent"}
    assert len(told) == MAX_TICKS == 24 * 60 * 2
    assert (told[0].time_ns, told[-1].time_ns) == (now_ns - 86_370 * SECOND_NS, now_ns)


def test_the_watch_goes_on_after_a_jump(hear: Hear) -> None:
    """Each deadline after a jump is looked at once: a sensor heard again is missed again."""
    judge = _judge()
    judge.feed(hear("2026-11-16T08:00", "ack"))
    heard = hear("08:00", "sensor", device="0a0b0c", role="sensor")
    assert judge.feed(heard)
    # Three reports of five minutes and 90 s are 990 s; the grid says so at 1020 s.
    assert judge.advance(heard.time_ns + 990 * SECOND_NS + SETTLE_NS) == []
    assert _told(judge.advance(heard.time_ns + 1021 * SECOND_NS + SETTLE_NS)) == ["sensor-silent"]


@pytest.mark.parametrize("hours", [1, 23])
def test_a_jump_within_a_day_skips_nothing(hear: Hear, hours: int) -> None:
    """An hour or a night without records: silence is told from the first deadline it breaks."""
    judge = _judge()
    heard = hear("08:00", "sensor", device="0a0b0c", role="sensor")
    judge.feed(heard)
    told = judge.advance(heard.time_ns + 3600 * hours * SECOND_NS)
    assert told[0].time_ns == heard.time_ns + 1020 * SECOND_NS


def test_memory_survives_a_restart(hear: Hear) -> None:
    """A monitor that is restarted still knows the doses of the day."""
    before, after = _judge(), _judge()
    before.feed(hear("14:00", "bolus", fields={"units_iu": 10.0}))
    after.restore(json.loads(json.dumps(before.state())))
    assert after.state() == before.state()
    later = hear("14:10", "bolus", fields={"units_iu": 9.0})
    assert _told(after.feed(later)) == _told(before.feed(later)) == ["bolus-interval"]


def test_memory_of_another_shape_is_refused() -> None:
    """A damaged memory names the row it belongs to."""
    with pytest.raises(ValueError, match="dose-limit: expected a table, found int"):
        _judge().restore({"dose-limit": 5})


def test_flush_has_nothing_to_add(hear: Hear) -> None:
    """Every verdict is given at once; the end of a stream adds none."""
    judge = _judge()
    judge.feed(hear("14:00", "bolus", fields={"units_iu": 12.0}))
    assert judge.flush() == []
    assert judge.findings == ()


def test_judge_without_policies(hear: Hear) -> None:
    """A site that switched everything off gets nothing, and no error."""
    judge = Judge((), Setting())
    assert judge.feed(hear("14:00", "bolus", fields={"units_iu": 99.0})) == []
    assert judge.advance(2**62) == []


def test_settle_is_shorter_than_anybodys_patience() -> None:
    """Deadlines wait for late records, but not for minutes."""
    assert 0 < SETTLE_NS <= 60 * SECOND_NS


@settings(max_examples=50, deadline=None)
@given(
    shift_s=st.integers(-(10**8), 10**9),
    doses=st.lists(st.tuples(st.integers(1, 3000), st.floats(0.05, 30)), min_size=1, max_size=8),
)
def test_same_story_at_another_time(
    hear: Hear, shift_s: int, doses: list[tuple[int, float]]
) -> None:
    """Apart from quiet hours it does not matter when something happens, only in what order."""
    text = WARD.replace('quiet_hours = "22:30-06:00"', "")
    told: list[list[Any]] = []
    for shift in (0, shift_s * TICK_NS):
        judge, second, verdicts = _judge(text), 0.0, []
        for wait, units_iu in doses:
            second += wait
            heard = hear(second, "bolus", fields={"units_iu": units_iu})
            moved = _moved(heard, shift)
            verdicts += judge.feed(moved)
        told.append([(v.policy, v.time_ns - shift, v.findings[0].score) for v in verdicts])
    assert told[0] == told[1]


def _moved(transmission: Transmission, shift_ns: int) -> Transmission:
    return Transmission(
        id=transmission.id,
        span=transmission.span,
        time_ns=transmission.time_ns + shift_ns,
        radio=transmission.radio,
        protocol=transmission.protocol,
        integrity=transmission.integrity,
        raw=transmission.raw,
        message=transmission.message,
    )


def test_default_policies_need_no_configuration(hear: Hear) -> None:
    """Without any configuration a command is at least foreign."""
    judge = Judge(policies_from_config(Config()), Setting())
    assert "foreign-command" in _told(judge.feed(hear("14:00", "bolus", fields={"units_iu": 1.0})))
