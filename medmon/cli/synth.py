"""``medmon synth``: a scenario in, a labelled synthetic recording out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypedDict, Unpack

import click

from medmon.cli import flags
from medmon.cli.progress import Told, bar
from medmon.quantities import text_from_hertz

if TYPE_CHECKING:
    from signal_fixtures.recording_file import Datatype
    from signal_fixtures.render import Recording
    from signal_fixtures.scenario import Scenario

_Format = Literal["cu8", "cs8", "cs16", "cf32"]
_FORMATS: dict[_Format, Datatype] = {
    "cu8": "cu8", "cs8": "ci8", "cs16": "ci16_le", "cf32": "cf32_le",
}  # fmt: skip
_SIGMF = (".sigmf-meta", ".sigmf-data")
_DEFAULT: _Format = "cu8"
_NO_GAPS = (
    "samples alone cannot hold the gaps of --longest-gap: minutes become seconds, and whatever "
    "depends on intervals is judged wrongly; a .sigmf-meta file keeps the time"
)


class _Given(TypedDict):
    write: Path | None
    sample_format: _Format | None
    seed: int
    longest_gap_s: float | None
    config_out: Path | None
    is_list: bool


@click.command(epilog="Example: medmon synth bolus-injection -w attack.sigmf-meta --longest-gap 2s")
@click.argument("scenario", required=False)
@flags.write
@click.option(
    "--format", "sample_format", type=click.Choice(list(_FORMATS)),
    help="How samples are written down; without it the file's ending tells, and SigMF has cu8.",
)  # fmt: skip
@flags.seed
@click.option(
    "--longest-gap", "longest_gap_s", type=flags.SECONDS,
    help="Cut silences down to this, so that a day becomes a short scene. SigMF keeps what was "
    "cut as gaps, and with it the time; in other files the scene goes faster than it was.",
)  # fmt: skip
@click.option("--config-out", type=flags.FILE, help="Write the medmon.toml of the scenario's bed.")
@click.option("--list", "is_list", is_flag=True, help="List the scenarios that come with medmon.")
@flags.verbose
@flags.quiet
def synth(scenario: str | None, **given: Unpack[_Given]) -> None:
    """Write a synthetic recording, the truth about it included.

    SCENARIO is the name of one that comes with medmon, or a TOML file. FILE.sigmf-meta becomes a
    SigMF pair whose annotations say what is in it; FILE.cu8 and the like hold samples only.
    """
    from signal_fixtures.render import Recording
    from signal_fixtures.ward import medmon_toml

    if given["is_list"]:
        for name, title in _titles():
            click.echo(f"{name}\t{title}")
        return
    story = _scenario(_wanted(scenario, given))
    if given["config_out"] is not None:
        given["config_out"].write_text(medmon_toml(story), encoding="utf-8")
    if given["write"] is not None:
        sample_format = _format_of(given["write"], given["sample_format"])
        recording = Recording(story, given["seed"], longest_gap_s=given["longest_gap_s"])
        with bar("synth") as told:
            _write(recording, given["write"], _FORMATS[sample_format], told)
        _tell(recording, given["write"], sample_format)


def _titles() -> Iterator[tuple[str, str]]:
    from signal_fixtures.story import scenario_named, scenario_names

    for name in scenario_names():
        yield name, scenario_named(name).title


def _wanted(scenario: str | None, given: _Given) -> str:
    """Check that there is something to do.

    Raises
    ------
    click.UsageError
        If there is not.
    """
    if scenario is None:
        raise click.UsageError("Missing argument 'SCENARIO'; --list shows what there is.")
    if given["write"] is None and given["config_out"] is None:
        raise click.UsageError("Nothing to write: name a file with -w, or --config-out.")
    return scenario


def _scenario(given: str) -> Scenario:
    """Read a scenario; its mistakes are mistakes of a configuration.

    Raises
    ------
    ConfigError
        With all of them.
    InputError
        If there is no such file.
    """
    from medmon.errors import ConfigError, InputError
    from signal_fixtures.bed import ScenarioError
    from signal_fixtures.story import scenario_from_file, scenario_named

    is_file = given.endswith(".toml") or "/" in given
    try:
        return scenario_from_file(Path(given)) if is_file else scenario_named(given)
    except ScenarioError as error:
        raise ConfigError(error.name, error.mistakes) from error
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        found = str(error.strerror).lower()
        raise InputError(given, expected="a scenario file", found=found) from error


def _format_of(path: Path, asked: _Format | None) -> _Format:
    """Choose the format: flag, ending, or the default of SigMF.

    Raises
    ------
    click.UsageError
        If ending and flag do not agree, or neither tells.
    """
    ending = path.suffix.removeprefix(".")
    if path.suffix in _SIGMF:
        return asked or _DEFAULT
    named = next((name for name in _FORMATS if name == ending), None)
    if named is None and asked is not None:
        return asked
    if named is None:
        endings = ", ".join([*_FORMATS, "sigmf-meta"])
        raise click.UsageError(
            f"{path}: expected one of the endings {endings}, found {ending!r}; or give --format"
        )
    if asked not in {None, named}:
        raise click.UsageError(f"{path}: the ending says {named}, --format says {asked}")
    return named


def _write(recording: Recording, path: Path, datatype: Datatype, told: Told) -> None:
    from signal_fixtures.recording_file import write_raw, write_sigmf

    def passed(done: int, total: int) -> None:
        """Tell the part that is written."""
        told(done / total, done)

    is_sigmf = path.suffix in _SIGMF
    with _all_or_nothing([path.with_suffix(e) for e in _SIGMF] if is_sigmf else [path]):
        (write_sigmf if is_sigmf else write_raw)(recording, path, datatype, passed)


@contextmanager
def _all_or_nothing(paths: list[Path]) -> Iterator[None]:
    """Leave no half recording behind: nothing in it would say that it is half of one."""
    try:
        yield
    except (KeyboardInterrupt, OSError):
        for path in paths:
            if path.is_file():
                path.unlink()
        raise


def _tell(recording: Recording, path: Path, sample_format: _Format) -> None:
    from medmon.capture.facts import facts_from_name

    if click.get_current_context().ensure_object(flags.Session).verbosity < 0:
        return
    band = recording.tuned
    seconds = recording.sample_count / band.rate_hz
    freq, rate = text_from_hertz(band.freq_hz), text_from_hertz(band.rate_hz)
    click.echo(f"{path}: {seconds:.3f} s at {freq}, {rate.replace('Hz', 'S/s')}", err=True)
    known = facts_from_name(str(path))
    is_told = (known.freq_hz, known.rate_hz) == (band.freq_hz, band.rate_hz)
    if path.suffix not in _SIGMF and not is_told:
        told = f"-f {band.freq_hz / 1e6:.10g}M -s {band.rate_hz / 1e3:.10g}k"
        named = "" if known.sample_format else f" --format {sample_format}"
        click.echo(f"the file does not say so; read it with {told}{named}", err=True)
    if path.suffix not in _SIGMF and any(recording.cuts()):
        click.echo(_NO_GAPS, err=True)
