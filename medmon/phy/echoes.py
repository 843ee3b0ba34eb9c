"""Bursts of one time come in, those that are bursts of their own go out.

One packet may be heard several times: by several modems, from several emitters that its energy
lights up, through a mirror image or a harmonic. And energy that no modem understands may be part of
a packet, or of its skirts. What tells a copy from a second sender are its bits, its time and its
power; what tells a skirt from a sender is how far it lies below.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from medmon.phy.packets import Heard, decibel

UNKNOWN_SNR_DB = 9.0
UNKNOWN_ENERGY_DB = 19.0
"""Bursts that no modem understands are reported from this SNR and this energy over the noise
density; below, noise could be one."""
EQUAL_DB = 0.3
"""Two readings of one burst, tuned to from two of its pieces, differ by less."""
SAME_ERRORS = 0.06
"""Largest part of the bits that noise may turn over in a copy of a packet."""
NOISY_DB = 15.0
"""Above this SNR noise turns no bits over, and a packet with other bits is another packet."""
FAR_DB = 10.0
"""A copy outside the packet's own bandwidth, a mirror image or a harmonic, is so much weaker."""
TOGETHER_CHIPS = 2.0
"""A copy begins or ends with its packet to within so many chips."""
SAME_CHIPS = 4.0
"""Two sync words of one modem so close together in one channel are one."""
CLICK_US = 1_000.0
"""Energy shorter than this beside a stronger burst is the click of that one's keying."""
SKIRT_DB = 6.0
"""A burst on the skirt of a stronger one is that one's: so far down at half its bandwidth,
and 20 dB more a decade."""


def merged(found: Iterable[Heard]) -> list[Heard]:
    """Join what several modems made of the same burst; the best of each modem stays.

    Both stay where somebody spoke into the longer one: it may have been the other.

    Parameters
    ----------
    found : iterable of Heard
        Packets of one emitter.

    Returns
    -------
    list of Heard
        Bursts, each with the frames of all modems that understood it.
    """
    joined: list[Heard] = []
    for heard in sorted(found, key=lambda heard: -heard.frames[0].bit_count):
        for place, other in enumerate(joined):
            if _overlap(heard, other) > 0.5 and _is_within(heard, other):
                if other.radio.collided and is_other_sync(heard, other):
                    continue
                if heard.frames[0].modem not in {frame.modem for frame in other.frames}:
                    joined[place] = replace(other, frames=(*other.frames, *heard.frames))
                break
        else:
            joined.append(heard)
    return joined


def is_other_sync(one: Heard, other: Heard) -> bool:
    """Tell whether two receptions began with different sync words.

    Parameters
    ----------
    one, other : Heard
        Two packets.

    Returns
    -------
    bool
        Whether their sync words end at different times, or on different channels.
    """
    if one.sent is None or other.sent is None:
        return False
    apart = abs(one.sent.sync - other.sent.sync)
    return apart > SAME_CHIPS * one.sent.step or not _is_within(one, other)


def _is_within(heard: Heard, other: Heard) -> bool:
    """Tell whether two carriers are one: two pumps may stand closer than an emitter is wide."""
    widest_hz = max(heard.radio.bandwidth_hz, other.radio.bandwidth_hz)
    return abs(heard.radio.freq_hz - other.radio.freq_hz) < widest_hz / 2


def _overlap(one: Heard, other: Heard) -> float:
    """Give the common part of two bursts over the shorter one."""
    common = min(one.stop, other.stop) - max(one.start, other.start)
    return common / max(min(one.stop - one.start, other.stop - other.start), 1.0)


def is_copy(weaker: Heard, stronger: Heard) -> bool:
    """Tell whether a burst is a stronger one heard again, through a skirt, an image, a harmonic.

    Two devices that share a channel and speak at once cannot both be in one place: the stronger
    reception of one channel stands for both.

    Parameters
    ----------
    weaker, stronger : Heard
        A packet, and another burst.

    Returns
    -------
    bool
        Whether the first one is part of the second one.
    """
    if not _is_under(weaker, stronger):
        return False
    apart_hz = abs(weaker.radio.freq_hz - stronger.radio.freq_hz)
    return apart_hz < stronger.radio.bandwidth_hz / 4 or is_echo(weaker, stronger)


