"""Messages come out in the contract's words, with the dose that would be given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from medmon.protocols.omnipod import PLUGIN
from medmon.records import Frame, Message, Packet
from signal_fixtures.devices import omnipod, omnipod_blocks, omnipod_insulin

POD = "1f01482a"
IDENTITY = omnipod_blocks.PodIdentity(lot=42_125, tid=170_175, address=POD)
STATUS = omnipod_blocks.PodStatus()


def said(blocks: Sequence[bytes], kind: str = "PDM", address: str = POD) -> Message:
    """Send blocks through the builder's packets and back."""
    packets = []
    for sent in omnipod.packets_of(omnipod.message(address, 5, *blocks), kind, 9):
        packet = PLUGIN.packet(Frame("omnipod", sent, 8 * len(sent)))
        assert isinstance(packet, Packet)
        packets.append(packet)
    message = PLUGIN.message(packets)
    assert isinstance(message, Message), message
    return message


@pytest.mark.parametrize(
    ("blocks", "kind", "command"),
    [
        (omnipod_insulin.bolus(1, 2.6), "PDM", "bolus"),
        (omnipod_insulin.bolus(1, 2.6)[:1], "PDM", "bolus"),
        (omnipod_insulin.bolus(1, 2.6)[1:], "PDM", "bolus"),
        (omnipod_insulin.temp_basal(1, 1.5, 3600), "PDM", "temp-basal"),
        (omnipod_insulin.basal_schedule(1, [(1.0, 48)], 0), "PDM", "basal-schedule"),
        ((omnipod_insulin.cancel(1, "all"),), "PDM", "suspend"),
        ((omnipod_insulin.cancel(1, "bolus"),), "PDM", "cancel"),
        ((omnipod_blocks.deactivate(1),), "PDM", "deactivate"),
        ((omnipod_blocks.configure_alerts(1, [omnipod_blocks.Alert(3)]),), "PDM", "settings"),
        ((omnipod_blocks.acknowledge_alerts(1, 8),), "PDM", "settings"),
        ((omnipod_blocks.configure_beeps(2),), "PDM", "settings"),
        ((omnipod_blocks.configure_faults(1),), "PDM", "settings"),
        ((omnipod_blocks.get_status(),), "PDM", "read"),
        ((STATUS.response(),), "POD", "status"),
        ((STATUS.detailed(),), "POD", "status"),
        ((omnipod_blocks.bad_nonce(0x92C4),), "POD", "nack"),
        ((omnipod_blocks.error(7, 0, 8),), "POD", "nack"),
        ((), "PDM", "unknown"),
        ((bytes.fromhex("770100"),), "PDM", "unknown"),
        ((bytes.fromhex("1a0e7e30bf16070065010050000a000a"),), "PDM", "unknown"),
    ],
)
def test_commands(blocks: Sequence[bytes], kind: str, command: str) -> None:
    """Policies are written in these words; a wrong one means the wrong alarm."""
    message = said(blocks, kind)
    assert message.command == command
    assert message.direction == ("to-device" if kind == "PDM" else "from-device")
    assert message.role == ("pdm" if kind == "PDM" else "pump")
    assert (message.device, message.sequence, message.fields["message_sequence"]) == (POD, 9, 5)
    assert message.fields["blocks_hex"] == tuple(block.hex() for block in blocks)


def test_the_heaviest_block_gives_the_command() -> None:
    """A bolus hidden behind a harmless block of the same message is still a bolus."""
    blocks = [omnipod_insulin.cancel(1, "bolus"), *omnipod_insulin.bolus(2, 25.0)]
    message = said([omnipod_blocks.get_status(), *blocks])
    assert message.command == "bolus"
    assert message.fields["units_iu"] == 25.0
    assert message.fields["nonce_hex"] == "00000002"


