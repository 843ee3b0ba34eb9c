"""One region of the spectrum comes in, with its samples; the bursts it holds go out.

For every emitter of the region each modem is asked for packets. What a modem hears becomes a
burst with a frame; energy that no modem understands becomes a burst without one, so that an
unknown sender leaves a trace. The same packet heard again through a skirt or a mirror image of a
strong burst is dropped: it has the same bits, begins or ends with it, and has less power.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from medmon.phy import blind, fsk, ook, packets, tones
from medmon.phy.bursts import Stretch, stretches
from medmon.phy.channelizer import Grid
from medmon.phy.emitters import Emitter
from medmon.phy.packets import Heard, decibel
from medmon.phy.reception import Reception
from medmon.phy.scatter import SPOILT, scatter
from medmon.phy.tuner import Baseband, Place, Tuner
from medmon.records import FloatArray, Modem

MARGIN_S = 4e-3
"""Listen this much longer than an emitter was seen: rows are half a millisecond coarse, and where
a stronger neighbour follows, the last ones were taken for that one's."""
POOR_MATCH = 0.1
"""A sync word heard this much worse than an earlier one is some data of its packet."""
UNKNOWN_SNR_DB = 9.0
UNKNOWN_ENERGY_DB = 19.0
"""Bursts that no modem understands are reported from this SNR and this energy over the noise
density; below, noise could be one."""
SAME_ERRORS = 0.06
"""Largest part of the bits that noise may turn over in a copy of a packet."""
NOISY_DB = 15.0
"""Above this SNR noise turns no bits over, and a packet with other bits is another packet."""
FAR_DB = 10.0
"""A copy outside the packet's own bandwidth, a mirror image or a harmonic, is so much weaker."""
WIDER = 1.1
"""An emitter this much wider than a modem's main lobe may be two senders."""
PLACES = 4
TOGETHER_CHIPS = 2.0
"""A copy begins or ends with its packet to within so many chips."""
SAME_CHIPS = 4.0
"""Two sync words of one modem so close together in one channel are one."""
CLICK_US = 1_000.0
"""Energy shorter than this beside a stronger burst is the click of that one's keying."""
SKIRT_DB = 6.0
"""A burst on the skirt of a stronger one is that one's: so far down at half its bandwidth,
and 20 dB more a decade."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A region's samples, floor and grid.

    Attributes
    ----------
    tuner : Tuner
        The samples.
    floor : ndarray of float32, shape (channels,)
        Noise floor.
    grid : Grid
        Time-frequency grid.
    """

    tuner: Tuner
    floor: FloatArray
    grid: Grid

    def density(self, emitter: Emitter) -> float:
        """Give the noise power in one hertz around an emitter.

        Parameters
        ----------
        emitter : Emitter
            Where.

        Returns
        -------
        float
            Power over hertz.
        """
        return float(self.floor[emitter.low : emitter.high + 1].mean()) / self.grid.channel_hz


def fits(modem: Modem, rate_hz: float) -> bool:
    """Tell whether a sample rate is high enough for a modem.

    Parameters
    ----------
    modem : Modem
        How the device sounds.
    rate_hz : float
        Sample rate.

    Returns
    -------
    bool
        Whether its main lobe fits into the band.
    """
    return rate_hz >= needed_rate_hz(modem)


def needed_rate_hz(modem: Modem) -> float:
    """Give the lowest sample rate at which a modem can be heard.

    Parameters
    ----------
    modem : Modem
        How the device sounds.

    Returns
    -------
    float
        Samples a second: the main lobe, twice the deviation and two chip rates wide.
    """
    return 2 * (modem.deviation_hz or 0.0) + 2 * modem.symbol_rate_hz


def heard_in(
    scene: Scene, found: Sequence[Emitter], modems: Sequence[Modem], earlier: Sequence[Heard]
) -> list[Heard]:
    """Find all bursts of a region.

    Parameters
    ----------
    scene : Scene
        The region.
    found : sequence of Emitter
        Its emitters, strongest first.
    modems : sequence of Modem
        Whom to listen for.
    earlier : sequence of Heard
        Bursts of other regions of the same time: one sender may light up two.

    Returns
    -------
    list of Heard
        In order of arrival.
    """
    known: list[Heard] = []
    unknown: list[Heard] = []
    for emitter in found:
        band = _whole(scene, emitter)
        on_air = stretches(band, scene.density(emitter) * band.noise_width_hz)
        mine = _merged(
            packets.heard(
                reception,
                _stretch_of(reception, band, on_air),
                band,
                scene.density(emitter),
                scene.tuner,
            )
            for reception in _receptions(scene, emitter, modems)
        )
        known += [
            heard
            for heard in mine
            if not any(_is_copy(heard, other) for other in (*known, *earlier))
        ]
        unknown += [
            blind.heard(band, stretch, scene.density(emitter))
            for stretch in on_air
            if not emitter.is_skirt and _belongs(band, stretch, emitter, scene.grid)
        ]
    loud = _distinct([heard for heard in unknown if _is_loud(heard)], (*known, *earlier))
    rest = tones.paired(loud, scene.tuner)
    return sorted(known + rest, key=lambda heard: (heard.start, heard.radio.freq_hz))


