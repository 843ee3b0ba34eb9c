"""What was heard at which level, and in noise, comes in; tables beside the bounds go out."""

from __future__ import annotations

from medmon.bench.results import Bound, Crossing, Curve, Sensitivity, Silence
from medmon.bench.tables.table import Table, compared, rate, told


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
            "packet comes, but not the carrier's phase; of MSK (dexcom-g4) and GFSK (ble) the "
            "phase too."
        ),
        (
            "Carriers lie anywhere in the middle 80 % of the band, up to 25 kHz off, clocks up to "
            "500 ppm off (ble: 60 ppm, modulation index 0.45 to 0.55); the receiver has the noise, "
            "the constant and the image of an RTL-SDR."
        ),
        (
            "medmon's packet counts where its check is right, the decoder believes it and every "
            "byte is the one that was sent; of dexcom-g4 and ble, which have no decoder, where all "
            "bits behind the sync word are right; rtl_433's where all chips are right, with the "
            "better of the options that were tried."
        ),
    )
    heading = ("packet", "rate", "share", "bound", "medmon", "over the bound", "goal",
               "rtl_433", "medmon better by", "rtl_433 told")  # fmt: skip
    limits = {bound.packet: bound for bound in part.bounds}
    peers = {(c.packet, c.rate_hz): c for c in part.curves if c.receiver == "rtl_433"}
    rows = tuple(
        row
        for curve in part.curves
        if curve.receiver == "medmon"
        for row in _levels(
            curve, peers.get((curve.packet, curve.rate_hz)), limits[curve.packet], part.goal_db
        )
    )
    return Table("Sensitivity", (*says, *compared(part.run)), heading, rows)


def _levels(mine: Curve, peer: Curve | None, bound: Bound, goal_db: float) -> list[tuple[str, ...]]:
    shares = (
        ("50 %", bound.half_db, mine.half, peer.half if peer else None),
        ("90 %", bound.ninety_db, mine.ninety, peer.ninety if peer else None),
    )
    never = "not reached" if peer else "-"
    return [
        (
            mine.packet,
            rate(mine.rate_hz),
            share,
            f"{bound_db:.1f}",
            _crossing(found, "not reached"),
            "-" if found is None else f"{found.over_bound_db:+.2f}",
            f"at most {goal_db:g}",
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
        rate(part.rate_hz),
        f"{part.seconds / 60:g} min",
        str(part.bursts),
        str(part.frames),
        str(part.believed),
        "none",
    )
    heading = ("rate", "length", "bursts", "frames", "believed", "goal")
    return Table("False decodes", (*says, told(part.run)), heading, (row,))


def _crossing(found: Crossing | None, missing: str) -> str:
    if found is None:
        return missing
    return f"{found.db:.1f} ({found.low_db:.1f}-{found.high_db:.1f})"
