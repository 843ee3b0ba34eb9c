"""Every kind of packet is one that its decoder believes, where there is one."""

from __future__ import annotations

import numpy as np
import pytest

from medmon.bench.kind import Kind
from medmon.bench.packets import KINDS
from medmon.monitor import all_decoders
from medmon.records import Frame, Message, Packet

DECODED = [kind for kind in KINDS.values() if kind.modem is None]


@pytest.mark.parametrize("kind", DECODED, ids=lambda kind: kind.name)
def test_what_is_drawn_is_believed_and_means_something(kind: Kind) -> None:
    """A packet that the decoder refuses would count as one that was not heard."""
    family = kind.name.partition("-")[0]
    (decoder,) = [each for each in all_decoders() if each.name == family]
    generator = np.random.default_rng(1)
    drawn = {kind.draw(generator) for _ in range(200)}
    assert len(drawn) == 200
    for packet in drawn:
        assert len(packet) == int(kind.name.rpartition("-")[2])
        found = decoder.packet(Frame(decoder.modems[0].name, packet, 8 * len(packet)))
        assert isinstance(found, Packet)
        assert found.data == packet
        assert isinstance(decoder.message([found]), Message)


def test_pumps_pods_and_phase_modulations_are_measured() -> None:
    """The lines of the goals: long and short pump packets, pods, MSK and GFSK."""
    assert [kind.name for kind in DECODED] == ["medtronic-71", "medtronic-7", "omnipod-37"]
    assert list(KINDS)[3:] == ["dexcom-g4-21", "ble-42"]
    for kind in DECODED:
        assert set(kind.rates_hz) == {250e3, 1.024e6, 2.048e6}
