"""Commands that contradict themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from medmon.records import Neighbour, Setting

if TYPE_CHECKING:
    from tests.detect.conftest import Tell

NAME = "contradiction"


@pytest.mark.parametrize("field", ["is_dose_consistent", "is_checksum_ok"])
def test_parts_that_do_not_agree(tell: Tell, field: str) -> None:
    """A bolus whose two blocks differ, or whose table fails its checksum, was built by hand."""
    fields: dict[str, Any] = {field: False, "units_iu": 2.0}
    (finding,) = tell(NAME).at("14:05", "bolus", **fields)
    assert (finding.feature, finding.value, finding.score) == (field, "false", 1.0)


def test_parts_that_agree(tell: Tell) -> None:
    """A genuine command passes; other truth values are no checks of itself."""
    story = tell(NAME)
    fields: dict[str, Any] = {
        "is_dose_consistent": True,
        "is_checksum_ok": True,
        "is_followed": False,
    }
    assert not story.at("14:05", "bolus", **fields, has_accept_beep=False)


def test_only_commands_are_judged(tell: Tell) -> None:
    """Answers and damaged packets are not commands."""
    story = tell(NAME)
    answer = {"direction": "from-device"}
    assert not story.at("14:05", "bolus", heard=answer, is_checksum_ok=False)
    assert not story.at("14:06", "bolus", heard={"integrity": "failed"}, is_checksum_ok=False)


def test_every_order_of_a_message_is_looked_at(tell: Tell) -> None:
    """An honest bolus in front does not hide a forged rate behind it."""
    orders = (
        ("bolus", ("is_dose_consistent", True)),
        ("temp-basal", ("is_dose_consistent", False)),
    )
    (finding,) = tell(NAME).at("14:05", "bolus", is_dose_consistent=True, orders=orders)
    assert "temp-basal command" in finding.text


def test_a_neighbours_pump_is_left_alone(tell: Tell) -> None:
    """Somebody else's monitor watches it; the same forgery for a stranger's pump is told."""
    setting = Setting(neighbours=(Neighbour("123456", "medtronic"),))
    forged: dict[str, Any] = {"is_checksum_ok": False, "units_iu": 2.0}
    neighbours: dict[str, Any] = {"device": "123456"}
    strangers: dict[str, Any] = {"device": "654321"}
    assert not tell(NAME, setting).at("14:05", "bolus", heard=neighbours, **forged)
    assert tell(NAME, setting).at("14:05", "bolus", heard=strangers, **forged)
