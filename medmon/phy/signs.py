"""The bursts of a region come in, and the answer whether somebody may be hidden beneath them.

To take a packet off the samples and to search them again costs as much as the packet did, so it
is done only where there is a sign of somebody:

- chips that scatter more than noise and filters let them, or that end with what was listened to;
- energy on a packet's channel at a time at which no burst was found;
- around a packet that stands so high that its skirts do, more than a quick drawing explains;
- a spectrum that is not symmetric about a packet, as that of a lone sender is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from medmon.phy.activity import Region
from medmon.phy.baseband import Place
from medmon.phy.cancel import explained
from medmon.phy.filters import ROLL_OFF
from medmon.phy.packets import Heard
from medmon.phy.regions import Scene
from medmon.phy.scatter import is_touched
from medmon.records import ComplexArray, FloatArray

SKIRTED = 1000.0
"""From 30 dB on the skirts of a packet stand out of the noise, and may hide somebody."""
SCREEN_HZ, REACH_HZ = 400e3, 160e3
"""Rate of a quick drawing, and how far to either side of a packet it is compared."""
BINS, FRAMES = 32, 48
"""Channels of 12.5 kHz, and how many spectra are averaged: 4 ms, less than the shortest packet."""
WINDOW: FloatArray = (np.hanning(BINS + 1)[:BINS] * np.sqrt(8 / 3)).astype(np.float32)
DEPTH = 10**-1.7
"""A quick drawing explains all but this part of a skirt."""
STRONG = 100.0
"""A packet so much over the noise density (Ec/N0, 20 dB) may hide somebody who can be read."""
ROWS = 8
"""Rows whose mean spectrum is compared: 4 ms, less than the shortest packet."""
APART_ROWS = 2
"""Rows beside a burst that its edges reach into."""
ASIDE = 1.6
"""A channel so much stronger than those as far on the other side of a carrier has more in it than
the skirt (2 dB); the mean over eight rows of noise varies by a tenth."""
ASIDE_SHIFTED = 4.0
"""The same for a shifted carrier, whose spectrum depends on its bits (6 dB)."""
LOUD = 4.0
"""Times the noise from which anything counts (6 dB)."""
IMAGE = 10**-2.0
"""A receiver's mirror image is at least so much weaker than its signal."""


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Where a search beneath its bursts can be made.

    Attributes
    ----------
    iq : ndarray of complex64, shape (n,)
        The region's samples, and some before and after it.
    first_sample : int
        Place of the first one in the stream.
    powers : ndarray of float32, shape (n_slots, channels)
        Channel powers of the region's rows.
    region : Region
        The region.
    """

    iq: ComplexArray
    first_sample: int
    powers: FloatArray
    region: Region


def is_sign(bursts: Sequence[Heard], ground: Ground, scene: Scene) -> bool:
    """Tell whether a region should be searched once more without its packets.

    Parameters
    ----------
    bursts : sequence of Heard
        What was heard in it.
    ground : Ground
        The region.
    scene : Scene
        The same for a search.

    Returns
    -------
    bool
        Whether there is a sign of somebody else.
    """
    packets = [burst for burst in bursts if burst.sent is not None]
    if any(_is_sign(packet, ground, scene) for packet in packets):
        return True
    return bool(packets) and _is_more(bursts, ground, scene)


def _chip_snr(heard: Heard, scene: Scene) -> float:
    """Give the energy of a packet's chips over the noise density around it."""
    assert heard.sent is not None
    channel = round(heard.radio.freq_hz / scene.grid.channel_hz) + scene.grid.channels // 2
    floor = float(scene.floor[min(max(channel, 0), scene.grid.channels - 1)])
    chips_hz = scene.grid.rate_hz / heard.sent.step
    return 10 ** (heard.radio.rssi_dbfs / 10) * scene.grid.channel_hz / (floor * chips_hz)


def _is_sign(heard: Heard, ground: Ground, scene: Scene) -> bool:
    """Tell whether somebody may be hidden beneath a burst."""
    if heard.sent is None:
        return False
    chip_snr, is_keyed = _chip_snr(heard, scene), heard.sent.deviation_hz is None
    if not heard.sent.is_whole or is_touched(heard.sent.scatter, chip_snr, is_keyed=is_keyed):
        return True
    if chip_snr > SKIRTED and _leaves_something(heard, scene):
        return True
    width_hz = (ground.region.high - ground.region.low + 1) * scene.grid.channel_hz
    looked_at = chip_snr > SKIRTED and width_hz < 2 * REACH_HZ
    return chip_snr > STRONG and not looked_at and _is_lopsided(heard, ground, scene)


