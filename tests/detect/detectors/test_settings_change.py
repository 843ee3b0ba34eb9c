"""Settings changed by radio."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from medmon.records import Command, Registered, Setting

if TYPE_CHECKING:
    from tests.detect.conftest import Tell

NAME = "settings-change"


@pytest.mark.parametrize(
    ("command", "fields", "setting", "score"),
    [
        ("settings", {"opcode_name": "set-max-bolus"}, "set-max-bolus", 1.0),
        ("settings", {"opcode_name": "set-max-basal"}, "set-max-basal", 1.0),
        ("pair", {"opcode_name": "set-remote-id"}, "set-remote-id", 1.0),
        ("basal-schedule", {"opcode_name": "set-basal-rates"}, "set-basal-rates", 0.8),
        ("settings", {"opcode_name": "set-clock"}, "set-clock", 0.6),
        ("settings", {"opcode_name": "set-auto-off"}, "set-auto-off", 0.5),
        ("settings", {"blocks": ("configure-alerts",)}, "configure-alerts", 0.5),
        ("settings", {"blocks": ("acknowledge-alerts",)}, "acknowledge-alerts", 0.2),
        ("basal-schedule", {"blocks": ("insulin-schedule",)}, "basal-schedule", 0.8),
        ("pair", {"blocks": ("assign-address",)}, "pair", 0.4),
        ("settings", {}, "settings", 0.5),
    ],
)
def test_weight_of_a_setting(
    tell: Tell,
    command: Command,
    fields: dict[str, Any],
    setting: str,
    score: float,
) -> None:
    """A raised limit prepares an overdose; an acknowledged beep prepares nothing."""
    (finding,) = tell(NAME).at("14:05", command, **fields)
    assert (finding.feature, finding.value, finding.score) == ("setting", setting, score)


def test_new_limit_is_told(tell: Tell) -> None:
    """A nurse reads the new limit and what the patient's own is."""
    setting = Setting(devices=(Registered("123456", "medtronic", "pump"),), max_bolus_iu=10.0)
    (finding,) = tell(NAME, setting).at(
        "14:05", "settings", opcode_name="set-max-bolus", max_bolus_iu=25.0
    )
    assert finding.text == ("A setting of pump 123456 was changed by radio (set max bolus: 25 IU).")
    assert finding.expected == "the patient's limit of 10"


def test_ignored_settings(tell: Tell) -> None:
    """A site whose programmer sets the clock each night can leave that out."""
    story = tell(NAME, ignore=("set-clock",))
    assert not story.at("14:05", "settings", opcode_name="set-clock")
    assert story.at("14:06", "settings", opcode_name="set-auto-off")


def test_what_is_no_change(tell: Tell) -> None:
    """Announcements, answers, reads, neighbours and damaged packets change nothing here."""
    story = tell(NAME)
    assert not story.at("14:05", "settings", announcement=True)
    assert not story.at("14:06", "settings", heard={"direction": "from-device"})
    assert not story.at("14:07", "read", opcode_name="settings")
    assert not story.at("14:08", "settings", heard={"device": "999999"})
    assert not story.at("14:09", "settings", heard={"integrity": "failed"})


def test_setting_that_rides_on_another_order(tell: Tell) -> None:
    """A warning switched off behind a beep or a cancel is switched off all the same."""
    alerts = ("settings", ("blocks", ("configure-alerts",)))
    beeps = ("settings", ("blocks", ("configure-beeps",)))
    cancel = ("cancel", ("cancels", ("temp-basal",)))
    for first, command in ((beeps, "settings"), (cancel, "cancel")):
        heard: Command = "settings" if command == "settings" else "cancel"
        blocks = ("configure-beeps", "configure-alerts")
        found = tell(NAME).at("14:05", heard, blocks=blocks, orders=(first, alerts))
        assert ("configure-alerts", 0.5) in [(f.value, f.score) for f in found]
