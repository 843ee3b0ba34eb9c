"""One region of the spectrum comes in, with its samples; the bursts it holds go out.

For every emitter of the region each modem is asked for packets. What a modem hears becomes a
burst with a frame; energy that no modem understands becomes a burst without one, so that an
unknown sender leaves a trace. The same packet heard again through a skirt or a mirror image of a
strong burst is dropped: it has the same bits at the same time and less power.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from medmon.phy import blind, fsk, ook, packets, tones
from medmon.phy.bursts import Stretch, stretches
from medmon.phy.channelizer import Grid
from medmon.phy.emitters import Emitter
from medmon.phy.packets import Heard
from medmon.phy.reception import Reception
from medmon.phy.tuner import Baseband, Tuner
from medmon.records import FloatArray, Modem

UNKNOWN_SNR_DB = 9.0
"""Bursts that no modem understands are reported from here; below, noise could be one."""


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
    freq_hz : float
        Frequency the receiver was tuned to.
    """

    tuner: Tuner
    floor: FloatArray
    grid: Grid
    freq_hz: float

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


def heard_in(scene: Scene, found: Sequence[Emitter], modems: Sequence[Modem]) -> list[Heard]:
    """Find all bursts of a region.

    Parameters
    ----------
    scene : Scene
        The region.
    found : sequence of Emitter
        Its emitters, strongest first.
    modems : sequence of Modem
        Whom to listen for.

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
                reception, _stretch_of(reception, band, on_air), band, scene.density(emitter)
            )
            for reception in _receptions(scene, emitter, modems)
        )
        known += [heard for heard in mine if not any(_same(heard, other) for other in known)]
        unknown += [
            blind.heard(band, stretch, scene.density(emitter))
            for stretch in on_air
            if _belongs(band, stretch, emitter, scene.grid)
        ]
    loud = [heard for heard in unknown if heard.radio.snr_db >= UNKNOWN_SNR_DB]
    rest = [heard for heard in loud if not any(_covers(other, heard) for other in known)]
    rest = tones.paired(_distinct(rest), scene.tuner)
    return sorted(known + rest, key=lambda heard: (heard.start, heard.radio.freq_hz))


def _receptions(scene: Scene, emitter: Emitter, modems: Sequence[Modem]) -> list[Reception]:
    reach_hz = (emitter.high - emitter.low + 2) / 2 * scene.grid.channel_hz
    offset_hz = scene.grid.offset_hz(emitter.centre)
    found: list[Reception] = []
    for modem in modems:
        if modem.modulation == "ook":
            found += ook.receive(scene.tuner, modem, offset_hz, reach_hz)
        elif modem.modulation == "fsk":
            found += fsk.receive(scene.tuner, modem, offset_hz, reach_hz)
    return found


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
    """Join what several modems made of the same burst; the best of each modem stays."""
    merged: list[Heard] = []
    for heard in sorted(found, key=lambda heard: -heard.frames[0].confidence):
        for place, other in enumerate(merged):
            if _overlap(heard, other) > 0.5:
                if heard.frames[0].modem not in {frame.modem for frame in other.frames}:
                    merged[place] = replace(other, frames=(*other.frames, *heard.frames))
                break
        else:
            merged.append(heard)
    return merged


def _overlap(one: Heard, other: Heard) -> float:
    """Give the common part of two bursts over the shorter one."""
    common = min(one.stop, other.stop) - max(one.start, other.start)
    return common / max(min(one.stop - one.start, other.stop - other.start), 1.0)


def _same(weaker: Heard, stronger: Heard) -> bool:
    """Tell whether a burst is an image of a stronger one: same time, same bits.

    Two devices that share a channel and speak at once cannot both be in one place: the stronger
    reception of one channel stands for both.
    """
    if _overlap(weaker, stronger) < 0.8:
        return False
    mine, theirs = weaker.frames[0], stronger.frames[0]
    return mine.modem == theirs.modem and (
        mine.data[:4] == theirs.data[:4]
        or abs(weaker.radio.freq_hz - stronger.radio.freq_hz) < stronger.radio.bandwidth_hz / 4
    )


def _distinct(found: Sequence[Heard]) -> list[Heard]:
    """Leave out what another burst of the same time and place covers; the strongest stays."""
    kept: list[Heard] = []
    for heard in sorted(found, key=lambda heard: -heard.radio.rssi_dbfs):
        if not any(_covers(other, heard) for other in kept):
            kept.append(heard)
    return kept


def _covers(known: Heard, unknown: Heard) -> bool:
    """Tell whether a burst without a frame is part of one that was understood."""
    near_hz = (known.radio.bandwidth_hz + unknown.radio.bandwidth_hz) / 2
    return (
        _overlap(unknown, known) > 0.5
        and abs(unknown.radio.freq_hz - known.radio.freq_hz) < near_hz
    )
