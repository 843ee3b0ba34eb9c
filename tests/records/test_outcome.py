"""The nouns of what people are told."""

from __future__ import annotations

from dataclasses import replace

from medmon.records import Alarm, Finding

FINDING = Finding("d", "554321", "units_iu", 12.0, "at most 10", "Too much.", 0, score=0.4)
ALARM = Alarm(
    id="a", time_ns=0, phase="start", state="active", priority="high", kind="security",
    policy="dose-limit", title="t", action="a", subject="554321", reasons=(FINDING,),
    transmissions=(), evidence=(), first_ns=0, last_ns=0, count=1,
)  # fmt: skip


def test_an_alarm_scores_as_its_worst_reason() -> None:
    """People sort by score; the mean of a strong and a weak reason would hide the strong one."""
    worse = replace(FINDING, score=0.9)
    assert replace(ALARM, reasons=(FINDING, worse)).score == 0.9
    assert replace(ALARM, reasons=()).score == 0.0


def test_an_alarm_has_a_p_value_only_if_a_reason_is_calibrated() -> None:
    """None is honest; a made-up 1.0 would read as certainly harmless."""
    sure = replace(FINDING, p_value=0.001)
    likely = replace(FINDING, p_value=0.2)
    assert ALARM.p_value is None
    assert replace(ALARM, reasons=(FINDING, likely, sure)).p_value == 0.001
