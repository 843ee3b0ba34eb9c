"""The nouns of judgement."""

from __future__ import annotations

from dataclasses import fields

from medmon.records import Finding, Setting, Verdict


def test_nothing_is_limited_unless_somebody_said_so() -> None:
    """A limit that nobody set must not raise alarms."""
    setting = Setting()
    limits = [field.name for field in fields(Setting) if field.name.startswith("max_")]
    assert limits == ["max_bolus_iu", "max_basal_iu_per_h", "max_daily_iu"]
    assert all(getattr(setting, name) is None for name in limits)


def test_a_finding_is_certain_and_uncalibrated_unless_it_says_otherwise() -> None:
    """A plain rule has no probability; claiming one would be a lie."""
    finding = Finding("d", "554321", "units_iu", 12.0, "at most 10", "Too much.", 0)
    assert (finding.score, finding.p_value) == (1.0, None)


def test_verdicts_latch_unless_told_otherwise() -> None:
    """An attack that is over must not vanish from the screen before somebody saw it."""
    assert Verdict("p", "high", "security", "t", "a", "554321", 0, ()).latching
