"""Orders of which only a part was heard."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from medmon.records import Registered, Setting

if TYPE_CHECKING:
    from tests.detect.conftest import Tell

NAME = "unfinished-order"
PUMP = Registered("123456", "medtronic", "pump", name="Anna's pump")
LIMITED = Setting(devices=(PUMP,), max_bolus_iu=10.0, max_basal_iu_per_h=2.0)
PART = {"integrity": "failed", "role": "pdm"}


@pytest.mark.parametrize(
    ("order", "score"),
    [
        (("bolus", ("units_iu", 10.0)), 0.5),
        (("bolus", ("units_iu", 10.05)), 1.0),
        (("bolus",), 1.0),
        (("temp-basal", ("rate_iu_per_h", 2.0)), 0.5),
        (("temp-basal", ("rate_iu_per_h", 30.0)), 1.0),
        (("basal-schedule", ("rates_iu_per_h", (1.0, 30.0))), 1.0),
        (("basal-schedule",), 1.0),
        (("suspend", ("cancels", ("basal", "temp-basal", "bolus"))), 1.0),
        (("deactivate",), 1.0),
        (("cancel", ("cancels", ("temp-basal",))), 0.5),
        (("settings",), 0.5),
    ],
)
def test_how_grave_the_part_is(tell: Tell, order: tuple[Any, ...], score: float) -> None:
    """Half of a dangerous order is worse than half of an ordinary one; neither is silent."""
    (finding,) = tell(NAME, LIMITED).at("14:05", "unknown", heard=PART, orders=(order,))
    assert (finding.feature, finding.value, finding.score) == ("command", order[0], score)


def test_without_a_limit_there_is_no_grave_dose(tell: Tell, bed: Setting) -> None:
    """Where no clinician set a limit, none is made up."""
    orders = (("bolus", ("units_iu", 25.0)), ("temp-basal",))
    findings = tell(NAME, bed).at("14:05", "unknown", heard=PART, orders=orders)
    assert [finding.score for finding in findings] == [0.5, 0.5]


def test_finding_says_it_all(tell: Tell) -> None:
    """A nurse reads what was asked for, as far as it was heard."""
    orders = (("bolus", ("units_iu", 25.0)),)
    (finding,) = tell(NAME, LIMITED).at("14:05", "unknown", heard=PART, orders=orders)
    assert finding.text == (
        "Part of an order to Anna's pump (123456) was heard (bolus of 25 IU), and its end was not."
    )


def test_whole_orders_and_others_are_left_to_others(tell: Tell) -> None:
    """What was heard to its end is judged elsewhere; a neighbour's order and an answer never."""
    story, orders = tell(NAME, LIMITED), (("bolus", ("units_iu", 25.0)),)
    assert not story.at("14:05", "bolus", orders=orders)
    assert not story.at("14:06", "unknown", heard=PART)
    assert not story.at("14:07", "unknown", heard={**PART, "device": "999999"}, orders=orders)
    assert not story.at(
        "14:08", "unknown", heard={**PART, "direction": "from-device"}, orders=orders
    )
