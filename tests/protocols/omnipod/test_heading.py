"""What the first bytes of a packet tell is what the whole message says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from medmon.protocols.omnipod import PLUGIN
from medmon.protocols.omnipod.heading import (
    HEADING_BITS,
    end_from_heading,
    message_from_heading,
)
from medmon.records import Frame, Message, Packet
from signal_fixtures.devices import omnipod, omnipod_blocks, omnipod_insulin

POD = "1f01482a"
NEW_POD = "1f0e89f0"
STATUS = omnipod_blocks.PodStatus()


def _told(blocks: Sequence[bytes], kind: str = "PDM", address: str = POD) -> Message | None:
    """Let the first packet arrive, and say what is known at the first place where it is."""
    packet = omnipod.packets_of(omnipod.message(address, 5, *blocks), kind, 9)[0]
    for bits in HEADING_BITS:
        if 8 * len(packet) >= bits:
            told = PLUGIN.heading(Frame("omnipod", packet[: bits // 8], bits))
            if told is not None:
                return told
    return None


@pytest.mark.parametrize(
    ("blocks", "kind", "command"),
    [
        (omnipod_insulin.bolus(1, 2.6), "PDM", "bolus"),
        (omnipod_insulin.temp_basal(1, 1.5, 3600), "PDM", "temp-basal"),
        (omnipod_insulin.basal_schedule(1, [(1.0, 48)], 0), "PDM", "basal-schedule"),
        ((omnipod_insulin.cancel(1, "all"),), "PDM", "suspend"),
        ((omnipod_insulin.cancel(1, "bolus"),), "PDM", "cancel"),
        ((omnipod_blocks.deactivate(1),), "PDM", "deactivate"),
        ((omnipod_blocks.configure_beeps(2),), "PDM", "settings"),
        ((omnipod_blocks.get_status(),), "PDM", "read"),
        ((STATUS.response(),), "POD", "status"),
        ((omnipod_blocks.bad_nonce(0x92C4),), "POD", "nack"),
    ],
)
def test_headings(blocks: Sequence[bytes], kind: str, command: str) -> None:
    """An early alarm must be the alarm that the whole message raises."""
    told = _told(blocks, kind)
    assert told is not None
    assert (told.device, told.command, told.sequence) == (POD, command, 9)
    assert told.direction == ("to-device" if kind == "PDM" else "from-device")
    assert told.role == ("pdm" if kind == "PDM" else "pump")


def test_a_pod_that_is_paired_has_its_new_address() -> None:
    """While pairing the address on the air is nobody's; the alarm must name the pod."""
    identity = omnipod_blocks.PodIdentity(lot=42_125, tid=170_175, address=NEW_POD)
    for block in (
        identity.assign_command(),
        identity.setup_command(datetime(2026, 11, 24, tzinfo=UTC)),
    ):
        told = _told((block,), address="ffffffff")
        assert told is not None
        assert (told.device, told.command) == (NEW_POD, "pair")


def test_what_tells_nothing() -> None:
    """Acknowledgements, the rest of a message, damaged addresses and empty messages."""
    long = omnipod.message(POD, 5, *omnipod_insulin.basal_schedule(1, [(1.0, 24), (2.0, 24)], 0))
    first, rest = omnipod.packets_of(long, "PDM", 9)[:2]
    assert message_from_heading(omnipod.ack(POD, 3)) is None
    assert message_from_heading(rest[:18]) is None
    assert message_from_heading(first[:18]) is not None
    assert message_from_heading(first[:11]) is None
    assert message_from_heading(b"\x1f\x01\x48\x2b" + first[4:18]) is None
    assert message_from_heading(b"") is None
    assert _told(()) is None


@pytest.mark.parametrize("blocks", [
    (omnipod_blocks.get_status(),),
    (omnipod_insulin.cancel(1, "all"),),
    omnipod_insulin.bolus(1, 2.6),
    omnipod_insulin.basal_schedule(1, [(1.0, 24), (2.0, 24)], 0),
])  # fmt: skip
def test_ends(blocks: Sequence[bytes]) -> None:
    """Each packet is judged when it ends: the first one tells it, a rest by what is missing."""
    sent = omnipod.packets_of(omnipod.message(POD, 5, *blocks), "PDM", 9)
    before: list[Packet] = []
    for data in sent:
        assert end_from_heading(data[:12], [before] if before else []) == len(data)
        before.append(Packet("omnipod", data, POD))


def test_what_has_no_end_yet() -> None:
    """An ACK says nothing; a rest without its beginning may have any length; noise has none."""
    long = omnipod.message(POD, 5, *omnipod_insulin.bolus(1, 2.6))
    first, rest = omnipod.packets_of(long, "PDM", 9)
    stranger = Packet("omnipod", first, "1f000001")
    assert end_from_heading(omnipod.ack(POD, 3), ()) is None
    assert end_from_heading(rest[:12], [[stranger]]) is None
    assert end_from_heading(b"\x1f\x01\x48\x2b" + first[4:12], ()) is None
    assert end_from_heading(first[:10], ()) is None
