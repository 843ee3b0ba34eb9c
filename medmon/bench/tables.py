"""Results come in, tables for people go out: figures beside their goals, in words.

The same tables are printed on a terminal and stand on the page of the documentation.
"""

from __future__ import annotations

from dataclasses import dataclass

from medmon.bench.peer import ABSENT
from medmon.bench.results import (
    Bound,
    Cost,
    Crossing,
    Curve,
    Latency,
    LatencyRow,
    Memory,
    Percentiles,
    Results,
    Run,
    Sensitivity,
    Silence,
    Spread,
    Throughput,
    ThroughputRow,
)
from medmon.quantities import text_from_hertz


@dataclass(frozen=True, slots=True)
class Table:
    """One part of the bench, for people.

    Attributes
    ----------
    title : str
        What was measured.
    says : tuple of str
        What the figures mean, and what was hoped for: whole sentences.
    heading : tuple of str
        Names of the columns.
    rows : tuple of tuple of str
        As many words as the heading has.
    """

    title: str
    says: tuple[str, ...]
    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(results: Results) -> list[Table]:
    """Make a table of each part that was run.

    Parameters
    ----------
    results : Results
        What was found.

    Returns
    -------
    list of Table
        In the order of the parts.
    """
    made: list[Table] = []
    if results.throughput:
        made.append(throughput(results.throughput))
    if results.sensitivity:
        made.append(sensitivity(results.sensitivity))
    if results.silence:
        made.append(silence(results.silence))
    if results.latency:
        made.append(latency(results.latency))
    if results.memory:
        made.append(memory(results.memory))
    return made


def throughput(part: Throughput) -> Table:
    """Tell the processor times.

    Parameters
    ----------
    part : Throughput
        What was measured.

    Returns
    -------
    Table
        A row for each recording.
    """
    says = [
        (
            "Processor time of whole processes that read one recording, start-up included: median "
            "and range of several runs, the two programs in turns."
        ),
        (
            "Packets: a pump packet of 71 bytes and a pod packet of 37 bytes each second, at 15 dB "
            "Ec/N0; busy: four times as many."
        ),
        "medmon decodes, judges and writes records; rtl_433 runs its default decoders.",
        (
            "A slash parts medmon's figure from that of rtl_433; MS/CPU s are millions of samples "
            "in a second of processor time."
        ),
    ]
    if any(row.seconds < 30 for row in part.rows):
        says.append("These recordings are short, so starting up weighs more than in a long one.")
    heading = ("band", "rate", "length", "medmon CPU s", "rtl_433 CPU s", "MS/CPU s", "ratio",
               "goal", "read")  # fmt: skip
    rows = tuple(_throughput_row(row) for row in part.rows)
    return Table("Throughput", (*says, *_told(part.run)), heading, rows)


def _throughput_row(row: ThroughputRow) -> tuple[str, ...]:
    peer = row.peer
    return (
        row.band,
        _rate(row.rate_hz),
        f"{row.seconds:.0f} s",
        _spread(row.medmon.cpu_s),
        _spread(peer.cpu_s) if peer else "-",
        _beside(row.medmon.msamples_per_cpu_s, peer.msamples_per_cpu_s if peer else None),
        _spread(row.ratio) if row.ratio else "-",
        "-" if row.goal is None else f"at most {row.goal:g}",
        f"{_counts(row.medmon)} / {_counts(peer) if peer else '-'}",
    )


def sensitivity(part: Sensitivity) -> Table:
    """Tell the levels at which packets are read.

    Parameters
    ----------
    part : Sensitivity
        What was measured.

    Returns
    -------
    Table
        A row for each kind of packet and rate.
    """
    sent = sorted({point.sent for curve in part.curves for point in curve.points})
    says = (
        (
            "Ec/N0 in dB at which half and nine of ten packets are read, with the interval of 95 % "
            f"in brackets; {' to '.join(map(str, sent))} packets at each level."
        ),
        (
            "Over the bound: how much more than the best that a receiver can do which knows when a "
            f"packet comes, but not the carrier's phase; the goal is at most {part.goal_db:g} dB."
        ),
        (
            "Carriers lie anywhere in the middle 80 % of the band, up to 25 kHz off, clocks up to "
            "500 ppm off; the receiver has the noise, the constant and the image of an RTL-SDR."
        ),
        (
            "medmon's packet counts where its check is right, the decoder believes it and every "
            "byte is the one that was sent; rtl_433's where all chips are right, with the better "
            "of the options that were tried."
        ),
    )
    heading = ("packet", "rate", "share", "bound", "medmon", "over the bound", "rtl_433",
               "medmon better by", "rtl_433 told")  # fmt: skip
    limits = {bound.packet: bound for bound in part.bounds}
    peers = {(c.packet, c.rate_hz): c for c in part.curves if c.receiver == "rtl_433"}
    rows = tuple(
        row
        for curve in part.curves
        if curve.receiver == "medmon"
        for row in _levels(curve, peers.get((curve.packet, curve.rate_hz)), limits[curve.packet])
    )
    return Table("Sensitivity", (*says, *_told(part.run)), heading, rows)


