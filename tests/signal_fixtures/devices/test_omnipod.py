"""Packets, messages and chips of the Omnipod Eros against published and recorded ones."""

from __future__ import annotations

import numpy as np
import pytest

from signal_fixtures.devices.omnipod import (
    KEYING,
    ack,
    address_bytes,
    message,
    on_air_chips,
    packet,
    packets_of,
)
from signal_fixtures.waveform import modulate

# openaps/openomni test_packet.py and test_message.py at 8eda783
GET_STATUS = bytes.fromhex("1f01482aad1f01482a10030e0100802c88")
PRIME = bytes.fromhex(
    "1f07b1ee181f1a0eeb5701b202010a0101a000340034170d000208000186a00000000000000251"
)
PRIME_PACKETS = (
    "1f07b1eeae1f07b1ee181f1a0eeb5701b202010a0101a000340034170d000208000186a019",
    "1f07b1ee900000000000000251e2",
)


def test_a_published_message_and_its_packet() -> None:
    """Address, sequence, length and both checks, byte for byte."""
    text = message("1f01482a", 4, bytes.fromhex("0e0100"))
    assert packets_of(text, "PDM", 13) == (GET_STATUS,)


def test_a_long_message_is_cut_into_two_packets() -> None:
    """The first carries 31 bytes, the CON the rest, with a sequence two higher."""
    text = message("1f07b1ee", 6, PRIME[6:-2])
    assert text == PRIME
    assert tuple(part.hex() for part in packets_of(text, "PDM", 14)) == PRIME_PACKETS


def test_an_answer_while_pairing_is_cut_alike() -> None:
    """A recorded version response: POD, then CON, sequences 4 and 6."""
    text = bytes.fromhex(
        "ffffffff041d011b13881008340a5002070002070002030000a62b000447941f00ee878352"
    )
    assert tuple(part.hex() for part in packets_of(text, "POD", 4)) == (
        "ffffffffe4ffffffff041d011b13881008340a5002070002070002030000a62b0004479420",
        "ffffffff861f00ee878352ff",
    )


def test_acknowledgements() -> None:
    """Recorded ones: with the address repeated, and with zeros (corpus pkt-178)."""
    assert ack("1f01482a", 30).hex() == "1f01482a5e1f01482ae5"
    assert ack("1f07b1ee", 9, "00000000").hex() == "1f07b1ee4900000000d9"


def test_packet_sequences_count_modulo_32() -> None:
    """Five bits; the message's own sequence has four."""
    assert packet("ACK", "1f01482a", 62, address_bytes("1f01482a")) == ack("1f01482a", 30)
    assert message("1f01482a", 20, b"") == message("1f01482a", 4, b"")


def test_follow_on_bit_and_long_bodies_share_b9() -> None:
    """Bit 7 of B9 is follow-on, its two lowest bits are the top of the length."""
    text = message("1f01482a", 15, bytes(0x2A5), has_more=True)
    assert text[4:6].hex() == "bea5"


def test_a_spoilt_check_is_wrong_in_the_asked_bits() -> None:
    """For false packets with a good CRC-8 and a bad CRC-16."""
    good, bad = message("1f01482a", 4, b"\x0e\1\0"), message("1f01482a", 4, b"\x0e\1\0", crc_xor=5)
    assert good[:-2] == bad[:-2]
    assert int.from_bytes(good[-2:], "big") ^ int.from_bytes(bad[-2:], "big") == 5


def test_a_packet_on_the_air() -> None:
    """Preamble 6665 fifty times, A55A, then 1 as 01 and 0 as 10; the packet's chips by hand."""
    chips = on_air_chips(GET_STATUS)
    text = "".join(map(str, chips.tolist()))
    assert text[:800] == "0110011001100101" * 50
    assert text[800:816] == "1010010101011010"
    # 1f 01 in Manchester: 0001 1111 0000 0001
    assert text[816:848] == "10101001010101011010101010101001"
    assert chips.size == 800 + 16 + 17 * 16


def test_higher_frequency_is_chip_1() -> None:
    """2-FSK: the sync word's chips as signs of the instantaneous frequency."""
    chips = on_air_chips(GET_STATUS, preamble_repeats=1)
    iq = modulate(chips, KEYING, 1.3e6, start_fraction=16).astype(np.complex128)
    turn = np.angle(iq[1:] * np.conj(iq[:-1]))
    signs = turn[16 + 16 + 32 * np.arange(16, 32)] > 0
    assert "".join("01"[int(sign)] for sign in signs) == "1010010101011010"


def test_mistakes_are_refused() -> None:
    """Too much data, too long a body, and what is no address."""
    with pytest.raises(ValueError, match="31 bytes"):
        packet("PDM", "1f01482a", 0, bytes(32))
    with pytest.raises(ValueError, match="1023 bytes"):
        message("1f01482a", 0, bytes(1_024))
    with pytest.raises(ValueError, match="eight hexadecimal"):
        address_bytes("1f0148")
