"""What a file's name says is read as rtl_433 and others wrote it, and nothing is invented."""

from __future__ import annotations

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.capture.facts import (
    NOTHING_KNOWN,
    Facts,
    ending_of,
    facts_from_name,
    format_of,
    freq_of,
    rate_of,
    start_of,
)
from medmon.errors import InputError

START_NS = 1_795_432_503 * 10**9
"""2026-11-23T11:15:03Z, worked out with `date -u -d ... +%s`."""


@pytest.mark.parametrize(
    ("name", "freq_hz", "rate_hz", "sample_format"),
    [
        ("g001_433.92M_250k.cu8", 433_920_000, 250_000, "cu8"),
        ("/data/2048k/g005_868.3M_1000k_plug.cf32", 868_300_000, 1_000_000, "cf32"),
        ("pump_916.5M_2048k.CS16", 916_500_000, 2_048_000, "cs16"),
        ("g001_433.92M_250k.cu8.gz", 433_920_000, 250_000, "cu8"),
        ("SDRSharp_20261123_111503Z_433920000Hz_IQ.wav", 433_920_000, None, None),
        ("SDRuno_20261123_111503Z_88110kHz.wav", 88_110_000, None, None),
        ("x_2.4Msps_915MHz.cs8", 915_000_000, 2_400_000, "cs8"),
        ("g001.data", None, None, "cu8"),
        ("x.cfile", None, None, "cf32"),
        ("x.complex16s", None, None, "cs8"),
        ("x.ci16_le", None, None, "cs16"),
        ("plain", None, None, None),
        ("a5M_b250k.bin", None, None, None),
        ("v1.5M2.cu8", None, None, "cu8"),
        ("_433.92M_434.42M_250k.cu8", None, 250_000, "cu8"),
        ("_433.92M_433.92M_250k_1000k.cu8", 433_920_000, None, "cu8"),
        ("g009_434.1M_1.024M.cu8", 434_100_000, 1_024_000, "cu8"),
        ("g009_433.92M_2.048M.cs16", 433_920_000, 2_048_000, "cs16"),
        ("_433.92M_434.42M.cu8", None, None, "cu8"),
        ("_868.3M_433.92M.cu8", None, None, "cu8"),
        ("_868.3M_2.4M_1M.cu8", None, None, "cu8"),
        ("_433.92M_2.4M_2400ksps.cu8", None, 2_400_000, "cu8"),
        ("", None, None, None),
    ],
)
def test_names(
    name: str, freq_hz: float | None, rate_hz: float | None, sample_format: str | None
) -> None:
    """Names of real programs, names that say nothing, and names that contradict themselves."""
    facts = facts_from_name(name)
    assert (facts.freq_hz, facts.rate_hz, facts.sample_format) == (freq_hz, rate_hz, sample_format)


@pytest.mark.parametrize(
    ("name", "start_ns"),
    [
        ("SDRSharp_20261123_111503Z_433920000Hz_IQ.wav", START_NS),
        ("x-20261123T111503Z_250k.cu8", START_NS),
        ("x_20261123_111503.cu8", None),
        ("x_20261399_111503Z.cu8", None),
    ],
)
def test_times_in_names_count_only_with_a_zone(name: str, start_ns: int | None) -> None:
    """A time without a zone could be wrong by a day, which is worse than none."""
    assert facts_from_name(name).start_ns == start_ns


@given(st.text(max_size=60) | st.from_regex(r"[_.]?[0-9]{1,400}(\.[0-9]+)?(M|k|Hz)_.*"))
def test_any_name_is_read_or_ignored(name: str) -> None:
    """A strange file name never ends in a traceback, and what it claims is checked."""
    facts = facts_from_name(name)
    with contextlib.suppress(InputError):
        assert math.isfinite(rate_of(facts, source=name))
    with contextlib.suppress(InputError):
        assert math.isfinite(freq_of(facts, source=name))


def test_flags_win_over_metadata_and_metadata_over_the_name() -> None:
    """The order of belief of the contract, field by field; zero is a value, not an absence."""
    name = Facts(freq_hz=1.0, rate_hz=1.0, sample_format="cu8")
    metadata = Facts(freq_hz=2.0, start_ns=0, antenna_count=2)
    flags = Facts(freq_hz=0.0)
    assert flags.over(metadata).over(name) == Facts(0.0, 1.0, 0, "cu8", 2)


@pytest.mark.parametrize(
    ("path", "ending"), [("a/b.c/D", ""), ("x.Cu8", "cu8"), ("x.cs16.GZ", "cs16"), (".gz", "")]
)
def test_endings(path: str, ending: str) -> None:
    """Endings are compared in lower case, and packing is looked through."""
    assert ending_of(path) == ending


@pytest.mark.parametrize("rate_hz", [math.nan, math.inf, -math.inf, 0.0, -1.0, 0.5, 1e13])
def test_impossible_rates_are_refused(rate_hz: float) -> None:
    """A rate that cannot be would make every time stamp wrong."""
    with pytest.raises(InputError, match=r"x: expected a sample rate of 1 to 1e\+12"):
        rate_of(Facts(rate_hz=rate_hz), source="x")


def test_an_unknown_rate_says_how_to_give_it() -> None:
    """The message names the flag and the way to name a file."""
    with pytest.raises(InputError, match=r"--rate 250k.*g001_433\.92M_250k\.cu8"):
        rate_of(NOTHING_KNOWN, source="x.cu8")


@pytest.mark.parametrize("freq_hz", [math.nan, math.inf, 2e12, -2e12])
def test_impossible_frequencies_are_refused(freq_hz: float) -> None:
    """A tuner that is nowhere would move every carrier offset."""
    with pytest.raises(InputError, match="x: expected a frequency"):
        freq_of(Facts(freq_hz=freq_hz), source="x")


def test_an_unknown_frequency_is_zero() -> None:
    """Decoding works without; records then show frequencies relative to the tuner."""
    assert freq_of(NOTHING_KNOWN, source="x") == 0.0


def test_unknown_formats_are_refused() -> None:
    """An ending nobody knows, or a format flag with a slip of the pen, lists the choices."""
    with pytest.raises(InputError, match=r"cu8, cs8.*found the ending 'bin'.*cu8:FILE"):
        format_of(NOTHING_KNOWN, source="x.bin")
    with pytest.raises(InputError, match=r"cu8, cs8.*found 'cu9'"):
        format_of(Facts(sample_format="cu9"), source="x")


def test_starts_must_fit_64_bits() -> None:
    """The store and numpy end in 2262."""
    assert start_of(NOTHING_KNOWN, source="x") == 0
    assert start_of(Facts(start_ns=-5), source="x") == -5
    with pytest.raises(InputError, match="1678 and 2262"):
        start_of(Facts(start_ns=2**63), source="x")


def test_whoever_has_no_ending_is_told_the_flag() -> None:
    """The quickest way out is the first one named."""
    with pytest.raises(InputError, match="give --format cu8"):
        format_of(NOTHING_KNOWN, source="dump.bin")
