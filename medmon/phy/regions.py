"""One region of the spectrum comes in, with its samples; the bursts it holds go out.

For every emitter of the region each modem is asked for packets. What a modem hears becomes a
burst with a frame; energy that no modem understands becomes a burst without one, so that an
unknown sender leaves a trace. The same packet heard again through a skirt or a mirror image of a
strong burst is dropped: it has the same bits, begins or ends with it, and has less power.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from medmon.phy import blind, cpm, fsk, ook, packets, tones
from medmon.phy.baseband import Baseband, Place
from medmon.phy.bursts import Stretch, stretches
from medmon.phy.channelizer import Grid
from medmon.phy.echoes import distinct, is_copy, is_loud, merged
from medmon.phy.emitters import Emitter
from medmon.phy.envelope import envelope
from medmon.phy.filters import ROLL_OFF
from medmon.phy.linecode import bits_each, chips_each
from medmon.phy.packets import Heard
from medmon.phy.reception import Reception
from medmon.phy.scatter import SPOILT, scatter
from medmon.phy.tuner import Tuner
from medmon.records import FloatArray, Modem

MARGIN_S = 4e-3
"""Listen this much longer than an emitter was seen: rows are half a millisecond coarse, and where
a stronger neighbour follows, the last ones were taken for that one's."""
POOR_MATCH = 0.1
"""A sync word heard this much worse than an earlier one is some data of its packet."""
BRIEF_S = 1e-3
READ_PART = 0.9
"""A packet that fills this part of a stretch of energy explains it."""
WIDER = 1.1
"""An emitter this much wider than a modem's main lobe may be two senders."""
PLACES = 4
MUCH_WIDER = 3.0
"""A look so many times as wide as an emitter is made on its own: as a rule the envelope says that
it need not be."""

CONTINUOUS = ("msk", "gfsk")
LEFT_OUT = {"keyed": "fsk", "steady": "ook", "unclear": None}
"""What need not be listened for, by the envelope; a piece of a much wider burst may look keyed."""
NEEDS_HZ = {"ook": ook.need_hz, "fsk": fsk.need_hz}
"""What is looked at to either side of a place; where nothing is said, all of the band."""
RECEIVERS = {"ook": ook.receive, "fsk": fsk.receive, "msk": cpm.receive, "gfsk": cpm.receive}


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
        floor = self.floor[emitter.low : emitter.high + 1]
        return float(np.add.reduce(floor)) / floor.size / self.grid.channel_hz


@dataclass(frozen=True, slots=True, eq=False)
class _Near:
    """A place brought down, good to a half width beside its middle."""

    tuner: Tuner
    half_width_hz: float


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
        Samples a second: the main lobe, twice the deviation and two chip rates wide; of MSK and
        GFSK, whose phase is continuous, 1.5 chip rates.
    """
    if modem.modulation in CONTINUOUS:
        return 1.5 * modem.symbol_rate_hz
    return 2 * (modem.deviation_hz or 0.0) + 2 * modem.symbol_rate_hz


def is_brief(modem: Modem) -> bool:
    """Tell whether the packets of a modem may be over in two rows of the filter bank.

    Parameters
    ----------
    modem : Modem
        How the device sounds.

    Returns
    -------
    bool
        Whether its shortest packet lasts less than a millisecond.
    """
    chips = modem.min_bits * chips_each(modem.line_code) // bits_each(modem.line_code)
    return (len(modem.sync) + chips) / modem.symbol_rate_hz < BRIEF_S


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
        place = _place(scene, emitter)
        missing = _missing(modems, known, scene, emitter)
        near = _near(scene, emitter, place, missing)
        band = _whole(near.tuner, scene.grid, emitter, place)
        density = scene.density(emitter)
        noise = density * band.noise_width_hz
        on_air = stretches(band, noise)
        left_out = LEFT_OUT[envelope(band, on_air, noise)]
        wanted = [modem for modem in missing if modem.modulation != left_out]
        mine = merged(
            packets.heard(
                reception,
                _stretch_of(reception, band, on_air),
                band,
                density,
                scene.tuner,
            )
            for reception in _receptions(scene, near, emitter, place, wanted)
        )
        known += [
            heard
            for heard in mine
            if not any(is_copy(heard, other) for other in (*known, *earlier))
        ]
        unknown += [
            blind.heard(band, stretch, density)
            for stretch in on_air
            if not emitter.is_skirt
            and _belongs(band, stretch, emitter, scene.grid)
            and not _is_read(band, stretch, mine)
        ]
    loud = distinct([heard for heard in unknown if is_loud(heard)], (*known, *earlier))
    rest = tones.paired(loud, scene.tuner)
    return sorted(known + rest, key=lambda heard: (heard.start, heard.radio.freq_hz))


def _missing(
    modems: Sequence[Modem], known: Sequence[Heard], scene: Scene, emitter: Emitter
) -> list[Modem]:
    """Leave out the wide modems whose packet an emitter is only a piece of.

    A burst a megahertz wide and less than a row long is seen as several emitters.
    """
    slot = scene.grid.slot_samples
    offset_hz = scene.grid.offset_hz(emitter.centre)
    heard = {
        one.frames[0].modem
        for one in known
        if abs(one.radio.freq_hz - offset_hz) < one.radio.bandwidth_hz
        # Rows are coarse, and the mean of two of them reaches one farther.
        and one.start / slot < emitter.start_slot + 2
        and emitter.stop_slot - 2 < one.stop / slot
    }
    return [
        modem for modem in modems if modem.modulation not in CONTINUOUS or modem.name not in heard
    ]


def _place(scene: Scene, emitter: Emitter) -> Place:
    """Give the time and frequency in which an emitter's packets may stand."""
    slot = scene.grid.slot_samples
    margin = MARGIN_S * scene.grid.rate_hz
    return Place(
        offset_hz=scene.grid.offset_hz(emitter.centre),
        reach_hz=(emitter.high - emitter.low + 2) / 2 * scene.grid.channel_hz,
        start_sample=emitter.start_slot * slot - margin,
        stop_sample=emitter.stop_slot * slot + margin,
    )


