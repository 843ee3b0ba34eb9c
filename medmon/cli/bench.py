"""``medmon bench``: how fast, how sensitive, how late, how precise, how large."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from medmon.cli import flags
from medmon.cli.progress import bar

if TYPE_CHECKING:
    from medmon.bench.results import Effort, Results
    from medmon.bench.tables import Table

PARTS = (
    "throughput", "sensitivity", "silence", "latency", "collisions", "arrays", "memory"
)  # fmt: skip
"""As `medmon.bench.parts` has them; written here so that help needs no numpy."""
_EXAMPLES = """
\b
Example: medmon bench --only sensitivity --plot sensitivity.png
         medmon bench --full --only latency --from old.json --json new.json
         medmon bench --from new.json --page bench.md --plot bench.png
"""
_WIDTH = 100


class _Given(TypedDict):
    only: tuple[str, ...]
    is_full: bool
    earlier: Path | None
    json_to: str | None
    plot: Path | None
    page: Path | None
    show_schema: bool
    seed: int


@click.command(epilog=_EXAMPLES)
@click.option(
    "--only", multiple=True, type=click.Choice(PARTS), help="This part alone; repeatable."
)
@click.option(
    "--full", "is_full", is_flag=True,
    help="The figures to be quoted: an hour or two. Without it, a few minutes.",
)  # fmt: skip
@click.option(
    "--from", "earlier", type=flags.FILE,
    help="Earlier results: told and drawn without measuring; with --only, that part anew.",
)  # fmt: skip
@click.option(
    "--json", "json_to", is_flag=False, flag_value="-", metavar="[FILE]",
    help="Write the results as one JSON object, to stdout instead of text without a FILE.",
)  # fmt: skip
@click.option(
    "--plot", type=flags.Picture(".png", ".svg"), help="Draw the sensitivity: a PNG, or an SVG."
)
@click.option("--page", type=flags.FILE, help="Write the page of the documentation.")
@click.option("--schema", "show_schema", is_flag=True, help="Print the JSON Schema of the results.")
@flags.seed
@flags.verbose
@flags.quiet
def bench(**given: Unpack[_Given]) -> None:
    """Measure medmon: speed, sensitivity, latency, collisions, memory and more.

    Signals are made, nothing is needed. Where rtl_433 is installed, it hears the same samples in
    the same run, and ratios are told. Nothing here passes or fails: goals stand beside figures.

    Without --full the sensitivity takes some minutes, latency and collisions one or two each, every
    other part seconds.
    """
    if given["show_schema"]:
        from medmon.bench.results import schema

        click.echo(json.dumps(schema(), indent=2))
        return
    _refuse_what_cannot_be_done(given)
    from medmon.bench.ending import ending_cleanly

    with ending_cleanly(), closing(_found(given)) as steps:
        for results in steps:
            _write(results, given)
    if given["plot"] is not None and results.sensitivity is None:
        flags.remark(f"{given['plot']}: nothing to draw, the sensitivity was not measured")
    if given["json_to"] == "-":
        click.echo(_text(results), nl=False)
        return
    from medmon.bench.tables import tables

    for table in tables(results):
        _print(table)


def _refuse_what_cannot_be_done(given: _Given) -> None:
    """Say so before an hour of work."""
    named = None if given["json_to"] in {None, "-"} else Path(str(given["json_to"]))
    for path in (named, given["page"]):
        if path is not None and not path.parent.is_dir():
            raise click.UsageError(f"{path} cannot be written: there is no folder {path.parent}")
    if given["is_full"] and given["earlier"] is not None and not given["only"]:
        raise click.UsageError(
            "--from measures nothing by itself: name the parts that --full is to measure anew, "
            "as in --only latency, or leave --from out to measure all of them"
        )


def _found(given: _Given) -> Generator[Results]:
    """Take earlier results, measure, or both; what is known is given after each part."""
    before = None if given["earlier"] is None else _read(given["earlier"])
    if before is not None:
        yield before
    names: Sequence[str] = given["only"] or (PARTS if before is None else ())
    if not names:
        return
    from medmon.bench.job import Job
    from medmon.bench.parts import measured
    from medmon.bench.peer import ABSENT, find_peer

    peer = find_peer()
    if peer is None:
        flags.remark(ABSENT)
    effort: Effort = "full" if given["is_full"] else "quick"
    if before is not None and effort == "quick":
        _tell_what_is_lost(names, before)
    with TemporaryDirectory(prefix="medmon-bench-") as folder, bar("bench") as told:
        job = Job(Path(folder), effort, given["seed"], peer, lambda share: told(share, 0))
        yield from measured(names, job, before, _tell_where_no_bar_is)


def _tell_what_is_lost(names: Sequence[str], before: Results) -> None:
    """Say which figures to be quoted give way to others."""
    for name in dict.fromkeys(names):
        part = getattr(before, name)
        if part is not None and part.run.effort == "full":
            flags.remark(
                f"{name}: a quick run takes the place of the full one of {part.run.time[:10]}; "
                "--full measures it fully"
            )


def _tell_where_no_bar_is(name: str, number: int, total: int) -> None:
    """Say in a log what goes on; at a terminal a bar does."""
    if not sys.stderr.isatty():
        flags.remark(f"{name}, part {number} of {total}")


def _read(path: Path) -> Results:
    """Read earlier results.

    Raises
    ------
    InputError
        If they are not results of a bench.
    """
    from pydantic import ValidationError

    from medmon.bench.results import Results
    from medmon.errors import InputError

    try:
        return Results.model_validate_json(path.read_bytes())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the whole file"
        raise InputError(
            str(path),
            expected="results of medmon bench",
            found=f"at {place}: {first['msg']}",
            help_text="medmon bench --schema describes them",
        ) from error


def _write(results: Results, given: _Given) -> None:
    """Write the files that were asked for."""
    if given["json_to"] not in {None, "-"}:
        Path(str(given["json_to"])).write_text(_text(results), encoding="utf-8")
    if given["page"] is not None:
        from medmon.bench.page import page

        given["page"].write_text(page(results), encoding="utf-8")
    plot = given["plot"]
    if plot is not None and results.sensitivity is not None:
        from medmon.bench.picture import draw

        plot.write_bytes(
            draw(results.sensitivity, "svg" if plot.suffix.lower() == ".svg" else "png")
        )


def _text(results: Results) -> str:
    return results.model_dump_json(by_alias=True, indent=1) + "\n"


def _print(table: Table) -> None:
    """Print a part: a line for each row, columns as wide as they need."""
    click.echo(f"\n{table.title}")
    for sentence in table.says:
        click.echo(textwrap.fill(sentence, _WIDTH, initial_indent="  ", subsequent_indent="  "))
    lines = (table.heading, *table.rows)
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
