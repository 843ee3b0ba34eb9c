"""The smallest pieces of the suites: insist, and know a unit when it stands there."""

from __future__ import annotations

import pytest

from signal_fixtures.checks.promise import BrokenPromiseError, has_unit, hold, is_word


def test_what_holds_is_silent_and_what_does_not_speaks() -> None:
    """A broken promise is an assertion that failed, so that every test runner understands it."""
    hold(["something"], "never said")
    with pytest.raises(AssertionError, match="seen 3"):
        hold([], "seen 3")
    assert issubclass(BrokenPromiseError, AssertionError)


@pytest.mark.parametrize(
    "name", ["units_iu", "rate_iu_per_h", "glucose_mg_dl", "cfo_hz", "window_s"]
)
def test_units_are_known(name: str) -> None:
    """The units of the contract's examples."""
    assert has_unit(name)


@pytest.mark.parametrize("name", ["dose", "iudose", "status", "basis"])
def test_a_word_that_ends_like_a_unit_is_none(name: str) -> None:
    """`basis` ends in s and is no duration."""
    assert not has_unit(name)


@pytest.mark.parametrize("name", ["", "Dose", "dose-iu", "dose__iu", "_dose", "1st", "größe"])
def test_names_that_are_no_words(name: str) -> None:
    """One name goes to Python, JSON, CSV and SQL, so it has to be plain."""
    assert not is_word(name)
