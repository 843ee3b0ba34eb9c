"""The bursts of a region come in, and with them those that were hidden beneath them go out.

A packet that was read is taken off the samples (`cancel`), and what is left is searched like any
other region: so a pump is heard 40 dB below a neighbour, and of two that spoke at once on one
channel the second is heard once the first is known. Only packets are taken from the second
search. Energy in what is left may be what a drawing did not explain of its packet.

All this costs as much as the packet did, so it is done only where there is a sign of somebody:
chips that scatter more than noise lets them, or a spectrum that is not symmetric about a strong
packet, as that of a lone sender is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import fft

from medmon.phy.activity import Region
from medmon.phy.cancel import explained, without
from medmon.phy.channelizer import Channelizer
from medmon.phy.emitters import emitters
from medmon.phy.images import is_image
from medmon.phy.packets import Heard, Sent
from medmon.phy.regions import Scene, explains, heard_in, is_echo, is_other_sync
from medmon.phy.scatter import SPOILT, is_touched
from medmon.phy.tuner import Tuner
from medmon.records import ComplexArray, FloatArray, Modem

LAYERS = 5
"""Times that packets are taken off: more than five senders at once are a flood, and cost no more."""
HOPELESS = 0.8
"""Scatter from which more of a packet's chips are wrong than taking it off would mend."""
SKIRTED = 1000.0
"""From 30 dB on the skirts of a packet stand out of the noise, and may hide somebody."""
SCREEN_HZ, REACH_HZ = 400e3, 160e3
"""Rate of a quick drawing, and how far to either side of a packet it is compared."""
BINS = 32
FRAMES = 48
"""Frames of a spectrum: 4 ms, less than the shortest packet."""
WINDOW: FloatArray = (np.hanning(BINS + 1)[:BINS] * np.sqrt(8 / 3)).astype(np.float32)
DEPTH = 10**-1.7
"""A quick drawing explains all but this part of a skirt."""
STRONG = 100.0
"""A packet so much over the noise density (Ec/N0, 20 dB) may hide somebody who can be read."""
APART_ROWS = 2
ROWS = 8
"""Rows whose mean spectrum is compared: 4 ms, less than the shortest packet."""
ASIDE = 1.6
"""A channel so much stronger than those as far on the other side of a carrier has more in it than
the skirt (2 dB); the mean over eight rows of noise varies by a tenth."""
ASIDE_SHIFTED = 4.0
"""The same for a shifted carrier, whose spectrum depends on its bits (6 dB)."""
LOUD = 4.0
"""Times the noise floor from which that counts."""
IMAGE = 10**-2.0
"""A receiver's mirror image is at least so much weaker than its signal."""
ECHO_DB = 3.0
"""A packet beneath another with its bits and its time is the work of a receiver that clips, even
where it is no weaker than this."""
MOSTLY = 0.5


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


def uncovered(
    ground: Ground,
    scene: Scene,
    bursts: Sequence[Heard],
    modems: Sequence[Modem],
    earlier: Sequence[Heard],
) -> list[Heard]:
    """Find what is hidden beneath the packets of a region.

    Parameters
    ----------
    ground : Ground
        The region.
    scene : Scene
        The same for the search.
    bursts : sequence of Heard
        What was heard in it.
    modems : sequence of Modem
        Whom to listen for.
    earlier : sequence of Heard
        Bursts of other regions of the same time.

    Returns
    -------
    list of Heard
        In order of arrival: what was heard in it and beneath it; a packet that is read better
        without its neighbours stands for what was read of it with them.
    """
    packets = [burst for burst in bursts if burst.sent is not None]
    if not any(_is_sign(burst, ground, scene) for burst in packets):
        if not packets or not _is_more(bursts, ground, scene):
            return list(bursts)
    found, iq, taken = list(bursts), ground.iq, set[Sent]()
    for _ in range(LAYERS):
        layer = _layer(found, taken, scene)
        if not layer:
            break
        taken |= set(layer)
        iq = without(iq, ground.first_sample, scene.grid.rate_hz, layer)
        found = _joined(found, _searched(replace(ground, iq=iq), scene, modems, earlier), taken)
    kept = [heard for heard in found if not _is_ghost(heard, found, taken)]
    return sorted(_told(kept), key=lambda heard: (heard.start, heard.radio.freq_hz))


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
    own = [channel for channel in set(own) if 0 <= channel < grid.channels]
    loud = (ground.powers[:, own] > LOUD * scene.floor[own]).any(axis=1)
    # Where a region was cut, what stands in its ends is the business of the one beside it.
    loud[: region.owned_from - region.start_slot] = False
    loud[region.left_from - region.start_slot :] = False
    for burst in bursts:
        start = int(burst.start / grid.slot_samples) - region.start_slot - APART_ROWS
        stop = int(burst.stop / grid.slot_samples) - region.start_slot + APART_ROWS
        loud[max(0, start) : max(0, stop + 1)] = False
    return bool(np.convolve(loud, np.ones(ROWS)).max(initial=0) >= ROWS)


