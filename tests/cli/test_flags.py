"""The shared flags: values read as people write them, verbosity counted for the session."""

from __future__ import annotations

from typing import get_args

import click
import pytest

from medmon.cli import flags
from medmon.records import Priority


@click.command()
@flags.freq
@flags.gain
@flags.duration
@flags.fail_on
@flags.seed
@flags.verbose
@flags.quiet
def toy(**given: object) -> tuple[dict[str, object], int]:
    """Return what arrived."""
    return given, click.get_current_context().ensure_object(flags.Session).verbosity


def _call(*arguments: str) -> tuple[dict[str, object], int]:
    result = toy.main(list(arguments), standalone_mode=False)
    assert isinstance(result, tuple)
    return result


def test_values_arrive_in_plain_units() -> None:
    """916.5M is hertz and 1h23m is seconds by the time a verb sees them."""
    given, _ = _call("-f", "916.5M", "-g", "28.5", "-T", "1h23m", "--seed", "7")
    assert given == {
        "freq_hz": 916_500_000.0,
        "gain_db": 28.5,
        "duration_s": 4_980.0,
        "fail_on": None,
        "seed": 7,
    }


def test_gain_may_be_automatic() -> None:
    """Most people leave the gain to the receiver."""
    assert _call("-g", "auto")[0]["gain_db"] == "auto"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-f", "fast"], "916.5M"),
        (["-T", "soon"], "1h23m45s"),
        (["-g", "loud"], "a gain in dB or auto"),
        (["--seed", "-1"], "-1"),
        (["--fail-on", "panic"], "high"),
    ],
)
def test_what_cannot_be_read_is_a_usage_mistake(arguments: list[str], message: str) -> None:
    """The message shows how such a value looks."""
    with pytest.raises(click.BadParameter, match=message):
        _call(*arguments)


@pytest.mark.parametrize(("arguments", "expected"), [((), 0), (("-vv",), 2), (("-v", "-q"), 0)])
def test_verbosity_is_counted(arguments: tuple[str, ...], expected: int) -> None:
    """-q takes back what -v adds."""
    assert _call(*arguments)[1] == expected


def test_numbers_pass_unread() -> None:
    """A verb's default may be a number already."""
    assert flags.HERTZ.convert(250_000, None, None) == 250_000


def test_priorities_are_those_of_the_records() -> None:
    """The copy that keeps numpy out of the help pages must not drift."""
    assert get_args(Priority) == flags.PRIORITIES
