"""Labels: what is written into a recording is what is read out of it again."""

from __future__ import annotations

import pytest

from medmon.records import Radio, Span, Transmission
from signal_fixtures.bed import Band, Emission, Meaning, Signal
from signal_fixtures.truth import (
    Truth,
    annotation_from_truth,
    heard,
    truth_from_annotation,
    truth_from_emission,
    truths_from_metadata,
)
from signal_fixtures.waveform import fsk

BAND = Band(433.92e6, 1e6)
RADIO = Radio(433.92e6, 0.0, 1e4, -20.0, 30.0, -50.0, 100.0)


def _truth(time_ns: int = 2_000_000_000, packet: bytes = b"\x1f\x07") -> Truth:
    signal = Signal("omnipod", packet, b"\1\0" * 20_000, fsk(40_000.0, 26_000.0))
    meaning = Meaning("1f07b1ee", "bolus", "bolus of 2 U", "to-device", {"units_iu": 2.0})
    emission = Emission(
        time_ns, signal, meaning, "pdm", "replay", 433.923e6, -2_000.0, -23.5, clock_ppm=10.0
    )
    return truth_from_emission(emission, BAND, 1_500_000_000)


def _heard(time_ns: int, raw: bytes | None) -> Transmission:
    return Transmission(f"{time_ns}", Span("x", 0, 1), time_ns, RADIO, raw=raw)


def test_a_truth_says_where_in_the_samples_and_the_band() -> None:
    """Half a second after sample 0 at 1 MS/s is sample 500,000; 40,000 chips last a second."""
    truth = _truth()
    assert truth.sample_start == 500_000
    # A clock 10 ppm fast takes ten samples of a million off.
    assert truth.sample_count == 999_990
    assert truth.freq_lower_hz == 433.923e6 - 2_000 - 66_000
    assert truth.freq_upper_hz == 433.923e6 - 2_000 + 66_000
    assert truth.attack == "replay"


def test_annotations_bring_every_value_back() -> None:
    """Evaluation reads the labels that the synthesiser wrote."""
    assert truth_from_annotation(annotation_from_truth(_truth())) == _truth()


def test_annotations_are_readable_in_any_sigmf_tool() -> None:
    """The label names the attack, the comment is a sentence."""
    annotation = annotation_from_truth(_truth())
    assert annotation["core:label"] == "replay"
    assert annotation["core:comment"] == "pdm: bolus of 2 U"


def test_other_annotations_are_passed_over_and_the_rest_is_in_order() -> None:
    """A recording may carry annotations of other tools."""
    late, early = _truth(3_000_000_000), _truth(2_000_000_000)
    stored = [annotation_from_truth(late), {"core:sample_start": 3}, annotation_from_truth(early)]
    assert truths_from_metadata({"annotations": stored}) == (early, late)
    assert truths_from_metadata({}) == ()


def test_a_damaged_annotation_is_refused_with_its_missing_key() -> None:
    """A label that lost half its keys must not silently become no label."""
    annotation = annotation_from_truth(_truth())
    del annotation["medmon:family"]
    with pytest.raises(ValueError, match="without medmon:family"):
        truth_from_annotation(annotation)


def test_heard_pairs_repeats_and_joined_packets_with_their_transmission() -> None:
    """Two copies and the second packet of the message belong to one report."""
    truths = [_truth(10**9, b"\xaa\x01"), _truth(10**9 + 10**8, b"\xaa\x01"),
              _truth(10**9 + 2 * 10**8, b"\xbb\x02")]  # fmt: skip
    report = _heard(10**9 + 500_000, b"\xaa\x01\xbb\x02")
    assert [found for _, found in heard(truths, [report])] == [report] * 3


def test_heard_takes_the_latest_report_and_none_where_none_fits() -> None:
    """A replay five seconds later has its own report; noise and other packets have none."""
    first, second = _heard(10**9, b"\xaa"), _heard(6 * 10**9, b"\xaa")
    truths = [_truth(10**9, b"\xaa"), _truth(6 * 10**9, b"\xaa"), _truth(6 * 10**9, b"\xcc"),
              _truth(30 * 10**9, b"\xaa"), _truth(10**8, b"\xaa")]  # fmt: skip
    pairs = heard(truths, [second, _heard(10**9, None), first])
    assert [found for _, found in pairs] == [first, second, None, None, None]
    assert [truth for truth, _ in pairs] == truths