def _levels(mine: Curve, peer: Curve | None, bound: Bound) -> list[tuple[str, ...]]:
    shares = (
        ("50 %", bound.half_db, mine.half, peer.half if peer else None),
        ("90 %", bound.ninety_db, mine.ninety, peer.ninety if peer else None),
    )
    never = "not reached" if peer else "-"
    return [
        (
            mine.packet,
            _rate(mine.rate_hz),
            share,
            f"{bound_db:.1f}",
            _crossing(found, "not reached"),
            "-" if found is None else f"{found.over_bound_db:+.2f}",
            _crossing(theirs, never),
            f"{theirs.db - found.db:.1f}" if found and theirs else "-",
            (peer.options or "nothing") if peer else "-",
        )
        for share, bound_db, found, theirs in shares
    ]


def silence(part: Silence) -> Table:
    """Tell what was heard in noise.

    Parameters
    ----------
    part : Silence
        What was measured.

    Returns
    -------
    Table
        One row.
    """
    says = (
        "Noise alone, through the whole front end and every decoder.",
        (
            "A frame is a sync word that noise seemed to hold; believed are packets whose check "
            "passes and whose content can be."
        ),
    )
    row = (
        _rate(part.rate_hz),
        f"{part.seconds / 60:g} min",
        str(part.bursts),
        str(part.frames),
        str(part.believed),
        "none",
    )
    heading = ("rate", "length", "bursts", "frames", "believed", "goal")
    return Table("False decodes", (*says, *_told(part.run)), heading, (row,))


def latency(part: Latency) -> Table:
    """Tell how late decisions are.

    Parameters
    ----------
    part : Latency
        What was measured.

    Returns
    -------
    Table
        A row for each event, rate and size of blocks.
    """
    says = (
        (
            "Milliseconds from the arrival of the last bit that decides to the telling: half, 99 "
            "in 100 and 999 in 1,000 are below."
        ),
        (
            "Waited: until the end of the block with which it was told, which follows from the "
            "samples alone."
        ),
        "Computed: from there on, on a clock that counts processor time, queues included.",
        "Packet: its check has passed.",
        "Judged: the monitor has written it down, which waits for copies and for what follows.",
    )
    heading = ("event", "rate", "block", "told", "waited p50 / p99 / p99.9", "computed", "total",
               "CPU s for 1 s")  # fmt: skip
    return Table("Latency", (*says, *_told(part.run)), heading, tuple(map(_latency_row, part.rows)))


def _latency_row(row: LatencyRow) -> tuple[str, ...]:
    return (
        row.event,
        _rate(row.rate_hz),
        f"{row.block_samples:,}",
        f"{row.seen} of {row.sent}",
        _percentiles(row.waited_ms),
        _percentiles(row.computed_ms),
        _percentiles(row.total_ms),
        f"{row.load:.2f}",
    )


def memory(part: Memory) -> Table:
    """Tell the largest memory.

    Parameters
    ----------
    part : Memory
        What was measured.

    Returns
    -------
    Table
        A row for each length.
    """
    grown = "unknown" if part.growth_mib is None else f"{part.growth_mib:+.1f} MiB"
    says = (
        f"Largest resident memory of whole processes at {_rate(part.rate_hz)}, fed by a pipe.",
        f"From the shortest to the longest medmon grew by {grown}; the goal is flat.",
    )
    by_length: dict[float, dict[str, float | None]] = {}
    for row in part.rows:
        by_length.setdefault(row.seconds, {})[row.program] = row.peak_rss_mib
    rows = tuple(
        (_length(seconds), _mebibytes(found.get("medmon")), _mebibytes(found.get("rtl_433")))
        for seconds, found in by_length.items()
    )
    heading = ("length", "medmon MiB", "rtl_433 MiB")
    return Table("Memory", (*says, *_told(part.run)), heading, rows)


def _told(run: Run) -> tuple[str, ...]:
    load = "" if run.load is None else f", load {run.load:g}"
    peer = ABSENT if run.peer is None else f"Beside it rtl_433 {run.peer}."
    where = (
        f"{run.effort.capitalize()} run of {run.time[:10]}, medmon {run.medmon}, Python "
        f"{run.python}, numpy {run.numpy}, {run.cores} cores of {run.processor}{load}."
    )
    return where, peer if peer.endswith(".") else f"{peer}."


def _rate(rate_hz: float) -> str:
    return text_from_hertz(rate_hz).replace("Hz", "S/s")


def _length(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds / 60:g} min"


def _spread(figure: Spread) -> str:
    return f"{figure.median:.2f} ({figure.low:.2f}-{figure.high:.2f})"


def _beside(mine: float, theirs: float | None) -> str:
    return f"{mine:.1f} / {'-' if theirs is None else f'{theirs:.1f}'}"


def _counts(cost: Cost) -> str:
    return ", ".join(f"{count} {name}" for name, count in cost.decoded.items()) or "nothing"


def _crossing(found: Crossing | None, missing: str) -> str:
    if found is None:
        return missing
    return f"{found.db:.1f} ({found.low_db:.1f}-{found.high_db:.1f})"


def _percentiles(found: Percentiles | None) -> str:
    return "-" if found is None else f"{found.p50:.1f} / {found.p99:.1f} / {found.p999:.1f}"


def _mebibytes(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.0f}"