def _leaves_something(heard: Heard, scene: Scene) -> bool:
    """Tell whether there is more around a packet than what a quick drawing of it explains."""
    sent = heard.sent
    assert sent is not None
    margin = 2 * sent.step
    near = scene.tuner.cut(sent.start - margin, sent.stop + margin)
    # The skirts of a drawing are folded at its rate; those of a shifted carrier have no soft edges.
    rate_hz = min(SCREEN_HZ * (1 if sent.deviation_hz is None else 2), scene.grid.rate_hz)
    reach_hz = min(REACH_HZ, 0.4 * rate_hz)
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
    beside = (offsets_hz > heard.radio.bandwidth_hz / 2 + 2 * band.rate_hz / BINS) & (
        offsets_hz < reach_hz
    )
    hot = (after > LOUD * noise) & (after > DEPTH * before)
    return bool(hot[:, beside].any())


def _spectra(iq: ComplexArray) -> FloatArray:
    """Give the mean power spectra of stretches of a few milliseconds."""
    frames = iq[: iq.size // (BINS * FRAMES) * BINS * FRAMES].reshape(-1, FRAMES, BINS)
    spectra = fft.fft(frames * WINDOW, axis=2)
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
    mirrored = 2 * centre - channels
    other = np.zeros_like(over)
    for shift in (-1.0, 0.0, 1.0):
        places = mirrored + shift
        inside = (places >= 0) & (places <= grid.channels - 1)
        left = np.clip(np.floor(places).astype(np.intp), 0, grid.channels - 2)
        part = np.clip(places - left, 0.0, 1.0).astype(np.float32)
        values = over[:, left] * (1 - part) + over[:, left + 1] * part
        other = np.maximum(other, np.where(inside, values, np.inf))
    wanted = np.abs(channels - centre) > own
    wanted &= (channels >= region.low) & (channels <= region.high)
    image = grid.channels - centre
    is_image = np.abs(channels - image) <= own
    most = over.max(axis=1, keepdims=True)
    aside = ASIDE if heard.radio.deviation_hz is None else ASIDE_SHIFTED
    hot = (over > aside * other) & (over > LOUD * scene.floor) & wanted
    hot &= ~is_image | (over > IMAGE * most)
    return bool(hot.any())


def _layer(found: Sequence[Heard], taken: set[Sent], scene: Scene) -> list[Sent]:
    """Choose the packets to take off next: all that are clean, or the cleanest one.

    Of two that share a channel only the cleaner one, for the other one's chips are wrong.
    """
    candidates = [
        heard
        for heard in found
        if heard.sent is not None and heard.sent not in taken
        if heard.sent.is_whole and heard.sent.scatter < HOPELESS
    ]
    chosen: list[Heard] = []
    for heard in sorted(candidates, key=_badness):
        if chosen and _badness(heard)[1] > SPOILT:
            break
        if not any(_is_mixed(heard, other) for other in chosen):
            chosen.append(heard)
    chosen.sort(key=lambda heard: -heard.radio.rssi_dbfs)
    return [heard.sent for heard in chosen if heard.sent is not None]


def _is_mixed(one: Heard, other: Heard) -> bool:
    """Tell whether two bursts share time and channel."""
    apart_hz = abs(one.radio.freq_hz - other.radio.freq_hz)
    if apart_hz > (one.radio.bandwidth_hz + other.radio.bandwidth_hz) / 2:
        return False
    return min(one.stop, other.stop) > max(one.start, other.start)


def _searched(
    ground: Ground, scene: Scene, modems: Sequence[Modem], earlier: Sequence[Heard]
) -> list[Heard]:
    """Search what is left of the samples for packets."""
    grid, region = scene.grid, ground.region
    tuner = Tuner(ground.iq, ground.first_sample, grid.rate_hz)
    left = Scene(tuner, scene.floor, grid)
    seen, _ = emitters(_powers(ground, scene), scene.floor, region, grid)
    found = [emitter for emitter in seen if not is_image(emitter, tuner, grid)]
    heard = heard_in(left, found, modems, earlier)
    return [one for one in heard if one.sent is not None and one.sent.scatter < HOPELESS]


def _powers(ground: Ground, scene: Scene) -> FloatArray:
    """Measure the rows of a region again."""
    grid, region = scene.grid, ground.region
    start = region.start_slot * grid.slot_samples - ground.first_sample
    stop = region.stop_slot * grid.slot_samples - ground.first_sample
    bank = Channelizer(grid)
    before = ground.iq[max(0, start - grid.channels) : start]
    bank.prime(np.pad(before, (grid.channels - before.size, 0)))
    return bank.feed(ground.iq[start:stop])


def _joined(found: Sequence[Heard], more: Sequence[Heard], taken: set[Sent]) -> list[Heard]:
    """Put packets that were uncovered beside those that were known.

    What is left of a packet that was taken off is dropped, and so is an unknown burst that an
    uncovered packet explains.
    """
    joined = list(found)
    for heard in more:
        same = [other for other in joined if _is_same(heard, other)]
        if any(other.sent in taken for other in same):
            continue
        if any(is_echo(heard, other, ECHO_DB) for other in joined if other not in same):
            continue
        if all(_badness(heard) < _badness(other) for other in same):
            joined = [other for other in joined if other not in same]
            joined.append(heard)
    packets = [heard for heard in joined if heard.frames]
    return [
        heard
        for heard in joined
        if heard.frames or not any(explains(other, heard) for other in packets)
    ]


def _badness(heard: Heard) -> tuple[bool, float]:
    assert heard.sent is not None
    return not heard.sent.is_whole, heard.sent.scatter


def _is_same(one: Heard, other: Heard) -> bool:
    """Tell whether two receptions are of one packet: one modem, one channel, one sync word."""
    if one.sent is None or other.sent is None:
        return False
    if one.frames[0].modem != other.frames[0].modem:
        return False
    return not is_other_sync(one, other)


def _is_ghost(heard: Heard, found: Sequence[Heard], taken: set[Sent]) -> bool:
    """Tell whether a packet was made up of one that was taken off, and was not heard again."""
    if heard.sent is None or heard.sent in taken or heard.sent.scatter < HOPELESS:
        return False
    return any(
        other.sent in taken
        and _is_mixed(heard, other)
        and min(heard.stop, other.stop) - max(heard.start, other.start)
        > MOSTLY * (heard.stop - heard.start)
        for other in found
    )


def _told(found: Sequence[Heard]) -> list[Heard]:
    """Mark the packets that were spoken into, readable or not."""
    return [
        replace(heard, radio=replace(heard.radio, collided=True))
        if heard.frames and any(_is_mixed(heard, other) for other in found
                                if other is not heard and other.frames)
        else heard
        for heard in found
    ]  # fmt: skip
