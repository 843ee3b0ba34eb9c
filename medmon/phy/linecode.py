"""Soft chips come in, data bits with a quality for each symbol go out.

A soft chip is +1 for a full mark (carrier on, higher frequency), -1 for a full space, and less in
between. A line code maps a few data bits to a few chips; the most likely symbol is the code word
with the largest correlation, which needs no threshold because all words of these codes have the
same weight: 4b6b words have three marks of six, Manchester words one of two, judged jointly.

The quality of a symbol is that correlation over the largest possible one: 1 for clean chips, near
0 where there is no signal. A symbol is contradicted where a chip stands against the chosen word
with nearly full strength: that is no noise, the sender does not use this code.

The 4b6b table is that of the Medtronic Paradigm family (protocol sheet A.2; confirmed by the
on-air vectors in tests/vectors).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medmon.kernels import best_words
from medmon.records import FloatArray, LineCode

_4B6B = (0x15, 0x31, 0x32, 0x23, 0x34, 0x25, 0x26, 0x16,
         0x1A, 0x19, 0x2A, 0x0B, 0x2C, 0x0D, 0x0E, 0x1C)  # fmt: skip
CONTRADICTION = 0.8
"""Strength with which a chip must stand against its symbol to count as a contradiction. In loud
noise it must stand farther out: at 8 dB Ec/N0 this much is chance in one packet of 37 bytes in
18."""
NOISE = 8.5
"""Distance of a chip from its word that is no noise, over the median of all: 5.7 standard
deviations."""


def _signs(words: tuple[int, ...], width: int) -> FloatArray:
    bits = (np.array(words)[:, None] >> np.arange(width - 1, -1, -1)) & 1
    signs: FloatArray = (2.0 * bits - 1.0).astype(np.float32)
    signs.flags.writeable = False
    return signs


_WORDS: dict[LineCode, FloatArray] = {
    "4b6b": _signs(_4B6B, 6),
    "manchester-802.3": _signs((0b10, 0b01), 2),
    "manchester-thomas": _signs((0b01, 0b10), 2),
    "nrz": _signs((0, 1), 1),
}


@dataclass(frozen=True, slots=True, eq=False)
class Symbols:
    """Decided symbols.

    Attributes
    ----------
    values : ndarray of uint8, shape (n,)
        Data value of each symbol.
    quality : ndarray of float32, shape (n,)
        Correlation with the chosen word, 1 for clean chips.
    contradicted : ndarray of bool, shape (n,)
        Whether a strong chip stands against the chosen word.
    bits_each : int
        Data bits in a symbol.
    """

    values: npt.NDArray[np.uint8]
    quality: FloatArray
    contradicted: npt.NDArray[np.bool_]
    bits_each: int

    def data(self, count: int) -> bytes:
        """Pack the first symbols into bytes.

        Parameters
        ----------
        count : int
            How many symbols.

        Returns
        -------
        bytes
            Data bits, first on the air first, padded with zeros to a whole byte.
        """
        bits = np.unpackbits(self.values[:count, None], axis=1)[:, 8 - self.bits_each :]
        return np.packbits(bits).tobytes()


def chips_each(code: LineCode) -> int:
    """Give the number of chips in a symbol.

    Parameters
    ----------
    code : str
        Name of the line code.

    Returns
    -------
    int
        Chips.
    """
    return int(_WORDS[code].shape[1])


def bits_each(code: LineCode) -> int:
    """Give the number of data bits in a symbol.

    Parameters
    ----------
    code : str
        Name of the line code.

    Returns
    -------
    int
        Bits.
    """
    return int(_WORDS[code].shape[0]).bit_length() - 1


def code_words(code: LineCode) -> FloatArray:
    """Give the words of a line code.

    Parameters
    ----------
    code : str
        Name of the line code.

    Returns
    -------
    ndarray of float32, shape (n_words, chips_each)
        +1 for a mark, -1 for a space; read-only.
    """
    return _WORDS[code]


def least_margin(chips: FloatArray, code: LineCode) -> float:
    """Tell how near the most doubtful symbol came to being another one.

    Parameters
    ----------
    chips : ndarray of float32, shape (n_symbols * chips_each,)
        Soft chips.
    code : str
        Name of the line code.

    Returns
    -------
    float
        By how much the best word fits better than the second best, over what that is for clean
        chips: 1 for these, 0 where two words fit alike; 1 for no symbols.
    """
    words = _WORDS[code]
    match = np.sort(chips.reshape(-1, words.shape[1]) @ words.T, axis=1)
    clean = np.sort(words @ words.T, axis=1)
    smallest = float((clean[:, -1] - clean[:, -2]).min())
    return float((match[:, -1] - match[:, -2]).min(initial=smallest)) / smallest


def decide(chips: FloatArray, code: LineCode) -> Symbols:
    """Choose the most likely word for each symbol.

    Parameters
    ----------
    chips : ndarray of float32, shape (n,)
        Soft chips; an incomplete last symbol is left out.
    code : str
        Name of the line code.

    Returns
    -------
    Symbols
        The decisions.
    """
    words = _WORDS[code]
    found = best_words(chips[: chips.size // words.shape[1] * words.shape[1]], words)
    contradicted = found.weakest < -max(CONTRADICTION, NOISE * found.usual - 1.0)
    return Symbols(found.values, found.fits, contradicted, bits_each(code))
