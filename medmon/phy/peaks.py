"""Powers over the floor come in, the channels in which somebody is on the air go out.

What the skirts, the second tone and the mirror image of a louder sender explain is left out, so of
two senders close together, or far apart in level, only the louder one is seen here.
"""

from __future__ import annotations

import numpy as np

from medmon.phy.activity import FOUR_ROWS, FOUR_ROWS_WIDE, KEEP, WIDE
from medmon.records import FloatArray

JOIN_CHANNELS = 5
"""Energy closer than this to a louder sender is that one's: the two tones of a pod stand 3.3
channels apart."""
SKIRT = 0.5
"""What a sender spills, over its power, one channel away; it falls with the square of the distance
(the skirt of hard keying, 10 dB below and 20 dB a decade, and a margin for a carrier that stands
between two channels)."""
IMAGE = 0.01
"""An image of a receiver is weaker than this part of its sender (20 dB)."""


def peaks(excess: FloatArray) -> list[tuple[int, float]]:
    """List the channels in which somebody is on the air, without skirts and images.

    Parameters
    ----------
    excess : ndarray of float32, shape (channels,)
        Mean of four rows over the floor; 1.0 is noise.

    Returns
    -------
    list of (int, float)
        Channels, and their power over the floor; the loudest first.
    """
    if excess.max() <= FOUR_ROWS_WIDE:
        return []
    hot = excess > FOUR_ROWS
    groups = np.convolve(excess, np.ones(WIDE), mode="valid") > FOUR_ROWS_WIDE * WIDE
    for shift in range(WIDE):
        hot[shift : shift + groups.size] |= groups
    ring = np.concatenate((excess[-1:], excess, excess[:1]))
    is_top = (excess >= ring[:-2]) & (excess >= ring[2:])
    channels = np.flatnonzero(hot & (excess > KEEP))
    channels = channels[np.argsort(-excess[channels], kind="stable")]
    powers = excess[channels]
    # What falls off to one side is the flank of what stands there.
    tops = np.flatnonzero(is_top[channels])
    # What a louder channel spills is nobody's, whoever that one's energy is.
    apart = np.maximum((channels[tops, None] - channels) ** 2, 1)
    is_louder = np.arange(channels.size) < tops[:, None]
    spilled = np.where(is_louder, powers * SKIRT / apart, 0.0).max(axis=1, initial=0.0)
    found: list[tuple[int, float]] = []
    for top in tops[powers[tops] > spilled].tolist():
        channel, power = int(channels[top]), float(powers[top])
        if not _has(found, channel, power, excess.size):
            found.append((channel, power))
    return found


def _has(found: list[tuple[int, float]], channel: int, power: float, channels: int) -> bool:
    """Tell whether the energy of a channel is that of a sender, or of its mirror image."""
    return any(
        abs(other - channel) < JOIN_CHANNELS
        or (abs(channels - other - channel) < JOIN_CHANNELS and power < loud * IMAGE)
        for other, loud in found
    )
