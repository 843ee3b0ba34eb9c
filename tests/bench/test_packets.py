"""Every kind of packet is one that its decoder believes, and that rtl_433 could read."""

from __future__ import annotations

import numpy as np
import pytest

from medmon.bench.packets import KINDS, Kind
from medmon.monitor import all_decoders
from medmon.records import Frame, Message, Packet


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
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


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_symbols_and_deciding_bits_are_counted_in_chips(kind: Kind) -> None:
    """A symbol of the bound is a nibble in six chips, or a bit in two."""
    packet = kind.draw(np.random.default_rng(2))
    chips_a_symbol = 6 if "4b6b" in kind.title else 2
    assert kind.coded(packet).size == kind.symbols * chips_a_symbol
    end = kind.chips_until(packet, 8 * len(packet))
    own = kind.on_air(packet)[end - kind.coded(packet).size : end]
    assert np.array_equal(own, kind.coded(packet))
    assert kind.chips_until(packet, 0) == end - kind.coded(packet).size