def is_echo(weaker: Heard, stronger: Heard, far_db: float = FAR_DB) -> bool:
    """Tell whether a packet has the bits, the time and less than the power of another.

    Parameters
    ----------
    weaker, stronger : Heard
        Two packets.
    far_db : float
        By how much it is weaker at least, outside the other one's bandwidth.

    Returns
    -------
    bool
        Whether the first one is the second one heard again.
    """
    if not _is_under(weaker, stronger):
        return False
    fainter_db = stronger.radio.rssi_dbfs - weaker.radio.rssi_dbfs
    apart_hz = abs(weaker.radio.freq_hz - stronger.radio.freq_hz)
    if apart_hz > stronger.radio.bandwidth_hz and fainter_db < far_db:
        return False
    errors = SAME_ERRORS if weaker.radio.snr_db < NOISY_DB else 0.0
    same = _same_bits(weaker.frames[0].data, stronger.frames[0].data, errors)
    return same and _together(weaker, stronger)


def _is_under(weaker: Heard, stronger: Heard) -> bool:
    """Tell whether a packet has the modem and the time of one that is not weaker."""
    mine, theirs = weaker.frames[0], stronger.frames[:1]
    if weaker.radio.rssi_dbfs > stronger.radio.rssi_dbfs + EQUAL_DB:
        return False
    return bool(theirs) and mine.modem == theirs[0].modem and _overlap(weaker, stronger) >= 0.8


def _together(weaker: Heard, stronger: Heard) -> bool:
    """Tell whether two bursts begin or end at the same time; noise may hide one of the two."""
    samples_a_second = (stronger.stop - stronger.start) / (stronger.radio.duration_us * 1e-6)
    chip = samples_a_second / (stronger.radio.symbol_rate_hz or samples_a_second)
    ends = abs(weaker.start - stronger.start), abs(weaker.stop - stronger.stop)
    return min(ends) < TOGETHER_CHIPS * chip


def _same_bits(one: bytes, other: bytes, errors: float) -> bool:
    """Tell whether two packets have the same bits, but for a part that noise may have turned over.

    The beginning alone does not tell: it holds the address, and a forger uses the same one.
    """
    count = min(len(one), len(other))
    wrong = int.from_bytes(one[:count], "big") ^ int.from_bytes(other[:count], "big")
    return wrong.bit_count() <= errors * 8 * count


def is_loud(heard: Heard) -> bool:
    """Tell whether a burst without a frame is certainly no noise.

    Parameters
    ----------
    heard : Heard
        The burst.

    Returns
    -------
    bool
        Whether its SNR and its energy are beyond those of chance.
    """
    radio = heard.radio
    energy_db = radio.snr_db + decibel(radio.bandwidth_hz * radio.duration_us * 1e-6)
    return radio.snr_db >= UNKNOWN_SNR_DB and energy_db >= UNKNOWN_ENERGY_DB


def distinct(unknown: Sequence[Heard], known: Sequence[Heard]) -> list[Heard]:
    """Leave out what another burst of the same time explains; the strongest stays.

    Parameters
    ----------
    unknown : sequence of Heard
        Bursts without frames.
    known : sequence of Heard
        Packets of the same time.

    Returns
    -------
    list of Heard
        Those that nothing else explains, strongest first.
    """
    kept: list[Heard] = []
    for heard in sorted(unknown, key=lambda heard: -heard.radio.rssi_dbfs):
        if not any(explains(other, heard) for other in (*known, *kept)):
            kept.append(heard)
    return kept


def explains(strong: Heard, weak: Heard) -> bool:
    """Tell whether a burst without a frame is part of another one, or of its skirts."""
    common = min(strong.stop, weak.stop) - max(strong.start, weak.start)
    if common < 0.5 * (weak.stop - weak.start):
        return False
    apart_hz = abs(strong.radio.freq_hz - weak.radio.freq_hz)
    if apart_hz < strong.radio.bandwidth_hz * 0.75 + weak.radio.bandwidth_hz / 2:
        return True
    skirt_db = SKIRT_DB + 2 * decibel(2 * apart_hz / strong.radio.bandwidth_hz)
    if weak.radio.duration_us < CLICK_US:
        skirt_db = SKIRT_DB
    return strong.radio.rssi_dbfs - weak.radio.rssi_dbfs > skirt_db
