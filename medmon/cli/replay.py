"""``medmon replay``: recordings in, records and alarms out."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from medmon.cli import flags
from medmon.cli.progress import bar

if TYPE_CHECKING:
    from medmon.config import Config
    from medmon.playback import Replay
    from medmon.respond.delivery import Outlets

_FOUND = 10
_INTERRUPTED = 130


class _Given(flags.Known):
    output: tuple[str, ...]
    config: tuple[Path, ...]
    duration_s: float | None
    speed: float | None
    jobs: int
    block_samples: int
    fail_on: str | None
    cluster: str | None
    simulate_jamming: bool
    early: bool


_EXAMPLES = """\b
Example: medmon replay g001_916.5M_250k.cu8 -c medmon.toml -o json:-
Told while on the air: medmon replay ward.sigmf-meta --early -v
In a script: medmon replay ward.sigmf-meta --fail-on high || echo look
From a receiver: rtl_sdr -f 916.5M -s 250k - |
                 medmon replay - -f 916.5M -s 250k
"""


@click.command(epilog=_EXAMPLES)
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@flags.output
@flags.config
@flags.known
@flags.duration
@click.option(
    "--speed",
    type=click.FloatRange(min=0, min_open=True),
    help="Seconds of the recording a second; without it as fast as it goes.",
)
@click.option(
    "--jobs", type=click.IntRange(min=1), default=1, show_default=True, metavar="N",
    help="Files judged at a time; the output is the same.",
)  # fmt: skip
@click.option(
    "--block-samples", type=click.IntRange(min=1), default=65_536, hidden=True,
    help="Samples read at a time; it changes nothing, which tests check.",
)  # fmt: skip
@click.option(
    "--early", is_flag=True,
    help="Tell of packets while they are on the air, as a live run would. Headings show with -v "
    "or in JSON, alarms everywhere.",
)  # fmt: skip
@flags.fail_on
@click.option("--cluster", metavar="ADDRESS", help="Not in this version.")
@click.option("--simulate-jamming", is_flag=True, help="Not in this version.")
@flags.verbose
@flags.quiet
def replay(files: tuple[str, ...], **given: Unpack[_Given]) -> int:
    """Judge recordings: who spoke, what was said, what is wrong with it.

    Each FILE is judged by itself, and one summary comes last; - is standard input. A file of
    medmon's own records (.jsonl) is judged again without samples. Without -o a person reads what
    was found; outputs of the configuration are not used. A file that is written to is begun anew.
    """
    from medmon.config import config_from_files, find_config
    from medmon.monitor import Monitor
    from medmon.playback import Interrupt, Plan, Replay, Watch

    _refuse_what_cannot_be(files, given)
    loaded = config_from_files(find_config(given["config"]))
    config, names = loaded.config, ", ".join(str(file) for file in loaded.files)
    if names and not given["config"]:
        flags.remark(f"configuration: {names}")
    Monitor(config, file=names)  # mistakes of the configuration come before an output is opened
    facts = flags.facts_from_flags(given)
    plan = Plan(
        config,
        facts,
        given["block_samples"],
        given["duration_s"],
        given["speed"],
        is_early=given["early"],
    )
    outlets = _opened(given["output"] or ("console:-",), config)
    with Interrupt() as interrupt, bar("replay") as told:
        watch = Watch(flags.remark, told, lambda: interrupt.is_asked)
        run = Replay(files, plan, watch, jobs=given["jobs"])
        worst = _delivered(run, outlets)
    status = _closed(run, outlets)
    if interrupt.is_asked:
        return _INTERRUPTED
    fail_on = given["fail_on"]
    is_found = fail_on is not None and worst <= flags.PRIORITIES.index(fail_on)
    return status or (_FOUND if is_found else 0)


def _refuse_what_cannot_be(files: Sequence[str], given: _Given) -> None:
    if given["cluster"] is not None:
        raise click.UsageError("--cluster is not in this version; --jobs uses all cores of one")
    if given["simulate_jamming"]:
        raise click.UsageError("--simulate-jamming is not in this version")
    if given["jobs"] > 1 and "-" in files:
        raise click.UsageError("--jobs judges files; standard input cannot be shared")
    places = {Path(name).resolve() for name in files}
    for uri in given["output"]:
        target = uri.partition(":")[2].partition("?")[0]
        if target not in {"", "-"} and Path(target).resolve() in places:
            raise click.UsageError(f"{uri} would overwrite what is to be read")


def _opened(uris: Sequence[str], config: Config) -> Outlets:
    from medmon.config import Output
    from medmon.respond.delivery import open_outlets

    is_verbose = click.get_current_context().ensure_object(flags.Session).verbosity > 0
    known = {
        word for device in config.device for word in (device.id, device.asset, device.name) if word
    }
    return open_outlets(
        [Output(uri=uri) for uri in uris],
        privacy=config.privacy,
        known=known,
        defaults={"append": "no", "verbose": "yes" if is_verbose else "no"},
        findings=is_verbose,
    )


def _delivered(run: Replay, outlets: Outlets) -> int:
    """Hand every line to the outlets; say how bad the worst alarm was, 0 is the worst."""
    worst = len(flags.PRIORITIES)
    for line in run.lines():
        outlets.deliver(line)
        if line["type"] == "alarm":
            worst = min(worst, flags.PRIORITIES.index(line["priority"]))
        if outlets.is_deserted:
            break
    return worst


def _closed(run: Replay, outlets: Outlets) -> int:
    """Close the outlets and say what went wrong; the first fault gives the status.

    Raises
    ------
    BrokenPipeError
        If nobody listens any more.
    """
    from medmon.errors import MedmonError

    if outlets.is_deserted:
        raise BrokenPipeError(errno.EPIPE, "nobody reads the output any more")
    faults = [(fault.exit_code, fault.text) for fault in run.faults]
    try:
        outlets.close()
    except MedmonError as error:
        faults.append((error.exit_code, str(error)))
    for _, text in faults:
        click.echo(f"medmon: {text}", err=True)
    return faults[0][0] if faults else 0