def _receptions(scene: Scene, emitter: Emitter, modems: Sequence[Modem]) -> list[Reception]:
    found: list[Reception] = []
    for modem in modems:
        receive = ook.receive if modem.modulation == "ook" else fsk.receive
        for place in _places(scene, emitter, modem):
            found += receive(scene.tuner, modem, place)
    return [one for one in found if not any(_swallows(other, one) for other in found)]


def _places(scene: Scene, emitter: Emitter, modem: Modem) -> list[Place]:
    """Give the places to listen in: one, or several where two shifted carriers may be in one.

    The middle of a shifted carrier is where the spectrum is symmetric, and of two of them that is
    the middle between them.
    """
    slot, margin = scene.grid.slot_samples, MARGIN_S * scene.grid.rate_hz
    whole = Place(
        offset_hz=scene.grid.offset_hz(emitter.centre),
        reach_hz=(emitter.high - emitter.low + 2) / 2 * scene.grid.channel_hz,
        start_sample=emitter.start_slot * slot - margin,
        stop_sample=emitter.stop_slot * slot + margin,
    )
    own_hz = needed_rate_hz(modem)
    low_hz, high_hz = (scene.grid.offset_hz(edge) for edge in (emitter.low, emitter.high))
    if not modem.deviation_hz or high_hz - low_hz < WIDER * own_hz:
        return [whole]
    edge_hz = 1.25 * modem.deviation_hz
    middles_hz = np.linspace(low_hz + edge_hz, high_hz - edge_hz, PLACES)
    reach_hz = float(middles_hz[1] - middles_hz[0]) / 2
    parts = [replace(whole, offset_hz=float(hz), reach_hz=reach_hz) for hz in middles_hz]
    return [whole, *parts]


def _swallows(packet: Reception, other: Reception) -> bool:
    """Tell whether a poor sync word lies inside a packet that began with a better one."""
    if packet.modem is not other.modem or packet.sync.match < other.sync.match + POOR_MATCH:
        return False
    if not 0 < other.clock.start - packet.clock.start < packet.clock.step * packet.chips.size:
        return False
    # In a packet that was spoken into stands the sync word of whoever did.
    return scatter(packet) < SPOILT


def _whole(scene: Scene, emitter: Emitter) -> Baseband:
    """Tune to all of an emitter, as wide as it is."""
    width_hz = (emitter.high - emitter.low + 1) * scene.grid.channel_hz
    half_width_hz = width_hz / 2 + scene.grid.channel_hz
    offset_hz = scene.grid.offset_hz(emitter.centre)
    return scene.tuner.tune(offset_hz, half_width_hz=half_width_hz, rate_hz=4 * half_width_hz)


def _stretch_of(reception: Reception, band: Baseband, on_air: Iterable[Stretch]) -> Stretch | None:
    """Find the stretch of energy that a packet's sync word stands in."""
    sync = reception.band.sample_at(float(reception.chip_places()[0]))
    for stretch in on_air:
        if band.sample_at(stretch.start) <= sync <= band.sample_at(stretch.stop):
            return stretch
    return None


def _belongs(band: Baseband, stretch: Stretch, emitter: Emitter, grid: Grid) -> bool:
    """Tell whether a stretch overlaps the rows in which its emitter was the loudest."""
    first, last = emitter.start_slot * grid.slot_samples, emitter.stop_slot * grid.slot_samples
    return band.sample_at(stretch.start) < last and band.sample_at(stretch.stop) > first


def _merged(found: Iterable[Heard]) -> list[Heard]:
    """Join what several modems made of the same burst; the best of each modem stays.

    Both stay where somebody spoke into the longer one: it may have been the other.
    """
    merged: list[Heard] = []
    for heard in sorted(found, key=lambda heard: -heard.frames[0].bit_count):
        for place, other in enumerate(merged):
            if _overlap(heard, other) > 0.5 and _is_within(heard, other):
                if other.radio.collided and is_other_sync(heard, other):
                    continue
                if heard.frames[0].modem not in {frame.modem for frame in other.frames}:
                    merged[place] = replace(other, frames=(*other.frames, *heard.frames))
                break
        else:
            merged.append(heard)
    return merged


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


def _is_copy(weaker: Heard, stronger: Heard) -> bool:
    """Tell whether a burst is a stronger one heard again, through a skirt, an image, a harmonic.

    Two devices that share a channel and speak at once cannot both be in one place: the stronger
    reception of one channel stands for both.
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
    if weaker.radio.rssi_dbfs > stronger.radio.rssi_dbfs:
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


def _is_loud(heard: Heard) -> bool:
    """Tell whether a burst without a frame is certainly no noise."""
    radio = heard.radio
    energy_db = radio.snr_db + decibel(radio.bandwidth_hz * radio.duration_us * 1e-6)
    return radio.snr_db >= UNKNOWN_SNR_DB and energy_db >= UNKNOWN_ENERGY_DB


def _distinct(unknown: Sequence[Heard], known: Sequence[Heard]) -> list[Heard]:
    """Leave out what another burst of the same time explains; the strongest stays."""
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