def test_two_claims_about_a_dose_are_compared() -> None:
    """A table of 1 IU with a timing of 25 IU is a forgery; the larger dose counts."""
    honest = said(omnipod_insulin.bolus(1, 1.0))
    assert honest.fields["is_dose_consistent"] is True
    small, large = omnipod_insulin.bolus(1, 1.0), omnipod_insulin.bolus(1, 25.0)
    forged = said([small[0], large[1]])
    assert forged.fields["units_iu"] == 25.0
    assert forged.fields["is_dose_consistent"] is False


def test_several_orders_are_all_told() -> None:
    """The record holds what each block asks for, so that a replay of records judges the same."""
    message = said([omnipod_insulin.cancel(3, "all"), *omnipod_insulin.bolus(2, 1.0)])
    assert message.command == "bolus"
    orders: Any = message.fields["orders"]
    assert [order[0] for order in orders] == ["suspend", "bolus"]
    assert ("nonce_hex", "00000003") in orders[0]
    assert ("units_iu", 1.0) in orders[1]
    assert "orders" not in said(omnipod_insulin.bolus(2, 1.0)).fields
    assert "orders" not in said([STATUS.response(), IDENTITY.set_up()], "POD").fields


def opening(blocks: Sequence[bytes], kind: str = "PDM") -> Message | None:
    """Return what the first packet of a message tells by itself."""
    first, *_ = omnipod.packets_of(omnipod.message(POD, 5, *blocks), kind, 9)
    packet = PLUGIN.packet(Frame("omnipod", first, 8 * len(first)))
    assert isinstance(packet, Packet)
    return packet.opening


def test_first_packet_tells_its_orders() -> None:
    """Of a bolus the table is whole; of a long schedule only the kind can be told."""
    bolus = opening(omnipod_insulin.bolus(1, 25.0))
    assert bolus is not None
    assert (bolus.device, bolus.command, bolus.direction) == (POD, "unknown", "to-device")
    orders: Any = bolus.fields["orders"]
    assert orders[0][0] == "bolus"
    assert ("units_iu", 25.0) in orders[0]
    rates = [(1.0 + number / 20, 4) for number in range(12)]
    schedule = opening(omnipod_insulin.basal_schedule(1, rates, 0))
    assert schedule is not None
    assert schedule.fields["orders"] == (("basal-schedule", ("blocks", ("unknown",))),)


def test_first_packet_without_an_order_tells_nothing() -> None:
    """Answers of a pod and packets that are whole need no second look."""
    assert opening([IDENTITY.set_up(), STATUS.detailed()], "POD") is None
    assert opening([omnipod_blocks.get_status()]) is None
    assert opening([omnipod_blocks.get_status()] * 12) is None


def test_temporary_basal_has_rate_and_duration() -> None:
    """Limits are set in IU/h, so the rate must arrive under its contract name."""
    fields = said(omnipod_insulin.temp_basal(1, 1.5, 5400)).fields
    assert (fields["rate_iu_per_h"], fields["duration_s"]) == (1.5, 5400)


def test_pairing_names_the_new_pod() -> None:
    """While pairing all packets go to FFFFFFFF; the device is the one being paired."""
    assign = said([bytes.fromhex("07041f01482a")], address="ffffffff")
    answer = said([IDENTITY.set_up()], "POD", address="ffffffff")
    for message in (assign, answer):
        assert (message.command, message.device) == ("pair", POD)
    lost = said([omnipod_blocks.get_status()], address="ffffffff")
    assert lost.device == "ffffffff"


@pytest.mark.parametrize(
    ("address", "second", "device"),
    [
        (POD, POD, POD),
        (POD, "00000000", POD),
        ("ffffffff", POD, POD),
        ("ffffffff", "00000000", "ffffffff"),
    ],
)
def test_acknowledgements(address: str, second: str, device: str) -> None:
    """Either side acknowledges, so neither direction nor role is claimed."""
    sent = omnipod.ack(address, 30, second)
    packet = PLUGIN.packet(Frame("omnipod", sent, 8 * len(sent)))
    assert isinstance(packet, Packet)
    message = PLUGIN.message([packet])
    assert isinstance(message, Message)
    assert (message.command, message.device, message.sequence) == ("ack", device, 30)
    assert (message.direction, message.role) == ("unknown", None)
