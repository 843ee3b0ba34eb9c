"""Errors of delays and angles come in, a table of them over their bounds goes out."""

from __future__ import annotations

from medmon.bench.results import Arrays, ArraysRow
from medmon.bench.tables.table import Table, rate, told

_UNITS = {"tdoa_ns": "ns", "aoa_deg": "degrees"}


def arrays(part: Arrays) -> Table:
    """Tell the errors over their bounds.

    Parameters
    ----------
    part : Arrays
        What was measured.

    Returns
    -------
    Table
        A row for each device, ratio and feature.
    """
    bursts = max(row.bursts for row in part.rows)
    says = (
        (
            f"Root mean square errors of {bursts} bursts at {rate(part.rate_hz)}, over the bound "
            "of Cramer and Rao within the device's passband, which docs/explanation/antennas.md "
            "derives; the goal is one for 10 dB and more."
        ),
        (
            "The SNR is that in the width which holds 95 % of the power, 20 kHz for a pump and "
            "81 kHz for a pod."
        ),
        (
            "Whole band: over the bound of one who may also use what lies outside of the passband, "
            "and has nobody beside him."
        ),
        "Told: mean square of the errors over the variances that medmon gives beside its figures.",
    )
    heading = ("device", "SNR, dB", "feature", "antennas", "measured", "error", "bound",
               "error / bound", "goal", "whole band", "told")  # fmt: skip
    rows = tuple(_row(row, f"at most {part.goal:g}") for row in part.rows)
    return Table("Antennas", (*says, told(part.run)), heading, rows)


def _row(row: ArraysRow, goal: str) -> tuple[str, ...]:
    return (
        row.device,
        f"{row.snr_db:g}",
        row.feature,
        row.antennas,
        f"{row.measured} of {row.bursts}",
        _figure(row.rms, row),
        _figure(row.bound, row),
        _ratio(row.ratio),
        goal,
        _ratio(row.ratio_whole_band),
        _ratio(row.normalised),
    )


def _figure(value: float | None, row: ArraysRow) -> str:
    return "-" if value is None else f"{value:.3g} {_UNITS[row.feature]}"


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
