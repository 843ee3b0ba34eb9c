"""Examples for property tests: sound on their own, and understood by medmon's decoders."""

from __future__ import annotations

import anycrc
import numpy as np
from hypothesis import find, given, settings
from hypothesis import strategies as st

from medmon.protocols.medtronic import PLUGIN as MEDTRONIC
from medmon.protocols.omnipod import PLUGIN as OMNIPOD
from medmon.records import Frame, Message, Packet
from signal_fixtures.strategies import (
    Utterance,
    bits,
    chip_words,
    iq_blocks,
    medtronic_utterances,
    omnipod_utterances,
)
from signal_fixtures.waveform import ChipArray


@settings(deadline=None)
@given(said=medtronic_utterances())
def test_medtronic_packets_are_sound(said: Utterance) -> None:
    """Length and check by an independent library: 7, 34, 42 or 71 bytes."""
    (packet,) = said.packets
    assert len(packet) in (7, 34, 42, 71)
    if packet[0] & 0xFC == 0xA8:
        check = anycrc.CRC(16, 0x1021, 0xFFFF, False, False, 0).calc(packet[:-2])
        assert check == int.from_bytes(packet[-2:], "big")
    else:
        assert anycrc.CRC(8, 0x9B, 0, False, False, 0).calc(packet[:-1]) == packet[-1]


@settings(deadline=None)
@given(said=omnipod_utterances())
def test_omnipod_packets_are_sound(said: Utterance) -> None:
    """CRC-8 of each packet, and the length that the message states."""
    for packet in said.packets:
        assert anycrc.CRC(8, 0x07, 0, False, False, 0).calc(packet[:-1]) == packet[-1]
        assert packet[:4].hex() == said.device
    text = b"".join(packet[5:-1] for packet in said.packets)
    assert len(text) == 8 + ((text[4] & 3) << 8 | text[5])


@settings(deadline=None, max_examples=200)
@given(said=medtronic_utterances())
def test_medtronic_round_trip(said: Utterance) -> None:
    """Two people wrote the two sides from one specification: they must mean the same."""
    packet = MEDTRONIC.packet(said.frames("medtronic")[0])
    assert isinstance(packet, Packet), packet
    message = MEDTRONIC.message([packet])
    assert isinstance(message, Message), message
    assert (message.device, message.command) == (said.device, said.command)
    assert {name: message.fields.get(name) for name in said.fields} == said.fields


@settings(deadline=None, max_examples=200)
@given(said=omnipod_utterances())
def test_omnipod_round_trip(said: Utterance) -> None:
    """The same for pods: packets accepted, joined, and read as they were meant."""
    packets = []
    for frame in said.frames("omnipod"):
        packet = OMNIPOD.packet(frame)
        assert isinstance(packet, Packet), packet
        packets.append(packet)
    message = OMNIPOD.message(packets)
    assert isinstance(message, Message), message
    assert (message.device, message.command) == (said.device, said.command)
    assert {name: message.fields.get(name) for name in said.fields} == said.fields


@given(frame=bits(max_bytes=20))
def test_random_frames_are_well_formed(frame: Frame) -> None:
    """Whatever is drawn could have come from phy: counts and places fit the data."""
    assert len(frame.data) * 8 - 7 <= frame.bit_count <= len(frame.data) * 8
    assert all(0 <= place < 8 * len(frame.data) for place in frame.faults)
    assert list(frame.faults) == sorted(set(frame.faults))


@given(chips=chip_words(max_chips=30))
def test_chips_are_zeros_and_ones(chips: ChipArray) -> None:
    """Shape and type that `Waveform` wants."""
    assert chips.dtype == np.uint8
    assert set(chips.tolist()) <= {0, 1}


@given(data=st.data())
def test_iq_blocks_are_what_a_source_gives(data: st.DataObject) -> None:
    """One antenna, complex64, finite."""
    iq = data.draw(iq_blocks(max_samples=64))
    assert iq.dtype == np.complex64
    assert iq.shape[0] == 1
    assert np.isfinite(iq).all()


def test_loud_tones_are_among_the_blocks() -> None:
    """A test that only ever sees noise proves little."""
    loud = find(iq_blocks(max_samples=64), lambda iq: iq.size > 8 and bool(abs(iq).min() > 0.2))
    assert loud.size > 8
