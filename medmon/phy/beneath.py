"""The bursts of a region come in, and with them those that were hidden beneath them go out.

A packet that was read is taken off the samples (`cancel`), and what is left is searched like any
other region: so a pump is heard 40 dB below a neighbour, and of two that spoke at once on one
channel the second is heard once the first is known. Only packets are taken from the second
search. Energy in what is left may be what a drawing did not explain of its packet.

All this costs as much as the packets did, so it is done only where there is a sign of somebody
(`signs`), and a few times at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from medmon.phy.cancel import without
from medmon.phy.channelizer import Channelizer
from medmon.phy.echoes import explains, is_echo, is_other_sync
from medmon.phy.emitters import emitters
from medmon.phy.images import is_image
from medmon.phy.packets import Heard, Sent
from medmon.phy.regions import Scene, heard_in
from medmon.phy.scatter import SPOILT
from medmon.phy.signs import Ground, is_sign
from medmon.phy.tuner import Tuner
from medmon.records import FloatArray, Modem

LAYERS = 5
"""Times that packets are taken off: more than five senders at once are a flood, and cost no
more."""
HOPELESS = 0.8
"""Scatter from which more of a packet's chips are wrong than taking it off would mend."""
ECHO_DB = 3.0
"""A packet beneath another with its bits and its time, so much weaker at least, is the work of a
receiver that clips."""
MOSTLY = 0.5
"""Part of a packet's time that lies in another one's."""


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
    if not is_sign(bursts, ground, scene):
        return list(bursts)
    found, iq, taken = list(bursts), ground.iq, set[Sent]()
    for _ in range(LAYERS):
        layer = _layer(found, taken)
        if not layer:
            break
        taken |= set(layer)
        iq = without(iq, ground.first_sample, scene.grid.rate_hz, layer)
        found = _joined(found, _searched(replace(ground, iq=iq), scene, modems, earlier), taken)
    kept = [heard for heard in found if not _is_ghost(heard, found, taken)]
    return sorted(_told(kept), key=lambda heard: (heard.start, heard.radio.freq_hz))


def _layer(found: Sequence[Heard], taken: set[Sent]) -> list[Sent]:
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
