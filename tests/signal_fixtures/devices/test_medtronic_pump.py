"""A7 packets against the bodies that MinimedKit's and ecc1's tests publish."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from signal_fixtures.devices.medtronic_pump import Paradigm, Settings

PUMP = Paradigm("123456")
OLD_PUMP = Paradigm("123456", strokes_per_iu=10)


def padded(head_hex: str, crc_hex: str) -> str:
    """A long packet: its beginning, zeros up to 70 bytes, and the check."""
    return head_hex.ljust(140, "0") + crc_hex


@pytest.mark.parametrize(
    ("packet", "expected_hex"),
    [
        # LoopKit/MinimedKit MinimedKitTests at 106467e; checks computed by an independent CRC
        (PUMP.bolus(1.1), padded("a71234564202002c", "fa")),
        (PUMP.bolus(1.475), padded("a71234564202003a", "c8")),
        (PUMP.bolus(7.9), padded("a71234564202013c", "eb")),
        (PUMP.bolus(10.25), padded("a712345642020198", "4a")),
        (OLD_PUMP.bolus(1.1), padded("a712345642010b", "78")),
        (PUMP.temp_basal(1.1, 1_800), padded("a71234564c03002c01", "ce")),
        (PUMP.temp_basal(6.5, 9_000), padded("a71234564c03010405", "c4")),
        (PUMP.temp_basal(1.442, 3_600), padded("a71234564c03003902", "11")),
        (
            PUMP.temp_basal_answer(rate_iu_per_h=1.375, left_s=1_380),
            padded("a71234569806000000370017", "21"),
        ),
        (PUMP.clock(datetime(2017, 12, 29, 9, 22, 59, tzinfo=UTC), opcode=0x40),
         padded("a7123456400709163b07e10c1d", "07")),
        (PUMP.set_max_basal(9.115), padded("a71234566e02016c", "a7")),
        (PUMP.set_max_bolus(6.4), padded("a7123456410200" + "40", "0c")),
        (OLD_PUMP.set_max_bolus(6.4), padded("a7123456410140", "9f")),
        (PUMP.set_remote(0, "123456"), padded("a7123456510700313233343536", "1f")),
        (PUMP.set_remote(2, None), padded("a71234565107022d2d2d2d2d2d", "13")),
        (
            Paradigm("594040").remotes(("123456", None, None)),
            padded("a759404076123132333435362d2d2d2d2d2d2d2d2d2d2d2d", "08"),
        ),
        (Paradigm("350535").battery(1.4), padded("a7350535720300008c", "0a")),
        (Paradigm("594040").reservoir(80.875), padded("a7594040730400000ca3", "da")),
        (Paradigm("578398", 10).reservoir(135.0), padded("a757839873020546", "c2")),
        (Paradigm("350535").model("523"), padded("a73505358d0903353233", "5f")),
        (
            Paradigm("754838").status("normal", is_bolusing=False, is_suspended=False),
            padded("a7754838ce0303", "63"),
        ),
    ],
)  # fmt: skip
def test_published_packets(packet: bytes, expected_hex: str) -> None:
    """Byte for byte what the published tests have, 71 bytes each."""
    assert packet.hex() == expected_hex
    assert len(packet) == 71


@pytest.mark.parametrize(
    ("packet", "expected_hex"),
    [
        # ecc1/medtronic packet_test.go at 721237c
        (Paradigm("128986").wakeup(), "a71289865d00be"),
        (Paradigm("128986").ack(), "a7128986060015"),
        (Paradigm("128986").nak(0x09), "a7128986150956"),
        (Paradigm("128986").short(0x8D), "a71289868d00b0"),
        (Paradigm("636781").ack(), "a76367810600c3"),
    ],
)
def test_short_packets(packet: bytes, expected_hex: str) -> None:
    """Requests and acknowledgements, byte for byte."""
    assert packet.hex() == expected_hex


@pytest.mark.parametrize(
    ("packet", "body_hex"),
    [
        # Layouts of the protocol sheet, section A.5, worked out by hand.
        (PUMP.stay_awake(10), "5d02010a"),
        (PUMP.suspend(), "4d0101"),
        (PUMP.resume(), "4d0100"),
        (PUMP.button("esc"), "5b0101"),
        (PUMP.button("down"), "5b0104"),
        (PUMP.temp_basal_percent(150, 5_400), "69029603"),
        (PUMP.temp_basal_answer(percent=80, left_s=600), "980601500000000a"),
        (PUMP.clock(datetime(2016, 11, 6, 23, 45, 1, tzinfo=UTC)), "7007172d0107e00b06"),
        (PUMP.battery(1.12, is_low=True), "7203010070"),
        (PUMP.status("priming", is_bolusing=True, is_suspended=True), "ce03020101"),
        # Page 3425, glucose 16, ISIG 32: MinimedKit GetPumpPage tests
        (PUMP.glucose_page(3_425, 16, 32), "cd0c00000d6100100020"),
        # MinimedKit OtherDevicesMessageBodyTests, with zeros for what was left over in the pump
        (PUMP.linked_devices(("a2105728", "a2016016")), "f01f0201a210572800a201601600"),
    ],
)
def test_bodies(packet: bytes, body_hex: str) -> None:
    """Opcode, length and parameters; all after them is zero."""
    assert packet[4:70].hex() == body_hex.ljust(132, "0")


def test_settings_stand_where_real_answers_have_them() -> None:
    """Positions from MinimedKit's two families of settings: 19 from x23 on, 15 before."""
    settings = Settings(15.0, 3.5, 2, 1, remote_enabled=True, percent_temp_basal=True, action_h=6)
    new, old = PUMP.settings(settings)[5:], OLD_PUMP.settings(settings)[5:]
    assert (new[0], old[0]) == (0x19, 0x15)
    assert (new[1], new[7], new[8:10].hex()) == (2, 150, "008c")
    assert (old[1], old[6], old[7:9].hex()) == (2, 150, "008c")
    assert new[12:15] == old[12:15] == bytes([1, 1, 1])
    assert new[18] == old[18] == 6


@pytest.mark.parametrize(
    ("wanted_iu", "programmed_iu"),
    [(0.99, 0.975), (1.0, 1.0), (1.475, 1.45), (9.99, 9.95), (10.25, 10.2), (25.0, 25.0)],
)
def test_a_dose_is_rounded_down_to_the_steps_of_the_pump(
    wanted_iu: float, programmed_iu: float
) -> None:
    """Steps of ecc1/medtronic bolus.go: 0.025 below 1, 0.05 below 10, then 0.1."""
    assert PUMP.programmable_iu(wanted_iu) == pytest.approx(programmed_iu, abs=1e-9)


def test_an_old_pump_has_steps_of_a_tenth() -> None:
    """Ten strokes a unit whatever the dose."""
    assert OLD_PUMP.programmable_iu(3.19) == pytest.approx(3.1)


def test_a_frame_of_a_page_carries_its_number() -> None:
    """Answers of several packets have a frame number where others have a length."""
    packet = PUMP.long(0x80, bytes(range(64)), first=0x90)
    assert packet[4:7].hex() == "809000"
    assert packet[6:70] == bytes(range(64))


def test_too_many_parameters_are_refused() -> None:
    """A long packet holds 64 bytes."""
    with pytest.raises(ValueError, match="64 parameter bytes"):
        PUMP.long(0x80, bytes(65))
