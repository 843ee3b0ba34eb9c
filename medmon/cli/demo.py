"""``medmon demo``: a synthetic scene is played to the monitor, told, and set beside the truth."""

from __future__ import annotations

import errno
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from medmon.cli import flags
from medmon.cli.progress import bar

if TYPE_CHECKING:
    from medmon.pictures import PowerRows
    from medmon.rehearsal import Rehearsal, Said
    from medmon.report.account import Account
    from medmon.respond.delivery import Outlets

_WIDTH = 100


@click.command(epilog="Example: medmon demo --seed 7 -w medmon-demo")
@click.option(
    "-w", "--write", "folder", type=click.Path(file_okay=False, path_type=Path),
    default=Path("medmon-demo"), show_default=True, metavar="DIR",
    help="Folder for the report and its pictures.",
)  # fmt: skip
@click.option(
    "--scenario", "name", default="demo", show_default=True, metavar="NAME",
    help="Another of the scenes that come with medmon; an unknown name lists them.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Records on stdout, one JSON object a line.")
@click.option("--keep", is_flag=True, help="Keep the samples too, as SigMF with the truth in it.")
@flags.output
@flags.seed
@flags.verbose
@flags.quiet
def demo(
    *, folder: Path, name: str, as_json: bool, keep: bool, output: tuple[str, ...], seed: int
) -> None:
    """Show what medmon does: a synthetic scene with attacks, decoded, judged and told.

    No radio is needed. Samples are made as a receiver would give them, and all of medmon works
    on them. Then the truth is set beside what was told, and an HTML report is written. Other
    scenes are longer than the demo's: half an hour of a bed takes a minute or two.
    """
    from medmon.pictures import PowerRows
    from medmon.rehearsal.telling import account_from_rehearsal, air_from_rows
    from medmon.report.writing import write_report

    rehearsal = _rehearsal(name, seed)
    asked = ("json:-",) if as_json and "json:-" not in output else ()
    outlets = _opened((*output, *asked), rehearsal)
    rows = PowerRows(rehearsal.recording.tuned.rate_hz)
    began_s = time.monotonic()
    said = _played(rehearsal, outlets, rows)
    took_s = time.monotonic() - began_s
    outlets.close()
    account = account_from_rehearsal(rehearsal, said)
    page = write_report(account, folder, air_from_rows(rehearsal, rows))
    if not any(uri.partition(":")[2].partition("?")[0] == "-" for uri in (*output, *asked)):
        _print(account)
    _remark(f"{account.duration_s:.0f} s of radio took {took_s:.1f} s to make and to judge.")
    if keep:
        _keep(rehearsal, folder)
    _remark(f"The report: {page}")


def _rehearsal(name: str, seed: int) -> Rehearsal:
    from medmon.rehearsal import Rehearsal
    from signal_fixtures.bed import ScenarioError
    from signal_fixtures.story import scenario_named

    try:
        return Rehearsal(scenario_named(name), seed=seed)
    except ScenarioError as error:
        raise click.BadParameter("; ".join(error.mistakes), param_hint="--scenario") from error


def _opened(uris: tuple[str, ...], rehearsal: Rehearsal) -> Outlets:
    from medmon.config import Output
    from medmon.respond.delivery import open_outlets

    is_verbose = click.get_current_context().ensure_object(flags.Session).verbosity > 0
    return open_outlets(
        [Output(uri=uri) for uri in uris],
        privacy=rehearsal.config.privacy,
        known={
            word for d in rehearsal.devices.values() for word in (d.id, d.asset, d.name) if word
        },
        defaults={"append": "no", "verbose": "yes" if is_verbose else "no"},
        findings=is_verbose,
    )


def _played(rehearsal: Rehearsal, outlets: Outlets, rows: PowerRows) -> list[Said]:
    """Play the scene, and hand every record on as soon as it comes."""
    from medmon.wire import line_from_record

    total = rehearsal.recording.sample_count
    said: list[Said] = []
    with bar(f"playing {rehearsal.recording.scenario.name}") as told:
        watchers = (
            rows.feed,
            lambda block: told(block.span.sample_start / total, block.span.sample_start),
        )
        for item in rehearsal.play(watchers):
            said.append(item)
            outlets.deliver(line_from_record(item.record, devices=rehearsal.devices))
            if outlets.is_deserted:
                raise BrokenPipeError(errno.EPIPE, "nobody reads the output any more")
    return said


def _print(account: Account) -> None:
    """Print the account on stdout, where it is the data; in colours on a terminal only."""
    from rich.console import Console

    from medmon.report.terminal import show_account

    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    with console.capture() as captured:
        show_account(account, console)
    for line in captured.get().splitlines():
        click.echo(line.rstrip())


def _keep(rehearsal: Rehearsal, folder: Path) -> None:
    from signal_fixtures.recording_file import write_sigmf

    recording = rehearsal.recording
    path = folder / recording.scenario.name
    with bar("writing samples") as told:
        meta = write_sigmf(recording, path, "ci16_le", lambda done, total: told(done / total, done))
    _remark(f"The samples: {meta}")


def _remark(text: str) -> None:
    """Say something beside the data, unless quiet is asked for."""
    if click.get_current_context().ensure_object(flags.Session).verbosity >= 0:
        click.echo(text, err=True)