def _is_more(bursts: Sequence[Heard], ground: Ground, scene: Scene) -> bool:
    """Tell whether a packet's channel has energy at times at which no burst was found."""
    grid, region = scene.grid, ground.region
    own = [round(one.radio.freq_hz / grid.channel_hz) + grid.channels // 2
           for one in bursts if one.sent is not None]  # fmt: skip
    loud = np.zeros(len(ground.powers), dtype=np.bool_)
    for channel in {channel for channel in own if 0 <= channel < grid.channels}:
        loud |= ground.powers[:, channel] > LOUD * scene.floor[channel]
    # Where a region was cut, what stands in its ends is the business of the one beside it.
    loud[: region.owned_from - region.start_slot] = False
    loud[region.left_from - region.start_slot :] = False
    for burst in bursts:
        start = int(burst.start / grid.slot_samples) - region.start_slot - APART_ROWS
        stop = int(burst.stop / grid.slot_samples) - region.start_slot + APART_ROWS
        loud[max(0, start) : max(0, stop + 1)] = False
    # Most often there is nothing left.
    if np.count_nonzero(loud) < ROWS:
        return False
    return bool(np.convolve(loud, np.ones(ROWS)).max(initial=0) >= ROWS)


def _leaves_something(heard: Heard, scene: Scene) -> bool:
    """Tell whether there is more around a packet than what a quick drawing of it explains."""
    sent = heard.sent
    assert sent is not None
    margin = 2 * sent.step
    # The skirts of a drawing are folded at its rate; those of a shifted carrier have no soft edges.
    rate_hz = min(SCREEN_HZ * (1 if sent.deviation_hz is None else 2), scene.grid.rate_hz)
    reach_hz = min(REACH_HZ, 0.4 * rate_hz)
    place = Place(sent.carrier_hz, 0.0, sent.start - margin, sent.stop + margin)
    near = scene.tuner.around(place, reach_hz * (1 + ROLL_OFF))
    band = near.tune(sent.carrier_hz, half_width_hz=reach_hz, rate_hz=rate_hz)
    here = replace(
        sent,
        start=(sent.start - band.first_sample) / band.step,
        step=sent.step / band.step,
        carrier_hz=0.0,
    )
    left = band.iq - explained(band.iq, here, band.rate_hz, refine=False)
    before, after = _spectra(band.iq), _spectra(left)
    noise = 10 ** (heard.radio.noise_dbfs / 10) / heard.radio.bandwidth_hz * band.rate_hz
    offsets_hz = np.abs(np.fft.fftfreq(BINS, 1 / band.rate_hz))
    inside = offsets_hz < reach_hz
    hot = (after > LOUD * noise) & (after > DEPTH * before)
    return bool(hot[:, inside].any())


def _spectra(iq: ComplexArray) -> FloatArray:
    """Give the mean power spectra of stretches of a few milliseconds."""
    frames = iq[: iq.size // (BINS * FRAMES) * BINS * FRAMES].reshape(-1, FRAMES, BINS)
    spectra = np.fft.fft(frames * WINDOW, axis=2)
    power: FloatArray = (spectra.real**2 + spectra.imag**2).mean(axis=1) / np.float32(BINS)
    return power


def _is_lopsided(heard: Heard, ground: Ground, scene: Scene) -> bool:
    """Tell whether the spectrum at the time of a packet has something on one side only."""
    grid, region = scene.grid, ground.region
    first = max(0, int(heard.start / grid.slot_samples) - region.start_slot)
    rows = ground.powers[first : int(heard.stop / grid.slot_samples) - region.start_slot]
    rows = rows[: len(rows) // ROWS * ROWS]
    if not len(rows):
        return False
    over = rows.reshape(-1, ROWS, grid.channels).mean(axis=1) - scene.floor
    centre = heard.radio.freq_hz / grid.channel_hz + grid.channels // 2
    own = heard.radio.bandwidth_hz / grid.channel_hz + 1.0
    channels = np.arange(grid.channels)
    wanted = (channels >= region.low) & (channels <= region.high)
    wanted &= np.abs(channels - centre) > own
    aside = ASIDE if heard.radio.deviation_hz is None else ASIDE_SHIFTED
    hot = (over > aside * _mirrored(over, centre)) & (over > LOUD * scene.floor) & wanted
    is_image = np.abs(channels - (grid.channels - centre)) <= own
    hot &= ~is_image | (over > IMAGE * over.max(axis=1, keepdims=True))
    return bool(hot.any())


def _mirrored(over: FloatArray, centre: float) -> FloatArray:
    """Give, for each channel, the most power as far on the other side of a place.

    A channel to either side is looked at too; where there is none, nothing can be said.
    """
    last = over.shape[1] - 1
    most = np.zeros_like(over)
    for shift in (-1.0, 0.0, 1.0):
        places = 2 * centre - np.arange(last + 1) + shift
        left = np.clip(np.floor(places).astype(np.intp), 0, last - 1)
        part = np.clip(places - left, 0.0, 1.0).astype(np.float32)
        between = over[:, left] * (1 - part) + over[:, left + 1] * part
        most = np.maximum(most, np.where((places >= 0) & (places <= last), between, np.inf))
    return most
