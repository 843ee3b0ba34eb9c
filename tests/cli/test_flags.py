"""The shared flags: values read as people write them, verbosity counted for the session."""

from __future__ import annotations

from typing import Unpack, get_args

import click
import pytest

from medmon.capture import Facts
from medmon.cli import flags
from medmon.records import Priority


@click.command()
@flags.freq
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
    given, _ = _call("-f", "916.5M", "-T", "1h23m", "--seed", "7")
    assert given == {
        "freq_hz": 916_500_000.0,
        "duration_s": 4_980.0,
        "fail_on": None,
        "seed": 7,
    }


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["-f", "fast"], "916.5M"),
        (["-T", "soon"], "1h23m45s"),
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


@click.command()
@flags.known
@flags.quiet
def recording(**given: Unpack[flags.Known]) -> Facts:
    flags.remark("something is odd")
    return flags.facts_from_flags(given)


def test_what_the_user_knows_about_a_recording_becomes_facts() -> None:
    """Names of other programs for a format are understood: ci16_le is cs16."""
    arguments = ["-f", "916.5M", "-s", "250k", "--format", "ci16_le", "--start-time"]
    assert recording.main([*arguments, "2026-11-23T09:00:00Z"], standalone_mode=False) == Facts(
        916.5e6, 250e3, 1_795_424_400_000_000_000, "cs16"
    )
    assert recording.main([], standalone_mode=False) == Facts()


def test_a_wrong_time_is_a_usage_mistake() -> None:
    """The message shows how a time looks."""
    with pytest.raises(click.BadParameter, match="2026-11-23T11:15:03Z, found 'noon'"):
        recording.main(["--start-time", "noon"], standalone_mode=False)


def test_remarks_go_to_stderr_unless_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    """They are not data."""
    recording.main([], standalone_mode=False)
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "medmon: something is odd\n")
    recording.main(["-q"], standalone_mode=False)
    assert capsys.readouterr().err == ""


def test_priorities_are_those_of_the_records() -> None:
    """The copy that keeps numpy out of the help pages must not drift."""
    assert get_args(Priority) == flags.PRIORITIES
