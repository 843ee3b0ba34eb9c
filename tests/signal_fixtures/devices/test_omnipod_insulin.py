"""Insulin orders of the Omnipod Eros against published and recorded ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signal_fixtures.devices.omnipod_insulin import (
    basal_schedule,
    bolus,
    cancel,
    pulses_from_rates,
    schedule_entries,
    spread_pulses,
    temp_basal,
)


@pytest.mark.parametrize(
    ("order", "schedule_hex", "extra_hex"),
    [
        # LoopKit/OmniKit BolusTests at 1446be8; openaps/openomni wiki
        (
            bolus(0xBED2E16B, 2.6, us_per_tenth=100_000),
            "1a0ebed2e16b02010a0101a000340034",
            "170d000208000186a0000000000000",
        ),
        (
            bolus(0x0375A602, 0.0, extended_iu=1.0, extended_s=3_600, beep=0x7C),
            "1a100375a60202001703000000000000100a",
            "170d7c000000030d4000c80112a880",
        ),
        (
            bolus(0x01E475CB, 2.0, extended_iu=4.0, extended_s=10_800, beep=0x3C),
            "1a1601e475cb02012907028000280028100d000e100d000e",
            "170d3c019000030d40032000cdfe60",
        ),
        (
            bolus(0x11161988, 15.0, extended_iu=15.0, extended_s=28_800, beep=0x7C),
            "1a1e111619880202691112c0012c012c18121013181210131812101318121013",
            "170d7c0bb800030d400bb800927c00",
        ),
        (
            bolus(0x31204BA7, 29.95, beep=0x7C),
            "1a0e31204ba702014801257002570257",
            "170d7c176600030d40000000000000",
        ),
        (
            bolus(0x243085C8, 0.15),
            "1a0e243085c802003701003000030003",
            "170d00001e00030d40000000000000",
        ),
        # LoopKit/OmniKit TempBasalTests at 1446be8
        (
            temp_basal(0x9746C65B, 0.05, 1_800, beep=0x7C),
            "1a0e9746c65b01007901384000000000",
            "160e7c00000515752a00000515752a00",
        ),
        (
            temp_basal(0xA958C5AD, 30.0, 43_200, beep=0x3C),
            "1a10a958c5ad0104f5183840012cf12c712c",
            "16143c00f618000927c0f618000927c02328000927c0",
        ),
        # LoopKit/OmniKit BasalScheduleTests at 1446be8
        (
            basal_schedule(0x05281983, [(24.0, 48)], 1 * 1_800 + 335, beep=0x40),
            "1a1205281983002eb9012dc800c3f0f0f0f0f0f0",
            "13144000f2020003d090fd20000b71b0c4e0000b71b0",
        ),
        (
            basal_schedule(0x06141980, [(30.0, 48)], 12 * 1_800 + 968, beep=0x40),
            "1a12061419800009200c1a00008af12cf12cf12c",
            "131a4000632b00061a80f618000927c0f618000927c04650000927c0",
        ),
    ],
)  # fmt: skip
def test_published_orders(order: tuple[bytes, bytes], schedule_hex: str, extra_hex: str) -> None:
    """Both blocks byte for byte: pulse table, checksum and times derived from dose or rate."""
    assert [block.hex() for block in order] == [schedule_hex, extra_hex]


def test_a_day_of_thirteen_rates() -> None:
    """OmniKit's longest schedule: every byte, and the time to the next tenth within a millisecond.

    OmniKit computes that one time in floating point; it is 450 us short of the arithmetic.
    """
    rates = [
        (1.3, 1), (0.05, 3), (1.7, 1), (0.85, 1), (1.0, 9), (0.65, 2), (0.5, 2),
        (0.65, 2), (0.6, 2), (0.65, 5), (1.65, 3), (0.15, 2), (0.85, 15),
    ]  # fmt: skip
    table, times = basal_schedule(0x851072AA, rates, 39 * 1_800 + 1_125, beep=0x40)
    assert table.hex() == (
        "1a2a851072aa0001dd2715180003000d280000111809700a180610052806100600072806001118101801e808"
    )
    published = bytes.fromhex(
        "1356400c02c8011abc64008200d34689000f15752a0000aa00a1904b00550143209603840112a880"
        "008201a68d13006402255100008201a68d13007801c9c380014501a68d1301ef00a675a2001e0727"
        "0e0004fb01432096"
    )
    assert times[:6] + times[10:] == published[:6] + published[10:]
    next_us = [int.from_bytes(block[6:10], "big") for block in (times, published)]
    assert next_us[0] == pytest.approx(next_us[1], abs=1_000)


@pytest.mark.parametrize(
    ("order", "expected_hex"),
    [
        (temp_basal(0x9746C65B, 0.05, 510 * 60)[0], "1a109746c65b0100911138400000f8000000"),
        (temp_basal(0x9746C65B, 0.05, 990 * 60)[0], "1a129746c65b0100a92138400000f800f8000000"),
        (temp_basal(0x4E2C2717, 0.05, 150 * 60)[0], "1a0e4e2c271701007f05384000004800"),
        (temp_basal(0x87E8D03A, 2.0, 90 * 60)[0], "1a0e87e8d03a0100cb03384000142014"),
        (temp_basal(0, 0.0, 1_800, beep=0x7C)[1], "160e7c0000006b49d20000006b49d200"),
        (temp_basal(0, 2.05, 1_800, beep=0x3C)[1], "160e3c0000cd0085fac700cd0085fac7"),
        (
            temp_basal(0, 29.95, 43_200, beep=0x3C)[1],
            "16143c00f5af00092ba9f5af00092ba9231900092ba9",
        ),
        (
            bolus(0xB93C64F6, 0.0, extended_iu=1.0, extended_s=9 * 1_800)[0],
            "1a16b93c64f602001e0a0000000000003002000320020003",
        ),
        (
            basal_schedule(0x77A05551, [(0.05, 48)], 43 * 1_800 + 1_063)[0],
            "1a1277a055510000622b17080000f800f800f800",
        ),
        (
            basal_schedule(0, [(1.05, 21), (0.9, 16), (1.0, 11)], 46 * 1_800 + 907, beep=0x40)[1],
            "131a4002009600a7d8c0089d0105944905a001312d00044c0112a880",
        ),
        (cancel(0x156B93E8, "temp-basal", beep=6), "1f05156b93e862"),
        (cancel(0x4D91F8FF, "bolus", beep=6), "1f054d91f8ff64"),
        (cancel(0x6FEDE14A, "basal"), "1f056fede14a01"),
        (cancel(0, "all"), "1f050000000007"),
    ],
)
def test_published_blocks(order: bytes, expected_hex: str) -> None:
    """Single blocks of the same tests and of the corpus."""
    assert order.hex() == expected_hex


@given(pulses=st.lists(st.integers(0, 600), min_size=1, max_size=60))
def test_entries_unpack_to_the_pulses_they_were_made_from(pulses: list[int]) -> None:
    """Whatever the schedule, no half hour gets another number of pulses."""
    unpacked = []
    for entry in schedule_entries(pulses):
        unpacked += [
            (entry & 0x3FF) + (index % 2 if entry & 0x800 else 0)
            for index in range((entry >> 12) + 1)
        ]
    assert unpacked == pulses


@given(pulses=st.integers(0, 2_000), half_hours=st.integers(1, 48))
def test_spread_pulses_add_up_and_are_even(pulses: int, half_hours: int) -> None:
    """All pulses are given, and no half hour has more than one above another."""
    spread = spread_pulses(pulses, half_hours)
    assert sum(spread) == pulses
    assert max(spread) - min(spread) <= 1


@given(hourly=st.lists(st.integers(0, 600), min_size=1, max_size=48))
def test_a_day_lacks_at_most_half_a_pulse(hourly: list[int]) -> None:
    """Half pulses are carried over, so that no insulin of a schedule is lost or added."""
    given_so_far = 0
    for index, pulses in enumerate(pulses_from_rates(hourly), start=1):
        given_so_far += pulses
        assert sum(hourly[:index]) / 2 - given_so_far in (0, 0.5)


def test_a_schedule_must_fill_the_day() -> None:
    """47 half hours leave a hole at midnight."""
    with pytest.raises(ValueError, match="48 half hours"):
        basal_schedule(0, [(1.0, 47)], 0)
