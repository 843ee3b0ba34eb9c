r"""Frames of an Insulet Omnipod Eros come in, checked packets and what they say go out.

The chapters, from the air upwards:

=============================================  ================================================
`medmon.protocols.omnipod.packet`              bits -> packet: type, length, CRC8, address echo
`medmon.protocols.omnipod.checks`              CRC8 of a packet, CRC16 of a message
`medmon.protocols.omnipod.envelope`            packets -> message: joined, CRC16
`medmon.protocols.omnipod.blocks`              body -> blocks
`medmon.protocols.omnipod.delivery`            13, 16, 17, 1A, 1F: what moves insulin
`medmon.protocols.omnipod.settings`            03, 07, 08, 0E, 11, 19, 1C, 1E
`medmon.protocols.omnipod.answers`             01, 02, 06, 1D: what the pod says
`medmon.protocols.omnipod.orders`              blocks -> orders, their doses compared
`medmon.protocols.omnipod.meaning`             orders -> one message in the contract's words
`medmon.protocols.omnipod.heading`             first bytes -> what they tell, unchecked
=============================================  ================================================

On the air: 2-FSK, 40,625 chips a second, Manchester: a data bit 1 is the chips 01, a 0 the chips
10. Chips 0x6665 repeat 50 to 200 times, then 0xA55A, then the packet. (The openomni wiki gives
40,625 as the rate "before Manchester"; it is the rate of the half-bits.)

The nominal frequency only gives the carrier offset its zero. 433.923 MHz is the one figure that
was measured on the devices (openomni wiki, RF-Modulation); 433.91 MHz (OmniKit) and 433.918 MHz
(rtlomni) are where people tuned their receivers. The deviation is from the same page and from
rtlomni, 26.37 and 26.3 kHz; OmniKit's 35.2 kHz is again the setting of its own radio.

Control messages carry a nonce. It is displayed and nothing else: no next nonce is computed here.

A bolus of 10 units, in two packets (openomni corpus, ``all.txt`` line 443):

>>> first = "1f014828b91f014828101f1a0ea9127c2b02021d010c8000c800c8170d0007d000030d4002"
>>> rest = "1f0148289b00000000000082a620"
>>> packets = []
>>> for data in (bytes.fromhex(first), bytes.fromhex(rest)):
...     packets.append(PLUGIN.packet(Frame("omnipod", data, 8 * len(data))))
>>> [packet.part for packet in packets]
['first', 'rest']
>>> message = PLUGIN.message(packets)
>>> message.command, message.device, message.direction, message.fields["units_iu"]
('bolus', '1f014828', 'to-device', 10.0)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from medmon.protocols.omnipod.envelope import envelope_from_packets
from medmon.protocols.omnipod.heading import (
    HEADING_BITS,
    end_from_heading,
    message_from_heading,
)
from medmon.protocols.omnipod.meaning import (
    message_from_acknowledgement,
    message_from_envelope,
    message_from_opening,
)
from medmon.protocols.omnipod.packet import (
    MAX_PACKET_BYTES,
    PROTOCOL,
    link_from_bytes,
    packet_from_frame,
)
from medmon.records import Frame, Message, Modem, Packet, Rejection

__all__ = ["MODEM", "PLUGIN", "Omnipod"]

MODEM = Modem(
    name=PROTOCOL,
    freqs_hz=(433.923e6,),
    modulation="fsk",
    symbol_rate_hz=40_625.0,
    deviation_hz=26_370.0,
    preamble=f"{0x6665:016b}",
    sync=f"{0xA55A:016b}",
    line_code="manchester-802.3",
    # The shortest packet is a CON with one byte; two bytes of slack, so that a packet whose carrier
    # goes on is still seen whole.
    min_bits=7 * 8,
    max_bits=(MAX_PACKET_BYTES + 2) * 8,
    heading_bits=HEADING_BITS,
)


_OPEN_FIELDS = frozenset(
    {
        "alert_durations_s", "alert_slots", "alert_triggers_iu", "alert_triggers_s",
        "alert_values", "alerts_mask_hex", "are_active", "are_auto_off", "beep_options_hex",
        "beep_repeats", "beep_type", "beep_types", "blocks", "cancels", "cannula_iu", "clock",
        "delivered_iu", "delivers_nothing", "delivery", "duration_s", "durations_s", "entries",
        "entry_index", "entry_pulses", "error", "extended_duration_s", "extended_iu",
        "extended_tenth_pulse_us", "fault_code_hex", "fault_flags", "fault_info_hex",
        "fault_time_s", "firmware", "first_segment_pulses", "first_segment_s", "half_hour",
        "has_accept_beep", "has_end_beep", "has_table_fault", "immediate_iu",
        "interface_firmware", "is_checksum_ok", "is_dose_consistent", "is_followed",
        "is_reservoir_above_50_iu", "last_programming_sequence", "left_pulses", "left_s",
        "message_sequence", "next_tenth_pulse_us", "not_delivered_iu", "packet_timeout",
        "packet_type", "pod_gain", "pod_life_s", "pod_rssi", "prime_iu", "product", "progress",
        "pulse_interval_s", "rate_iu_per_h", "rates_iu_per_h", "remaining_pulses", "reminder_s",
        "reservoir_iu", "schedule", "status_type", "subtype_hex", "table_duration_s",
        "tenth_pulse_us", "tenth_pulses_us", "time_active_s", "total_iu", "units_iu",
    }
)  # fmt: skip


class Omnipod:
    """The Eros family; satisfies `medmon.protocols.Decoder`.

    Attributes
    ----------
    name : str
        "omnipod".
    modems : tuple of Modem
        How a pod and its handheld sound: the same.
    repeat_window_ns : int
        Unanswered packets are repeated unchanged, 80 to 330 ms apart in the openomni corpus.
    join_window_ns : int
        A CON follows the ACK of the packet before it, and that may need several attempts.
    id_pattern, id_example : str
        Four bytes, the address on the air.
    open_fields : frozenset of str
        Not in it: addresses, lot and sequential number, whole blocks (which hold these), and the
        nonces, which a pod computes from them.
    """

    name = PROTOCOL
    modems: tuple[Modem, ...] = (MODEM,)
    repeat_window_ns = 500_000_000
    join_window_ns = 1_500_000_000
    id_pattern = "[0-9a-f]{8}"
    id_example = "1f0e89f0"
    open_fields = _OPEN_FIELDS

    def packet(self, frame: Frame) -> Packet | Rejection:
        """Find the packet in the bits after a sync word and check it.

        Parameters
        ----------
        frame : Frame
            Bits after the sync word.

        Returns
        -------
        Packet or Rejection
            See `medmon.protocols.omnipod.packet.packet_from_frame`; a first packet of several
            brings along the orders that stand in it.
        """
        packet = packet_from_frame(frame)
        if isinstance(packet, Rejection) or packet.part != "first":
            return packet
        link = link_from_bytes(packet.data)
        return replace(packet, opening=message_from_opening(link) if link else None)

    def message(self, packets: Sequence[Packet]) -> Message | Rejection | None:
        """Say what packets mean.

        Parameters
        ----------
        packets : sequence of Packet
            One that is whole, or a first one and the rest in order.

        Returns
        -------
        Message, Rejection or None
            None while more packets are needed.
        """
        first = link_from_bytes(packets[0].data) if packets else None
        if first is None:
            return Rejection(PROTOCOL, "length", "no packet")
        if first.kind == "ack":
            return message_from_acknowledgement(first)
        envelope = envelope_from_packets(packets)
        if envelope is None or isinstance(envelope, Rejection):
            return envelope
        return message_from_envelope(first, envelope)

    def heading(self, frame: Frame) -> Message | None:
        """Say what the first bits of a packet tell.

        Parameters
        ----------
        frame : Frame
            The first bits after the sync word.

        Returns
        -------
        Message or None
            See `medmon.protocols.omnipod.heading.message_from_heading`.
        """
        return message_from_heading(frame.data[: frame.bit_count // 8])

    def ends(self, frame: Frame, opened: Sequence[Sequence[Packet]]) -> tuple[int, ...]:
        """Say where a packet ends that begins like this.

        Parameters
        ----------
        frame : Frame
            The first bits after the sync word.
        opened : sequence of sequence of Packet
            Packets of messages that are not complete.

        Returns
        -------
        tuple of int
            After how many bits it is over, see `medmon.protocols.omnipod.heading.end_from_heading`.
        """
        length = end_from_heading(frame.data[: frame.bit_count // 8], opened)
        return () if length is None else (8 * length,)


PLUGIN = Omnipod()
