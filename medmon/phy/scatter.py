"""A reception comes in, how much something else than noise spoilt its chips goes out.

A packet that nobody disturbs has chips of two levels, and noise scatters them alike from its
beginning to its end, where silence follows. Who speaks into it scatters the chips for as long as
he does: by the ratio of the two amplitudes, and in another direction for each chip, because
neither carriers nor clocks agree.
"""

from __future__ import annotations

import math

from medmon.kernels import train_chips, worst_scatter
from medmon.phy.reception import Reception

BLOCK_CHIPS = 16
"""Chips over which the scatter is averaged: their levels are constant, whatever fades."""
NOISE = 3.5
"""Scatter of the worst block in noise, times the root of Ec/N0: 2.3 was the largest of 100."""
TAILS = 0.25
"""Loud noise has longer tails than its power tells, as chips are magnitudes: of 150 short packets
of 10 dB one scattered by 4.0 times the root."""
CLEAN_KEYED, CLEAN_SHIFTED = 0.07, 0.045
"""Scatter that edges and filters make of a packet without noise: 0.05 and 0.03, and a half more."""
SPOILT = 0.25
"""Scatter from which somebody else spoke into a packet, no more than 12 dB weaker in its filter."""
PAUSE_CHIPS = 8
"""A sender on the air is heard in each eight chips: sync words have no longer run of spaces."""
TAIL_CHIPS = 32
"""Energy that goes on without a pause for so long behind a packet's last chip is no filling."""
LEAST_HALF = 0.25
"""Half the distance of marks and spaces counts at least so much."""
GOES_ON = 2.0
"""Scatter of a packet whose chips stop before its energy does: more than a coin toss."""


def scatter(packet: Reception) -> float:
    """Give the root mean square distance of the chips from their level in the worst block.

    Parameters
    ----------
    packet : Reception
        The packet.

    Returns
    -------
    float
        Over half the distance of the two levels: 0 for clean chips, 1 for a coin toss, and 2
        where the chips break off and the energy goes on.
    """
    clock, marks = packet.clock, packet.known_chips
    first = clock.start - clock.step * (marks.size - packet.chips.size)
    worst = worst_scatter(packet.soft, first, clock.step, marks, BLOCK_CHIPS, LEAST_HALF)
    return max(worst, GOES_ON) if marks.size >= BLOCK_CHIPS and _goes_on(packet) else worst


def is_touched(scattered: float, chip_snr: float, *, is_keyed: bool) -> bool:
    """Tell whether chips lie farther from their levels than noise and filters put them.

    Parameters
    ----------
    scattered : float
        As `scatter` gives it.
    chip_snr : float
        Energy of a chip over the noise density.
    is_keyed : bool
        Whether it is a keyed carrier and not a shifted one.

    Returns
    -------
    bool
        Whether somebody else may be heard in them, and be it 20 dB below.
    """
    return scattered > max(CLEAN_KEYED if is_keyed else CLEAN_SHIFTED, _noise(chip_snr))


def is_spoilt(scattered: float, chip_snr: float) -> bool:
    """Tell whether somebody else certainly spoke into a packet.

    Parameters
    ----------
    scattered : float
        As `scatter` gives it.
    chip_snr : float
        Energy of a chip over the noise density.

    Returns
    -------
    bool
        Whether its chips cannot all be believed.
    """
    # Noise and somebody else are strangers: their squares add up.
    noise = _noise(chip_snr)
    return scattered > math.hypot(SPOILT, noise * (1 + TAILS * noise))


def _noise(chip_snr: float) -> float:
    return NOISE / math.sqrt(max(chip_snr, 1.0))


def _goes_on(packet: Reception) -> bool:
    """Tell whether a carrier stays on behind the last chip, without a pause."""
    clock = packet.clock
    first = clock.start + clock.step * packet.chips.size
    if first + clock.step * (TAIL_CHIPS - 1) > packet.soft.size - 2:
        return False
    heard = train_chips(packet.soft, first, clock.step, TAIL_CHIPS)
    return bool(packet.is_loud(heard).reshape(-1, PAUSE_CHIPS).any(axis=1).all())
