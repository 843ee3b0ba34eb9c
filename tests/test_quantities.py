"""Numbers as people write them: read exactly, printed shortly, refused with an example."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.quantities import (
    hertz_from_text,
    iso_from_ns,
    ns_from_iso,
    seconds_from_text,
    text_from_hertz,
)


@pytest.mark.parametrize(
    ("text", "hertz"),
    [
        ("916.5M", 916_500_000.0),
        ("433.92M", 433_920_000.0),
        ("250k", 250_000.0),
        ("250K", 250_000.0),
        ("2.48G", 2_480_000_000.0),
        ("2048000", 2_048_000.0),
        (".5M", 500_000.0),
        ("1.M", 1_000_000.0),
        ("-1.5k", -1_500.0),
        ("868.35 MHz", 868_350_000.0),
        ("2.4MS/s", 2_400_000.0),
        (" 10Hz ", 10.0),
    ],
)
def test_frequencies_are_read_exactly(text: str, hertz: float) -> None:
    """433.92M must be 433920000.0 and not a hair off, or file names stop matching."""
    assert hertz_from_text(text) == hertz


@pytest.mark.parametrize("text", ["", "M", "916,5M", "916.5m", "5 G H", "1e6", "inf", "nan", "5MM"])
def test_what_is_no_frequency_is_refused_with_an_example(text: str) -> None:
    """`m` is milli and no frequency of ours is that low, so it is a slip of the key."""
    with pytest.raises(ValueError, match=r"916\.5M"):
        hertz_from_text(text)


@pytest.mark.parametrize(
    ("hertz", "text"),
    [
        (916_500_000, "916.5 MHz"),
        (2_402_000_000, "2.402 GHz"),
        (16_384, "16.384 kHz"),
        (0, "0 Hz"),
        (-999, "-999 Hz"),
    ],
)
def test_frequencies_are_printed_shortly(hertz: float, text: str) -> None:
    """People compare them with the numbers on a device's label."""
    assert text_from_hertz(hertz) == text


@given(st.integers(-(10**10), 10**10))
def test_printed_frequencies_read_back(hertz: int) -> None:
    """What medmon prints may be typed in again."""
    assert hertz_from_text(text_from_hertz(hertz)) == pytest.approx(hertz, rel=1e-9)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1h23m45s", 5_025.0),
        ("90s", 90.0),
        ("90", 90.0),
        ("1.5h", 5_400.0),
        ("2d", 172_800.0),
        ("1d1h1m1.5s", 90_061.5),
        ("0", 0.0),
    ],
)
def test_durations_are_read(text: str, seconds: float) -> None:
    """The habit of radio tools: units after numbers, largest first."""
    assert seconds_from_text(text) == seconds


@pytest.mark.parametrize("text", ["", "soon", "5 m", "1m1h", "-5s", "1h-2m", "1w"])
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    """A wrong order is refused too: 1m1h is a mistake, not an hour and a minute."""
    with pytest.raises(ValueError, match="1h23m45s"):
        seconds_from_text(text)


@given(st.integers(0, 4_102_444_800_000_000))
def test_times_survive_printing_and_reading(time_us: int) -> None:
    """A record's time is the same after a trip through JSON, to the microsecond."""
    assert ns_from_iso(iso_from_ns(time_us * 1_000)) == time_us * 1_000


def test_times_below_a_microsecond_are_cut_off() -> None:
    """Cut, not rounded: a printed time is never later than the sample."""
    assert iso_from_ns(1_999) == "1970-01-01T00:00:00.000001Z"


@pytest.mark.parametrize(
    ("text", "time_ns"),
    [
        ("1970-01-01T00:00:01", 1_000_000_000),
        ("1970-01-01T01:00:00+01:00", 0),
        ("2026-11-23T00:00:00Z", 1_795_392_000_000_000_000),
        ("1969-12-31T23:59:59Z", -1_000_000_000),
    ],
)
def test_times_with_and_without_a_zone(text: str, time_ns: int) -> None:
    """A recording without a zone is UTC, as SigMF has it."""
    assert ns_from_iso(text) == time_ns


def test_what_is_no_time_is_refused() -> None:
    """The caller says which file it came from."""
    with pytest.raises(ValueError, match="yesterday"):
        ns_from_iso("yesterday")
