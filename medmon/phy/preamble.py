"""A packet's soft waveform and clock come in, the number of its preamble chips goes out.

The preamble is followed back from the sync word as long as it fits. Where it begins is a change
point: of all numbers of chips the one wins that gathers most evidence, each chip adding what it
speaks for a burst that is on the air. An on-off keyed burst shows itself by its marks only; a
frequency-shift keyed one by every chip that is more than a quarter of a chip's worth: noise alone
reaches no more, and a weak chip at the beginning still counts.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from medmon.kernels import chips_back
from medmon.phy.timing import Clock
from medmon.records import FloatArray, Modem

SILENCE_CHIPS = 6.0
"""Evidence against a burst, in chips, after which it is not followed further back."""
LONGEST_CHIPS = 8192
"""Preambles are not followed further back: 0.2 s at the highest chip rate."""
WORTH = 0.25

Tone: TypeAlias = Literal[1, 0, -1]
"""Which tone of a shifted carrier is listened to: the upper, both, or the lower."""


@lru_cache(maxsize=64)
def marks(text: str) -> npt.NDArray[np.bool_]:
    """Read chips from their text.

    Parameters
    ----------
    text : str
        Chips as "0" and "1".

    Returns
    -------
    ndarray of bool, shape (n_chips,)
        True for a mark; read-only.
    """
    chips = np.array([chip == "1" for chip in text], dtype=np.bool_)
    chips.flags.writeable = False
    return chips


def pattern(modem: Modem, count: int) -> npt.NDArray[np.bool_]:
    """Give the last chips of a modem's preamble.

    Parameters
    ----------
    modem : Modem
        How the device sounds.
    count : int
        How many chips.

    Returns
    -------
    ndarray of bool, shape (count,)
        True for a mark; the last one stands before the sync word; read-only.
    """
    return _repeated(modem.preamble, count)


@lru_cache(maxsize=256)
def _repeated(text: str, count: int) -> npt.NDArray[np.bool_]:
    period = marks(text)
    repeats = -(-count // period.size)
    chips = np.tile(period, repeats)[repeats * period.size - count :]
    chips.flags.writeable = False
    return chips


def lead_chips(scaled: FloatArray, clock: Clock, modem: Modem, tone: Tone) -> int:
    """Count the chips of the preamble that were on the air.

    Parameters
    ----------
    scaled : ndarray of float32, shape (n,)
        Soft waveform, +1 for a full mark, -1 for a full space.
    clock : Clock
        Chip clock of the packet.
    modem : Modem
        How the device sounds.
    tone : 1, 0 or -1
        Which tone is listened to; that of a keyed carrier is 1.

    Returns
    -------
    int
        Chips before the sync word, 0 when there is no preamble.
    """
    word = len(modem.sync)
    most = min(LONGEST_CHIPS, int(clock.start / clock.step) - word)
    if most <= 0:
        return 0
    is_on = pattern(modem, most)
    if tone < 0:
        # The lower tone is on where the upper is off: the same, upside down.
        scaled, is_on = -scaled, ~is_on
    # Behind a silence may stand the preamble of the burst before; it is not this one's.
    return chips_back(
        scaled,
        clock.start - clock.step * (word + 1),
        clock.step,
        is_on,
        None if tone else WORTH,
        SILENCE_CHIPS,
    )
