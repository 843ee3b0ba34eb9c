"""Places, gaps and times of segments, worked out by hand."""

from __future__ import annotations

import pytest

from medmon.capture.facts import Facts
from medmon.capture.sigmf_metadata import Recording, Segment
from medmon.capture.sigmf_plan import Extent, Plan, planned
from medmon.errors import InputError

SECOND = 10**9


def plan(
    *segments: Segment, size: int = 200, declared: int | None = None, trailing: int = 0
) -> Plan:
    """Plan a recording of two bytes a sample at 1,000 samples a second."""
    extent = Extent("x", 1000, size, size if declared is None else declared)
    recording = Recording(Facts(), segments, trailing_bytes=trailing)
    return planned(recording, extent, rate_hz=1000.0, frame_bytes=2)


def lost(result: Plan) -> list[int]:
    return [stretch.lost for stretch in result.stretches]


def places(result: Plan) -> list[tuple[int, int]]:
    return [(stretch.first_byte, stretch.byte_count) for stretch in result.stretches]


def test_segments_follow_each_other() -> None:
    """The last one takes what is left, an incomplete sample included."""
    result = plan(Segment(0), Segment(30), Segment(50), size=201)
    assert places(result) == [(1000, 60), (1060, 40), (1100, 101)]
    assert lost(result) == [0, 0, 0]
    assert result.start_ns is None
    assert result.shortage is None


def test_headers_before_segments_and_trailing_bytes_are_no_samples() -> None:
    """A WAV file described by SigMF: 44 bytes before, 10 after."""
    result = plan(Segment(0, header_bytes=44), Segment(30, header_bytes=6), trailing=10)
    assert places(result) == [(1044, 60), (1110, 80)]


def test_only_differences_of_global_indices_count() -> None:
    """A recording cut out of a longer one begins at its own sample 0."""
    result = plan(
        Segment(0, global_index=5000),
        Segment(30, global_index=5037),
        Segment(50, global_index=5057),
    )
    assert lost(result) == [0, 7, 0]


def test_overlapping_segments_are_refused() -> None:
    """The same moment cannot be recorded twice."""
    with pytest.raises(InputError, match="core:global_index of at least 30, found 29"):
        plan(Segment(0, global_index=0), Segment(30, global_index=29))


def test_a_pause_shown_by_times_only_is_a_gap() -> None:
    """30 samples are 30 ms; the next segment is 2 s after the start: 1,970 samples are missing."""
    result = plan(Segment(0, time_ns=SECOND), Segment(30, time_ns=3 * SECOND))
    assert lost(result) == [0, 1970]
    assert result.start_ns == SECOND
    assert "paused" in result.stretches[1].reason


@pytest.mark.parametrize("ahead_ns", [-SECOND, -1, 0, 999_999, 1_000_000])
def test_rounded_times_and_clocks_that_drift_are_no_pause(ahead_ns: int) -> None:
    """Below 1 ms, and whatever is early, time goes on by counting."""
    at = 30_000_000 + ahead_ns
    assert lost(plan(Segment(0, time_ns=0), Segment(30, time_ns=at))) == [0, 0]


def test_drift_may_grow_with_the_length() -> None:
    """After 1,000 s a clock of 100 ppm is 0.1 s off, after a pause of 1 s it is not a clock."""
    size = 2_000_002
    for late_ns, missing in ((SECOND // 10, 0), (SECOND, 1000)):
        at = 1000 * SECOND + late_ns
        result = plan(Segment(0, time_ns=0), Segment(1_000_000, time_ns=at), size=size)
        assert lost(result) == [0, missing]


def test_the_start_is_found_from_a_later_segment() -> None:
    """Segment 2 begins 37 samples after the start, 30 recorded and 7 lost."""
    result = plan(Segment(0, global_index=0), Segment(30, time_ns=SECOND, global_index=37))
    assert result.start_ns == SECOND - 37_000_000


def test_a_gap_that_reaches_beyond_64_bits_of_time_is_refused() -> None:
    """It would overflow in the store."""
    with pytest.raises(InputError, match="2262"):
        plan(Segment(0, global_index=0), Segment(30, global_index=2**62))


def test_samples_that_are_missing_at_the_end_are_noted() -> None:
    """What is there is read, then the shortage is raised, with the place."""
    result = plan(Segment(0), Segment(90), Segment(120), size=200)
    assert places(result) == [(1000, 180), (1180, 20)]
    assert "byte 1200: expected at least 1240 bytes, as captures say" in str(result.shortage)
    result = plan(Segment(0), Segment(100), Segment(120), size=200)
    assert places(result) == [(1000, 200)]
    assert result.shortage is not None


def test_a_segment_just_opened_may_be_empty() -> None:
    """A recorder that was killed right after a gap left its recording like this."""
    result = plan(Segment(0, global_index=0), Segment(100, global_index=150), size=200)
    assert places(result) == [(1000, 200), (1200, 0)]
    assert lost(result) == [0, 50]
    assert result.shortage is None


def test_a_header_that_reaches_beyond_the_file_is_a_shortage() -> None:
    """10**18 header bytes are not sought."""
    result = plan(Segment(0, header_bytes=10**18))
    assert places(result) == []
    assert result.shortage is not None


def test_an_archive_that_was_cut_off_is_a_shortage() -> None:
    """Trailing bytes are then missing too, so none is taken off."""
    result = plan(Segment(0), size=150, declared=200, trailing=10)
    assert places(result) == [(1000, 150)]
    assert "1200 bytes, as the archive says" in str(result.shortage)


def test_trailing_bytes_of_more_than_there_is_leave_nothing() -> None:
    """The reader then says that it is empty."""
    assert places(plan(Segment(0), trailing=10**18)) == [(1000, 0)]
