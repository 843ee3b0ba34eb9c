"""How late decisions were comes in, a table of it goes out."""

from __future__ import annotations

from medmon.bench.results import Latency, LatencyRow, Percentiles
from medmon.bench.tables.table import Table, rate, told


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
        (
            "Heading: the monitor has told device and command of a packet's first bits, and judged "
            "what it can; its goal is to be told while the packet is on the air."
        ),
        _behind_headings(part),
        (
            "Checked: the same of the whole packet, whose last bit decides; it cannot be on the "
            "air any more."
        ),
        "Packet: its burst was handed over, and its check has passed.",
        "Judged: the monitor has written it down, which waits for copies and for what follows.",
    )
    heading = ("event", "rate", "block", "told", "on the air", "goal", "waited p50 / p99 / p99.9",
               "computed", "total", "CPU s for 1 s")  # fmt: skip
    return Table("Latency", (*says, told(part.run)), heading, tuple(map(_latency_row, part.rows)))


def _behind_headings(part: Latency) -> str:
    """Say how much time is left on the air, and of whom no telling in time is asked."""
    short = (
        "of 7 bytes 1.5 ms, which most blocks outlast: of these it is counted and not asked"
        if any(row.asked_on_air is not None for row in part.rows)
        else "of 7 bytes, which are half of the pump's packets here, 1.5 ms: these come too late"
    )
    return (
        "Behind the heading of a pump's packet of 71 bytes there are 48 ms of air, of a pod's "
        f"packet 9.8 ms (less than a block of 16,384 samples at 1.024 MS/s, 16 ms), {short}."
    )


def _latency_row(row: LatencyRow) -> tuple[str, ...]:
    return (
        row.event,
        rate(row.rate_hz),
        f"{row.block_samples:,}",
        f"{row.seen} of {row.sent}",
        "-" if row.on_air is None else f"{row.on_air} of {row.sent}",
        "-" if row.on_air is None or row.asked_on_air is False else "all",
        _percentiles(row.waited_ms),
        _percentiles(row.computed_ms),
        _percentiles(row.total_ms),
        f"{row.load:.2f}",
    )


def _percentiles(found: Percentiles | None) -> str:
    return "-" if found is None else f"{found.p50:.1f} / {found.p99:.1f} / {found.p999:.1f}"
