"""Medtronic MiniMed Paradigm 5xx and 7xx: bits come in, packets and their meaning go out.

On the air: carrier on and off, 16.384 kchip/s, near 916.5 MHz (United States) or 868.35 MHz
(elsewhere). Preamble AA, sync word FF 00 FF 00, then 4b6b until the carrier stops. No length
field, no encryption, no authentication: a device id is all that is needed to be obeyed.

Layout of every packet, a byte each::

    type  id id id  body ...  check

    type            who talks to whom           module       length, check
    A2              pump and MySentry           mysentry     by message, CRC-8
    A5              glucose meter to pump       meter        7, CRC-8
    A6              remote control to pump      remote       7, CRC-8
    A7              pump and programmer or app  carelink     7 or 71, CRC-8
    A8 AA AB        glucose sensor to pump      sensor       34, CRC-16 (id one byte later)

Contents: `family` what a packet type has to say about itself; `checks` the CRCs; `opcodes` and
`bodies` the vocabulary of A7; `pump_status` the long report of A2; `clock` the pump's time.

After the packet stand up to two bytes of rubbish: 4 padding chips where the chips do not fill a
byte, more padding from some senders, and noise until phy saw the carrier end or the line code
break. So the length is taken from the packet's own words, and must agree with that end. That
agreement, the known type, and each type's further rules (`Family.doubt`) are the second witnesses
that an 8-bit check needs: of random bits of the worst length, about one frame in a million passes
(measured in tests/protocols/test_medtronic.py).

A real packet, the short call that wakes a pump (ecc1/medtronic packet/packet_test.go at 721237c):

>>> packet = PLUGIN.packet(Frame("medtronic", bytes.fromhex("a71289865d00be"), 56))
>>> PLUGIN.message([packet]).command
'wakeup'

Sources: the project's protocol sheet, section A; each module names those of its fields. Not done
on purpose: records of history pages are not read, and nothing here can build a packet.
"""

from __future__ import annotations

from collections.abc import Sequence

from medmon.protocols.medtronic import carelink, meter, mysentry, remote, sensor
from medmon.protocols.medtronic.family import HEADING_BYTES, Family
from medmon.records import Frame, Message, Modem, Packet, Rejection, RejectionReason

NAME = "medtronic"

_SHORTEST_BYTES = 7
_LONGEST_BYTES = 71
_BOTH_BYTES = (_SHORTEST_BYTES, _LONGEST_BYTES)
_TRAILING_BITS = 16  # the most rubbish after a packet: see the docstring
_MAX_SYNC_ERRORS = 4  # of 32 chips: random chips have as few in 1 of 100,000 places
_MIN_CONFIDENCE = 0.1

_OPEN_FIELDS = frozenset(
    {
        "acknowledged_type", "active_insulin_iu", "alert", "alert_code", "alert_time",
        "announcement", "auto_off_s", "awake_s", "battery_low", "battery_percent", "battery_raw",
        "battery_v", "button", "button_code", "calibration_factor", "duration_s", "error",
        "error_code", "frame", "glucose_mg_dl", "glucose_state", "insulin_action_s",
        "is_24_hour_clock", "is_bolusing", "is_last_frame", "is_repeat", "is_suspended", "isig",
        "isig_adjust", "isig_older", "isig_previous", "max_basal_iu_per_h", "max_bolus_iu",
        "message_name", "message_type", "model", "next_calibration", "opcode", "opcode_name",
        "page", "pattern", "percent", "previous_glucose_mg_dl", "pump_time", "rate_iu_per_h",
        "remaining_s", "remote_enabled", "reservoir_iu", "reservoir_remaining_s",
        "schedule_rate_iu_per_h", "schedule_start_s", "sensor_age_s", "sensor_remaining_s",
        "sensor_state", "sensor_time", "slot", "status", "temp_basal_type", "trend", "units_iu",
        "version", "wants_new_sensor",
    }
)  # fmt: skip

_FAMILIES: dict[int, Family] = {
    0xA2: mysentry.FAMILY,
    0xA5: meter.FAMILY,
    0xA6: remote.FAMILY,
    0xA7: carelink.FAMILY,
    0xA8: sensor.FAMILY,
    0xAA: sensor.FAMILY,
    0xAB: sensor.FAMILY,
}


