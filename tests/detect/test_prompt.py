"""Detectors that need the whole packet judge it when it ends, and not before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from medmon.detect.prompt import Prompt
from medmon.records import Finding, Heading, Transmission

if TYPE_CHECKING:
    from tests.detect.conftest import Hear


class Everything(Prompt):
    """Finds something in everything."""

    def score(self, transmission: Transmission) -> Sequence[Finding]:
        """Say how it was heard."""
        text = f"{transmission.integrity} after {transmission.repeats}"
        return (Finding("test", "", "", None, "", text, transmission.time_ns),)


def test_what_needs_the_dose_waits_for_it(hear: Hear) -> None:
    """A heading says *bolus*, and neither how much nor whether it is only announced."""
    whole = hear("10:00", "bolus")
    assert whole.message is not None
    parts = whole.id, whole.span, whole.time_ns, whole.radio, "medtronic", whole.message
    assert Everything().foretell(Heading(*parts)) == ()
    (finding,) = Everything().foretell(Heading(*parts, is_checked=True))
    assert finding.text == "ok after 1"
