"""How often two were read who spoke at once comes in, a table of it beside the goals goes out."""

from __future__ import annotations

from medmon.bench.results import Collisions, CollisionsRow
from medmon.bench.tables.table import Table, rate, told

_ASKED = {
    "near-far": "weak one read",
    "side by side": "both read",
    "same channel": "both read, or told",
}


def collisions(part: Collisions) -> Table:
    """Tell what came of two at once.

    Parameters
    ----------
    part : Collisions
        What was measured.

    Returns
    -------
    Table
        A row for each thing asked for, pair of devices, ratio and rate.
    """
    says = (
        (
            "Two speak at once, the strong one near full scale, the weak one 20 dB Ec/N0 over the "
            "noise, in 8 bits; it begins before, inside or near the end of the strong one."
        ),
        "Near-far: the weak one is to be read; side by side: both are.",
        (
            "Same channel: both are, or the collision is told; silent are pairs of which one was "
            "lost without a trace."
        ),
        (
            "Clear: energy of the weak one's chips over all that its matched filter lets through, "
            "in dB, at the median: what a receiver has that does not take the strong one off."
        ),
    )
    heading = ("case", "strong", "weak", "rate", "apart", "ratio, dB", "clear, dB", "weak read",
               "strong read", "both read", "silent", "asked for", "met", "goal")  # fmt: skip
    return Table("Collisions", (*says, told(part.run)), heading, tuple(map(_row, part.rows)))


def _row(row: CollisionsRow) -> tuple[str, ...]:
    return (
        row.case,
        row.strong,
        row.weak,
        rate(row.rate_hz),
        f"{row.apart_hz / 1e3:g} kHz",
        f"{row.ratio_db:g}",
        f"{row.clear_db:.1f}",
        str(row.weak_read),
        str(row.strong_read),
        str(row.both_read),
        str(row.silent),
        _ASKED[row.case],
        f"{row.met} of {row.sent}",
        "all",
    )
