"""A soft waveform and clocks come in, how well each of them fits a line code goes out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from medmon.kernels.choice import IS_COMPILED, compiled
from medmon.kernels.codes import FloatArray


def clock_scores(
    wave: FloatArray,
    phases: npt.NDArray[np.float64],
    rates: npt.NDArray[np.float64],
    words: FloatArray,
    symbols: int,
) -> FloatArray:
    """Add up, for every clock, how well each symbol fits the best word.

    Parameters
    ----------
    wave : ndarray of float32, shape (n,)
        Soft waveform, contiguous, at least two samples.
    phases : ndarray of float64, shape (n_phases,)
        Where the first chip stands, in samples of it.
    rates : ndarray of float64, shape (n_rates,)
        Samples from chip to chip.
    words : ndarray of float32, shape (n_words, width)
        Words of the code, +1 for a mark and -1 for a space; two are each other's opposite.
    symbols : int
        How many symbols are read.

    Returns
    -------
    ndarray of float32, shape (n_phases, n_rates)
        Sum over the symbols of the correlation with the best word: 1 for each that is clean.
    """
    assert wave.dtype == np.float32, "the loops in C read single precision"
    if not IS_COMPILED:
        return plain_scores(wave, phases, rates, words, symbols)
    out: FloatArray = np.empty((phases.size, rates.size), dtype=np.float32)
    compiled.clock_scores(wave, phases, rates, words, words.shape[1], symbols, out)
    return out


def plain_scores(
    wave: FloatArray,
    phases: npt.NDArray[np.float64],
    rates: npt.NDArray[np.float64],
    words: FloatArray,
    symbols: int,
) -> FloatArray:
    """Add up, for every clock, how well each symbol fits; see `clock_scores`, in numpy.

    Parameters
    ----------
    wave : ndarray of float32, shape (n,)
        Soft waveform.
    phases : ndarray of float64, shape (n_phases,)
        Where the first chip stands.
    rates : ndarray of float64, shape (n_rates,)
        Samples from chip to chip.
    words : ndarray of float32, shape (n_words, width)
        Words of the code.
    symbols : int
        How many symbols are read.

    Returns
    -------
    ndarray of float32, shape (n_phases, n_rates)
        The sums.
    """
    numbers = np.arange(symbols * words.shape[1], dtype=np.float64)
    chips = between(wave, phases[:, None, None] + rates[None, :, None] * numbers)
    return np.asarray(best_fit(chips, words).sum(axis=-1))


def clock_chips(
    wave: FloatArray, phase: float, rate: float, words: FloatArray, symbols: int
) -> tuple[FloatArray, FloatArray]:
    """Read the chips of one clock, and how well each symbol fits the best word.

    Parameters
    ----------
    wave : ndarray of float32, shape (n,)
        Soft waveform, contiguous, at least two samples.
    phase : float
        Where the first chip stands, in samples of it.
    rate : float
        Samples from chip to chip.
    words : ndarray of float32, shape (n_words, width)
        Words of the code, +1 for a mark and -1 for a space; two are each other's opposite.
    symbols : int
        How many symbols are read.

    Returns
    -------
    ndarray of float32, shape (symbols * width,)
        Soft chips.
    ndarray of float32, shape (symbols,)
        1 for a clean symbol.
    """
    assert wave.dtype == np.float32, "the loops in C read single precision"
    if not IS_COMPILED:
        numbers = np.arange(symbols * words.shape[1], dtype=np.float64)
        chips = between(wave, phase + rate * numbers)
        return chips, best_fit(chips, words)
    chips = np.empty(symbols * words.shape[1], dtype=np.float32)
    fits: FloatArray = np.empty(symbols, dtype=np.float32)
    compiled.clock_chips(wave, phase, rate, words, words.shape[1], chips, fits)
    return chips, fits


def last_fit(fits: FloatArray, look: int, least: float) -> int:
    """Count the symbols before the signal ends.

    Parameters
    ----------
    fits : ndarray of float32, shape (n,)
        How well each symbol fits, contiguous; 1 for a clean one.
    look : int
        Symbols that are looked at together.
    least : float
        Mean fit below which there is no signal.

    Returns
    -------
    int
        Up to where, around the first look that is too poor, the fits beyond the least add up to
        most: the change point, so that one weak symbol before the end does not move it. 0 where
        that is nowhere, or there is less than a look; all where no look is too poor.
    """
    assert fits.dtype == np.float32, "the loops in C read single precision"
    if not IS_COMPILED:
        return plain_last_fit(fits, look, least)
    return compiled.last_fit(fits, look, least)


def plain_last_fit(fits: FloatArray, look: int, least: float) -> int:
    """Count the symbols before the signal ends; see `last_fit`, in numpy.

    Parameters
    ----------
    fits : ndarray of float32, shape (n,)
        How well each symbol fits.
    look : int
        Symbols that are looked at together.
    least : float
        Mean fit below which there is no signal.

    Returns
    -------
    int
        Symbols.
    """
    if fits.size < look:
        return 0
    total = np.concatenate(([0.0], np.cumsum(fits, dtype=np.float64)))
    low = total[look:] - total[:-look] < least * look
    if not low.any():
        return fits.size
    first = max(0, int(low.argmax()) - look)
    gathered = np.cumsum(fits[first : first + 3 * look].astype(np.float64) - least)
    top = int(gathered.argmax())
    return first + (top + 1 if gathered[top] > 0 else 0)


def between(wave: FloatArray, places: npt.NDArray[np.float64]) -> FloatArray:
    """Interpolate a waveform linearly between its samples.

    Parameters
    ----------
    wave : ndarray of float32, shape (n,)
        The waveform.
    places : ndarray of float64
        Indices into it; those outside take the line through the two nearest samples.

    Returns
    -------
    ndarray of float32
        Values, in the shape of the places.
    """
    left = np.minimum(np.maximum(places.astype(np.intp), 0), wave.size - 2)
    part = (places - left).astype(np.float32)
    low = wave[left]
    part *= wave[left + 1] - low
    part += low
    return part


def best_fit(chips: FloatArray, words: FloatArray) -> FloatArray:
    """Correlate chips with the best word of each symbol, along the last axis.

    Parameters
    ----------
    chips : ndarray of float32, shape (..., n_symbols * width)
        Soft chips.
    words : ndarray of float32, shape (n_words, width)
        Words of the code; two are each other's opposite.

    Returns
    -------
    ndarray of float32, shape (..., n_symbols)
        1 for a clean symbol.
    """
    groups = chips.reshape(*chips.shape[:-1], -1, words.shape[1])
    if len(words) == 2:
        # Two opposite words: the better one is the magnitude, without a product of matrices.
        both: FloatArray = groups[..., 0] * words[0, 0]
        for place in range(1, words.shape[1]):
            both += groups[..., place] * words[0, place]
        return np.asarray(np.abs(both) / np.float32(words.shape[1]), dtype=np.float32)
    best: FloatArray = groups @ words.T
    # Halves against each other: a maximum along a short last axis takes three times as long.
    while best.shape[-1] > 1:
        half = best.shape[-1] // 2
        best = np.maximum(best[..., :half], best[..., half:])
    return best[..., 0] / np.float32(words.shape[1])
