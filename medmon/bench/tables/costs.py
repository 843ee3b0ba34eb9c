"""What processor time and memory were spent comes in, tables beside the goals go out."""

from __future__ import annotations

from medmon.bench.results import Cost, Memory, Spread, Throughput, ThroughputRow
from medmon.bench.tables.table import Table, compared, rate


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
    return Table("Throughput", (*says, *compared(part.run)), heading, rows)


def _throughput_row(row: ThroughputRow) -> tuple[str, ...]:
    peer = row.peer
    return (
        row.band,
        rate(row.rate_hz),
        f"{row.seconds:.0f} s",
        _spread(row.medmon.cpu_s),
        _spread(peer.cpu_s) if peer else "-",
        _beside(row.medmon.msamples_per_cpu_s, peer.msamples_per_cpu_s if peer else None),
        _spread(row.ratio) if row.ratio else "-",
        "-" if row.goal is None else f"at most {row.goal:g}",
        f"{_counts(row.medmon)} / {_counts(peer) if peer else '-'}",
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
        f"Largest resident memory of whole processes at {rate(part.rate_hz)}, fed by a pipe.",
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
    return Table("Memory", (*says, *compared(part.run)), heading, rows)


def _length(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds / 60:g} min"


def _spread(figure: Spread) -> str:
    return f"{figure.median:.2f} ({figure.low:.2f}-{figure.high:.2f})"


def _beside(mine: float, theirs: float | None) -> str:
    return f"{mine:.1f} / {'-' if theirs is None else f'{theirs:.1f}'}"


def _counts(cost: Cost) -> str:
    return ", ".join(f"{count} {name}" for name, count in cost.decoded.items()) or "nothing"


def _mebibytes(figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.0f}"
