"""Words: what a reader is told of times, fields and outcomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from medmon.report.account import Account, Catch, Hindsight, Line
from medmon.report.words import (
    FIELDS_MAX_CHARS,
    counted,
    fields_of,
    headline,
    lasting,
    outcome_of,
    visible,
)


def test_what_could_steer_a_terminal_is_shown_as_an_escape() -> None:
    """A name on the air may hold escape sequences, or letters that turn the line around."""
    assert visible("a\x1b[31mb\u202ec") == r"a\x1b[31mb\u202ec"
    assert visible("Größe 5 µU") == "Größe 5 µU"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.0, "0 s"), (0.18, "0.18 s"), (59.5, "59.5 s"), (60, "1 min 0 s"), (3_600, "1 h 0 min")],
)
def test_lengths_of_time(seconds: float, text: str) -> None:
    """Nobody reads a delay of 0.180000000 s or of 3600 s."""
    assert lasting(seconds) == text


def test_plurals() -> None:
    """One alarm, two boxes."""
    assert counted(2, "box", "boxes") == "2 boxes"


def test_fields_are_cut_and_empty_ones_left_out(
    transmission: Callable[..., Line],
) -> None:
    """A settings message carries a page of fields; a row of a table has one line."""
    assert fields_of(transmission(1, units_iu=2.5, note=None)) == "units_iu=2.5"
    long = fields_of(transmission(1, text="x" * 500))
    assert len(long) == FIELDS_MAX_CHARS
    assert long.endswith("...")


def test_a_missed_attack_is_called_missed(known_evening: Account) -> None:
    """No kind words for it."""
    hindsight = known_evening.hindsight or Hindsight()
    told, missed = hindsight.attacks
    assert outcome_of(known_evening, told) == "high alarm 1 after 0.50 s"
    assert outcome_of(known_evening, missed).startswith("MISSED")


def test_a_renewal_is_not_sold_as_an_alarm(known_evening: Account) -> None:
    """The alarm stood already: that is said, and the headline counts it apart."""
    hindsight = known_evening.hindsight or Hindsight()
    renewed = replace(hindsight.attacks[0], catches=(Catch("a1", 2.0, is_renewal=True),))
    account = replace(known_evening, hindsight=replace(hindsight, attacks=(renewed,)))
    assert "stood already" in outcome_of(account, renewed)
    assert headline(account).startswith("1 attack: 0 raised an alarm, 1 only renewed")


def test_the_headline_counts_both_kinds_of_mistakes(
    known_evening: Account, evening: Account
) -> None:
    """Missed attacks and needless alarms stand in the one sentence that everybody reads."""
    hindsight = known_evening.hindsight or Hindsight()
    account = replace(known_evening, hindsight=replace(hindsight, needless=("a1",)))
    assert headline(account) == (
        "2 attacks: 1 raised an alarm, 1 missed. 1 alarm raised without an attack."
    )
    assert headline(evening) == "1 alarm in 10 s."