def _near(scene: Scene, emitter: Emitter, place: Place, modems: Sequence[Modem]) -> _Near:
    """Bring a place down once, for all looks at it that are not much wider than it is."""
    own_hz = _half_width_hz(scene.grid, emitter) * (1 + ROLL_OFF)
    most_hz = min(MUCH_WIDER * own_hz, scene.tuner.most_hz)
    needs_hz = [own_hz, *(_need_hz(modem, place) for modem in modems)]
    wide_hz = max((need_hz for need_hz in needs_hz if need_hz <= most_hz), default=0.0)
    if not wide_hz:
        return _Near(scene.tuner.cut(place.start_sample, place.stop_sample), wide_hz)
    return _Near(scene.tuner.around(replace(place, reach_hz=0.0), wide_hz), wide_hz)


def _need_hz(modem: Modem, place: Place) -> float:
    """Give what a modem wants to see to either side of the middle of a place."""
    need_hz = NEEDS_HZ.get(modem.modulation)
    return need_hz(modem, place) if need_hz else math.inf


def _receptions(
    scene: Scene, near: _Near, emitter: Emitter, whole: Place, modems: Sequence[Modem]
) -> list[Reception]:
    found: list[Reception] = []
    for modem in modems:
        tuner = near.tuner if _need_hz(modem, whole) <= near.half_width_hz else scene.tuner
        for place in (whole, *_parts(scene, emitter, whole, modem)):
            found += RECEIVERS[modem.modulation](tuner, modem, place)
    return [one for one in found if not any(_swallows(other, one) for other in found)]


def _parts(scene: Scene, emitter: Emitter, whole: Place, modem: Modem) -> list[Place]:
    """Give more places to listen in, where two shifted carriers may be in one.

    The middle of a shifted carrier is where the spectrum is symmetric, and of two of them that is
    the middle between them.
    """
    low_hz, high_hz = (scene.grid.offset_hz(edge) for edge in (emitter.low, emitter.high))
    if modem.modulation != "fsk" or high_hz - low_hz < WIDER * needed_rate_hz(modem):
        return []
    edge_hz = 1.25 * (modem.deviation_hz or 0.0)
    middles_hz = np.linspace(low_hz + edge_hz, high_hz - edge_hz, PLACES)
    reach_hz = float(middles_hz[1] - middles_hz[0]) / 2
    return [replace(whole, offset_hz=float(hz), reach_hz=reach_hz) for hz in middles_hz]


def _swallows(packet: Reception, other: Reception) -> bool:
    """Tell whether a poor sync word lies inside a packet that began with a better one."""
    if packet.modem is not other.modem or packet.sync.match < other.sync.match + POOR_MATCH:
        return False
    if not 0 < other.clock.start - packet.clock.start < packet.clock.step * packet.chips.size:
        return False
    # In a packet that was spoken into stands the sync word of whoever did.
    return scatter(packet) < SPOILT


def _half_width_hz(grid: Grid, emitter: Emitter) -> float:
    return (emitter.high - emitter.low + 1) / 2 * grid.channel_hz + grid.channel_hz


def _whole(tuner: Tuner, grid: Grid, emitter: Emitter, place: Place) -> Baseband:
    """Tune to all of an emitter, as wide as it is."""
    half_width_hz = _half_width_hz(grid, emitter)
    near = tuner.narrowed(place.offset_hz, half_width_hz * (1 + ROLL_OFF))
    return near.tune(place.offset_hz, half_width_hz=half_width_hz, rate_hz=4 * half_width_hz)


def _stretch_of(reception: Reception, band: Baseband, on_air: Iterable[Stretch]) -> Stretch | None:
    """Find the stretch of energy that a packet's sync word stands in."""
    sync = reception.band.sample_at(reception.first_chip)
    for stretch in on_air:
        if band.sample_at(stretch.start) <= sync <= band.sample_at(stretch.stop):
            return stretch
    return None


def _is_read(band: Baseband, stretch: Stretch, packets_heard: Sequence[Heard]) -> bool:
    """Tell whether a stretch is one of the packets that were read in it, and needs no look."""
    start, stop = band.sample_at(stretch.start), band.sample_at(stretch.stop)
    return any(
        min(stop, packet.stop) - max(start, packet.start) > READ_PART * (stop - start)
        and abs(packet.radio.freq_hz - band.offset_hz) < packet.radio.bandwidth_hz / 2
        for packet in packets_heard
    )


def _belongs(band: Baseband, stretch: Stretch, emitter: Emitter, grid: Grid) -> bool:
    """Tell whether a stretch overlaps the rows in which its emitter was the loudest."""
    first, last = emitter.start_slot * grid.slot_samples, emitter.stop_slot * grid.slot_samples
    return band.sample_at(stretch.start) < last and band.sample_at(stretch.stop) > first
