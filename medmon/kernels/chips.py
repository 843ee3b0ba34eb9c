"""A waveform and its chip clock come in, what it holds at the chips goes out.

A clock is given by the place of the first chip, in samples of the waveform, and the samples from
chip to chip; between two samples a waveform is read on the line through them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from medmon.kernels.choice import IS_COMPILED, compiled
from medmon.kernels.clock import between
from medmon.kernels.codes import ComplexArray, FloatArray

Marks = npt.NDArray[np.bool_]
"""Chips, True for a mark; contiguous."""
MOST = 1.5
"""What a chip may speak for a burst, however loud it is."""


def train_chips(wave: FloatArray, first: float, step: float, count: int) -> FloatArray:
    """Read the chips of a clock.

    Parameters
    ----------
    wave : ndarray of float32, shape (n,)
        Waveform, contiguous, at least two samples.
    first, step : float
        The clock.
    count : int
        Chips.

    Returns
    -------
    ndarray of float32, shape (count,)
        Their values; outside of the waveform on the line through the two nearest samples.
    """
    assert wave.dtype == np.float32, "the loops in C read single precision"
    if not IS_COMPILED:
        return between(wave, first + step * np.arange(count, dtype=np.float64))
    out: FloatArray = np.empty(count, dtype=np.float32)
    compiled.train_chips(wave, first, step, out)
    return out


def chips_back(
    wave: FloatArray,
    last: float,
    step: float,
    pattern: Marks,
    worth: float | None,
    silence: float,
) -> int:
    """Count the chips of a pattern that were on the air before a place.

    Where they begin is a change point: of all numbers of chips the one that gathers most evidence.
    A mark of a keyed carrier speaks for a burst by its level and a space looks like silence; a chip
    of a shifted one speaks by its level over `worth`.

    Parameters
    ----------
    wave : ndarray of float32, shape (n,)
        Waveform, contiguous, at least two samples, +1 for a mark and -1 for a space.
    last : float
        Where the last chip of the pattern stands.
    step : float
        Samples from chip to chip.
    pattern : ndarray of bool, shape (n_chips,)
        The chips in the order of the air.
    worth : float or None
        What noise alone may reach in a chip of a shifted carrier; None for a keyed one.
    silence : float
        Evidence against a burst, in chips, after which it is not followed further back.

    Returns
    -------
    int
        Chips.
    """
    assert wave.dtype == np.float32, "the loops in C read single precision"
    if IS_COMPILED:
        return compiled.chips_back(wave, last, -step, pattern, worth is None, worth or 0.0, silence)
    heard = np.clip(train_chips(wave, last, -step, pattern.size), -MOST, MOST)
    against = 0.0 if worth is None else -heard
    evidence = np.where(pattern[::-1], heard, against) - (worth or 0.0)
    gathered = np.concatenate(([0.0], np.cumsum(evidence, dtype=np.float64)))
    lost = np.maximum.accumulate(gathered) - gathered > silence
    return int(gathered[: int(lost.argmax()) if lost.any() else None].argmax())


def worst_scatter(
    wave: FloatArray, first: float, step: float, marks: Marks, block: int, least_half: float
) -> float:
    """Tell how far chips lie from the mean of their kind, in the worst block of them.

    Parameters
    ----------
    wave : ndarray of float32, shape (n,)
        Waveform, contiguous, at least two samples.
    first, step : float
        The clock.
    marks : ndarray of bool, shape (n_chips,)
        What each chip is; those behind the last whole block are left out.
    block : int
        Chips in a block, at most 64.
    least_half : float
        What half the distance of marks and spaces counts at least.

    Returns
    -------
    float
        Root mean square distance over half that of marks and spaces; 0 without a block.
    """
    assert wave.dtype == np.float32, "the loops in C read single precision"
    if IS_COMPILED:
        return compiled.worst_scatter(wave, first, step, marks, block, least_half)
    count = marks.size // block
    heard = train_chips(wave, first, step, count * block).reshape(count, block)
    upper = marks[: count * block].reshape(count, block)
    high, low = (
        np.where(kind, heard, 0).sum(axis=1) / np.maximum(kind.sum(axis=1), 1)
        for kind in (upper, ~upper)
    )
    error = heard - np.where(upper, high[:, None], low[:, None])
    half = np.maximum((high - low) / 2, least_half)
    return float((np.sqrt((error**2).mean(axis=1)) / half).max(initial=0.0))


def mark_power(iq: ComplexArray, first: float, step: float, marks: Marks, reach: int) -> float:
    """Measure the mean power around the marks.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Signal, contiguous.
    first, step : float
        The clock.
    marks : ndarray of bool, shape (n_chips,)
        Which chips count.
    reach : int
        Samples to either side of the nearest one that count as well; a chip that has fewer is
        left out.

    Returns
    -------
    float
        Power; 0 where no chip is left.
    """
    assert iq.dtype == np.complex64, "the loops in C read single precision"
    if IS_COMPILED:
        return compiled.mark_power(iq, first, step, marks, reach)
    places = _nearest(iq, first, step, marks.size, reach)
    around = places[marks & (places >= 0)][:, None] + np.arange(-reach, reach + 1)
    heard = iq[around]
    return float(np.mean(heard.real**2 + heard.imag**2)) if around.size else 0.0


def tone_turns(
    iq: ComplexArray, first: float, step: float, marks: Marks, reach: int, margin: int
) -> tuple[complex, complex]:
    """Add up how far the phase turns around the middle of the spaces and of the marks.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Signal, contiguous.
    first, step : float
        The clock.
    marks : ndarray of bool, shape (n_chips,)
        What each chip is.
    reach : int
        From so many samples before the nearest one to as many behind it.
    margin : int
        A chip that has fewer samples to either side is left out; at least `reach`.

    Returns
    -------
    tuple of complex
        Of the spaces and of the marks: the sum of each later sample times the conjugate of the
        earlier one.
    """
    assert iq.dtype == np.complex64, "the loops in C read single precision"
    if IS_COMPILED:
        low_re, low_im, high_re, high_im = compiled.tone_turns(
            iq, first, step, marks, reach, margin
        )
        return complex(low_re, low_im), complex(high_re, high_im)
    places = _nearest(iq, first, step, marks.size, margin)
    inside = places >= 0
    places, chosen = places[inside], marks[inside]
    turns = iq[places + reach] * np.conj(iq[places - reach])
    low, high = (complex(turns[kind].sum(dtype=np.complex128)) for kind in (~chosen, chosen))
    return low, high


def _nearest(
    iq: ComplexArray, first: float, step: float, count: int, margin: int
) -> npt.NDArray[np.intp]:
    """Give the sample nearest to each chip; -1 where it has less than a margin to either side."""
    places = np.rint(first + step * np.arange(count))
    inside = (places >= margin) & (places < iq.size - margin)
    return np.where(inside, places, -1.0).astype(np.intp)