class Medtronic:
    """Decoder of the Paradigm family.

    Attributes
    ----------
    name : str
        "medtronic".
    modems : tuple of Modem
        The one way all its devices sound.
    repeat_window_ns : int
        80 ms. Copies (16 to 255 of them) follow each other in 15 to 27 ms, so two may be lost in
        between. The next yes of the same conversation comes 90 ms later at the earliest, behind a
        long packet, and a sender's second try after that.
    join_window_ns : int
        0: every packet is complete by itself.
    id_pattern, id_example : str
        Three bytes, as on the back of the pump.
    open_fields : frozenset of str
        Not in it: ids of other devices, and parameters whose meaning is not known, among them the
        pump's own serial number in the answer to 71.
    """

    name = NAME
    modems = (
        Modem(
            name=NAME,
            freqs_hz=(916.5e6, 868.35e6),
            modulation="ook",
            symbol_rate_hz=16_384.0,
            deviation_hz=None,
            preamble="10",
            sync=2 * ("1" * 8 + "0" * 8),
            line_code="4b6b",
            min_bits=8 * _SHORTEST_BYTES,
            max_bits=8 * _LONGEST_BYTES + _TRAILING_BITS,
            heading_bits=(8 * HEADING_BYTES,),
        ),
    )
    repeat_window_ns = 80_000_000
    join_window_ns = 0
    id_pattern = "[0-9a-f]{6}"
    id_example = "350535"
    open_fields = _OPEN_FIELDS

    def packet(self, frame: Frame) -> Packet | Rejection:
        """Find the packet in the bits after a sync word and check it.

        Parameters
        ----------
        frame : Frame
            Bits after the sync word, 4b6b undone.

        Returns
        -------
        Packet or Rejection
            The packet without what follows it, or why there is none: "sync" the sync word or the
            bits are too doubtful, "length" it ends where no packet of its kind ends, "code" the
            line code is broken inside it, "check" the CRC is wrong, "sanity" it is of no known
            type or says what no device says.
        """
        if frame.sync_errors > _MAX_SYNC_ERRORS or frame.confidence < _MIN_CONFIDENCE:
            return _rejection(
                "sync", f"{frame.sync_errors} wrong chips, confidence {frame.confidence:.2f}"
            )
        # What follows a confident break of the line code is not this device any more.
        end = max(min(frame.bit_count, 8 * len(frame.data), *frame.faults), 0)
        heard = frame.data[: end // 8]
        broken: RejectionReason = "code" if frame.faults else "length"
        if len(heard) < _SHORTEST_BYTES:
            return _rejection(broken, f"ends after {end} bits")
        lengths = _FAMILIES[heard[0]].lengths(heard) if heard[0] in _FAMILIES else ()
        if not lengths:
            return _rejection("sanity", f"no packet begins with {heard[:5].hex()}")
        fitting = [n for n in lengths if 0 <= end - 8 * n <= _TRAILING_BITS]
        if not fitting:
            return _rejection(broken, f"type {heard[0]:02x} does not end after {end} bits")
        return _checked(heard, fitting)

    def message(self, packets: Sequence[Packet]) -> Message | Rejection | None:
        """Say what a packet means.

        Parameters
        ----------
        packets : sequence of Packet
            One packet.

        Returns
        -------
        Message or Rejection
            Its meaning; a rejection if it is not one packet, or not one of this decoder's.
        """
        if len(packets) != 1:
            return _rejection("incomplete", f"{len(packets)} packets for a message of one")
        data = packets[0].data
        if len(data) < _SHORTEST_BYTES or data[0] not in _FAMILIES:
            return _rejection("sanity", f"no packet begins with {data[:1].hex() or 'nothing'}")
        family = _FAMILIES[data[0]]
        if len(data) not in family.lengths(data):
            return _rejection("length", f"{len(data)} bytes for type {data[0]:02x}")
        return family.message(data)

    def heading(self, frame: Frame) -> Message | None:
        """Say what the first bytes of a packet tell.

        Parameters
        ----------
        frame : Frame
            The first bits after the sync word.

        Returns
        -------
        Message or None
            Whose device, and what about; None for a type or an opcode that nobody knows.
        """
        heard = frame.data[: frame.bit_count // 8]
        if frame.sync_errors > _MAX_SYNC_ERRORS or len(heard) < HEADING_BYTES:
            return None
        family = _FAMILIES.get(heard[0])
        return family.heading(heard) if family else None

    def ends(self, frame: Frame, opened: Sequence[Sequence[Packet]]) -> tuple[int, ...]:
        """Say where a packet ends that begins like this.

        Parameters
        ----------
        frame : Frame
            The first bits after the sync word.
        opened : sequence of sequence of Packet
            Not looked at: each packet is a message.

        Returns
        -------
        tuple of int
            After how many bits it may be over; two of them where a short and a long packet begin
            alike.
        """
        del opened
        if self.heading(frame) is None:
            return ()
        heard = frame.data[:HEADING_BYTES]
        lengths = _FAMILIES[heard[0]].lengths
        ends = {n for most in _BOTH_BYTES for n in lengths(heard.ljust(most, b"\xff"))}
        return tuple(8 * n for n in sorted(ends))


def _checked(heard: bytes, lengths: Sequence[int]) -> Packet | Rejection:
    """Take the first length at which the check holds, and believe it if everything else fits."""
    family = _FAMILIES[heard[0]]
    data = next((heard[:n] for n in lengths if family.is_intact(heard[:n])), None)
    if data is None:
        return _rejection("check", f"CRC of type {heard[0]:02x}, {lengths[0]} bytes")
    doubt = family.doubt(data)
    if doubt:
        return _rejection("sanity", doubt)
    return Packet(protocol=NAME, data=data, link=family.device(data), key=family.key(data))


def _rejection(reason: RejectionReason, detail: str) -> Rejection:
    return Rejection(NAME, reason, detail)


PLUGIN = Medtronic()
