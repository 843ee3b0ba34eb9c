"""A waveform and the edges of its chips come in; its levels, and how late its edges are, go out."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from medmon.kernels.chips import Marks
from medmon.kernels.choice import IS_COMPILED, compiled
from medmon.kernels.codes import ComplexArray, FloatArray
from medmon.kernels.order import upper_median

LEAST_EDGES = 8
"""Fewer have no line."""
TRACE = 1e-9
"""What is added to the diagonal of the normal equations: where all edges rise, their shift against
falling ones is any number, and so becomes a small one."""


def chip_levels(wave: FloatArray, first: float, step: float, marks: Marks) -> tuple[float, float]:
    """Give the level of a waveform in its spaces and in its marks.

    Parameters
    ----------
    wave : ndarray of float32, shape (n,)
        Waveform, contiguous.
    first : float
        Where the first chip stands, in samples of it.
    step : float
        Samples from chip to chip.
    marks : ndarray of bool, shape (n_chips,)
        What each chip is; those outside of the waveform are left out.

    Returns
    -------
    tuple of float
        Upper median of the samples nearest to the spaces and to the marks; NaN of none.
    """
    assert wave.dtype == np.float32, "the loops in C read single precision"
    if IS_COMPILED:
        return compiled.chip_levels(wave, first, step, marks)
    places = np.rint(first + step * np.arange(marks.size))
    inside = (places >= 0) & (places < wave.size)
    values, chosen = wave[places[inside].astype(np.intp)], marks[inside]
    return upper_median(values[~chosen]), upper_median(values[chosen])


def edge_line(
    wave: FloatArray,
    places: npt.NDArray[np.float64],
    numbers: npt.NDArray[np.int64],
    rising: Marks,
    reach: float,
    levels: tuple[float, float],
) -> tuple[float, float, float] | None:
    """Draw the straight line through how much later edges are than expected.

    How late an edge is tells the area of the waveform around its place. Edges that are not within
    the reach of the middle one are left out, and rising ones may be shifted against falling ones.

    Parameters
    ----------
    wave : ndarray of float32, shape (n,)
        Waveform, contiguous.
    places : ndarray of float64, shape (n_edges,)
        Where each edge is expected; the waveform reaches farther to either side than `reach`.
    numbers : ndarray of int64, shape (n_edges,)
        What number each has; not falling, the last one positive.
    rising : ndarray of bool, shape (n_edges,)
        Whether it goes from a space to a mark.
    reach : float
        How far around the place it is looked for, in samples.
    levels : tuple of float
        Level of the waveform in spaces and in marks, the former below the latter.

    Returns
    -------
    tuple of float or None
        How late number 0 is, how much later each next number is, and the standard error of the
        former, in samples; None of less than 8 edges.
    """
    assert wave.dtype == np.float32, "the loops in C read single precision"
    if IS_COMPILED:
        return compiled.edge_line(
            wave, places, numbers, rising, reach, levels[0], levels[1], LEAST_EDGES, TRACE
        )
    late = _delays(wave, places, rising, reach, levels)
    good = np.abs(late - upper_median(late)) < reach
    late = late[good]
    if late.size < LEAST_EDGES:
        return None
    design = np.empty((3, late.size))
    design[0] = 1.0
    design[1] = numbers[good] / numbers[-1]
    design[2] = np.where(rising[good], 1.0, -1.0)
    line = np.linalg.solve(design @ design.T + TRACE * np.eye(3), design @ late)
    rest = late - line @ design
    # The end of a line is known half as well as its middle.
    error = 2 * math.sqrt(float(np.dot(rest, rest))) / late.size
    return float(line[0]), float(line[1] / numbers[-1]), error


def mean_edge(
    iq: ComplexArray, firsts: npt.NDArray[np.float64], apart: float, lags: int, tail: int
) -> npt.NDArray[np.float64]:
    """Lay edges over each other, each turned to the phase of the carrier behind it.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n_edges, n)
        The surroundings of each edge.
    firsts : ndarray of float64, shape (n_edges,)
        Where the first lag is in each row, in samples of it; at least one row.
    apart : float
        Samples from lag to lag.
    lags : int
        How many of them, all within the row.
    tail : int
        The last so many have the carrier.

    Returns
    -------
    ndarray of float64, shape (lags,)
        Mean over the edges of the part that has the phase of the carrier, times its amplitude.
    """
    assert iq.dtype == np.complex64, "the loops in C read single precision"
    if IS_COMPILED:
        out = np.empty(lags)
        compiled.mean_edge(iq, firsts, apart, tail, out)
        return out
    places = firsts[:, None] + apart * np.arange(lags)
    left = places.astype(np.intp)
    part = (places - left).astype(np.float32)
    rows = np.arange(len(iq))[:, None]
    heard = iq[rows, left] + (iq[rows, left + 1] - iq[rows, left]) * part
    carrier = heard[:, -tail:].mean(axis=1, keepdims=True)
    return np.asarray((heard * np.conj(carrier)).real.mean(axis=0), dtype=np.float64)


def _delays(
    wave: FloatArray,
    places: npt.NDArray[np.float64],
    rising: Marks,
    reach: float,
    levels: tuple[float, float],
) -> npt.NDArray[np.float64]:
    """Measure how much later than expected each edge is, by the area before and after it."""
    low, high = levels
    total = np.zeros(wave.size + 1)
    np.cumsum(wave, dtype=np.float64, out=total[1:])
    grid = np.arange(total.size)
    # Sample i fills the time from i - 1/2 to i + 1/2.
    begin, end = (np.interp(places + side + 0.5, grid, total) for side in (-reach, reach))
    area = (end - begin - 2 * reach * low) / (high - low)
    # A rising edge that is late by d leaves the area reach - d, a falling one reach + d.
    return np.asarray(np.where(rising, reach - area, area - reach), dtype=np.float64)
