"""The flags that several verbs share; each is a decorator for a click command.

They keep the letters that users of radio tools know, and their values are read here: ``916.5M``
arrives in a verb as a float in hertz, ``1h23m`` as a float in seconds.

::

    @click.command()
    @flags.config
    @flags.output
    @flags.verbose
    @flags.quiet
    def replay(config: tuple[Path, ...], output: tuple[str, ...]) -> int | None: ...

``-v`` and ``-q`` reach no verb as an argument: they count in `Session.verbosity`, which a verb
gets with ``click.get_current_context().ensure_object(Session)``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

import click

from medmon.quantities import hertz_from_text, ns_from_iso, seconds_from_text

if TYPE_CHECKING:
    from medmon.capture import Facts

PRIORITIES = ("high", "medium", "low", "info")
"""Worst first, as `medmon.records.Priority` has them; written here so that help needs no numpy."""


@dataclass(slots=True)
class Session:
    """What one call of the command line shares with its verb.

    Attributes
    ----------
    verbosity : int
        How often ``-v`` was given, less the number of ``-q``.
    """

    verbosity: int = 0


class Quantity(click.ParamType[float | str]):
    """A number as people write it.

    Parameters
    ----------
    name : str
        Name of the type, in help pages and messages.
    read : callable
        Text to value; raises ValueError for what it cannot read.
    """

    def __init__(self, name: str, read: Callable[[str], float | str]) -> None:
        self.name = name
        self._read = read

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float | str:
        """Read one value.

        Parameters
        ----------
        value : object
            What the user wrote, or a default that is a number already.
        param : click.Parameter or None
            The flag, for the message.
        ctx : click.Context or None
            The call, for the message.

        Returns
        -------
        float or str
            The value.

        Raises
        ------
        click.BadParameter
            If it cannot be read.
        """
        if isinstance(value, (int, float)):
            return value
        try:
            return self._read(str(value))
        except ValueError as error:
            raise click.BadParameter(str(error), ctx, param) from error


class Picture(click.Path):
    """The file that a picture is written to: its folder is there, its ending can be drawn.

    Parameters
    ----------
    *endings : str
        What can be drawn, in lower case: ``.png``.
    """

    def __init__(self, *endings: str) -> None:
        super().__init__(dir_okay=False, path_type=Path)
        self._endings = endings

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Refuse before the work what could not be written after it.

        Parameters
        ----------
        value : path
            What the user wrote.
        param : click.Parameter or None
            The flag, for the message.
        ctx : click.Context or None
            The call, for the message.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        click.BadParameter
            If it cannot be a picture, or has no folder.
        """
        path = super().convert(value, param, ctx)
        assert isinstance(path, Path), "that is what was asked for"
        if path.suffix.lower() not in self._endings:
            wanted = " or ".join(self._endings)
            raise click.BadParameter(f"{path} does not end in {wanted}", ctx, param)
        if not path.parent.is_dir():
            raise click.BadParameter(
                f"{path} cannot be written: there is no folder {path.parent}", ctx, param
            )
        return path


def time_from_text(text: str) -> int:
    """Read a moment.

    Parameters
    ----------
    text : str
        ISO 8601; without a zone it is UTC.

    Returns
    -------
    int
        Nanoseconds since 1970-01-01 UTC.

    Raises
    ------
    ValueError
        If it is something else.

    Examples
    --------
    >>> time_from_text("1970-01-01T00:00:01Z")
    1000000000
    """
    try:
        return ns_from_iso(text)
    except ValueError as error:
        expected = "expected a time such as 2026-11-23T11:15:03Z"
        raise ValueError(f"{expected}, found {text!r}") from error


def _add_verbosity(ctx: click.Context, param: click.Parameter, value: int) -> None:
    session = ctx.ensure_object(Session)
    session.verbosity += -value if param.name == "quiet" else value


HERTZ = Quantity("hertz", hertz_from_text)
SECONDS = Quantity("duration", seconds_from_text)
TIME = Quantity("time", time_from_text)
FILE = click.Path(dir_okay=False, path_type=Path)

config = click.option(
    "-c",
    "--config",
    multiple=True,
    type=FILE,
    help="Configuration file; a later one lies over an earlier one. Default: $MEDMON_CONFIG, or "
    "the first of ./medmon.toml, ~/.config/medmon/config.toml and /etc/medmon/config.toml with "
    "its conf.d.",
)
output = click.option(
    "-o",
    "--output",
    multiple=True,
    metavar="URI",
    help="Where records go: json:-, json:FILE, csv:FILE, sqlite:FILE, console:-; repeatable.",
)
write = click.option("-w", "--write", type=FILE, help="File to write.")
freq = click.option(
    "-f", "--freq", "freq_hz", type=HERTZ, help="Frequency the receiver was tuned to: 916.5M."
)
rate = click.option("-s", "--rate", "rate_hz", type=HERTZ, help="Samples a second: 2.048M.")
duration = click.option(
    "-T", "--duration", "duration_s", type=SECONDS, help="How long: 1h23m, 90s."
)
seed = click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True,
    help="Seed of everything random; the same seed gives the same result.",
)  # fmt: skip
fail_on = click.option(
    "--fail-on",
    type=click.Choice(PRIORITIES),
    help="End with status 10 when an alarm of this priority or a worse one was found.",
)
verbose = click.option(
    "-v", "--verbose", count=True, expose_value=False, callback=_add_verbosity, is_eager=True,
    help="Say more: findings, and the traceback of an unexpected error.",
)  # fmt: skip
quiet = click.option(
    "-q", "--quiet", count=True, expose_value=False, callback=_add_verbosity, is_eager=True,
    help="Say less on stderr.",
)  # fmt: skip


class Known(TypedDict):
    """What the flags of `known` give to a verb; None where the user said nothing."""

    freq_hz: float | None
    rate_hz: float | None
    sample_format: str | None
    start_ns: int | None


def known(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags that say what is known about a recording: -f, -s, --format, --start-time.

    Parameters
    ----------
    command : callable
        The function of a verb; takes the keys of `Known`.

    Returns
    -------
    callable
        The same with four flags.
    """
    sample_format = click.option(
        "--format", "sample_format", metavar="FORMAT",
        help="How samples are written down, where the file does not tell: cu8, cs16, cf32.",
    )  # fmt: skip
    start_time = click.option(
        "--start-time", "start_ns", type=TIME, help="UTC time of the first sample, ISO 8601."
    )
    return freq(rate(sample_format(start_time(command))))


def facts_from_flags(given: Known) -> Facts:
    """Take what the user says about a recording.

    Parameters
    ----------
    given : Known
        The values of the flags of `known`.

    Returns
    -------
    Facts
        The same for `medmon.capture.open_source`.
    """
    from medmon.capture.facts import ENDINGS, Facts

    named = given["sample_format"]
    return Facts(
        freq_hz=given["freq_hz"],
        rate_hz=given["rate_hz"],
        start_ns=given["start_ns"],
        sample_format=None if named is None else ENDINGS.get(named, named),
    )


def remark(text: str) -> None:
    """Tell the user something on stderr, unless ``-q`` was given.

    Parameters
    ----------
    text : str
        One line.
    """
    if click.get_current_context().ensure_object(Session).verbosity >= 0:
        click.echo(f"medmon: {text}", err=True)
