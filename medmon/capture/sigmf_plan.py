"""The metadata of a recording and the size of its samples come in, what to read where goes out.

SigMF numbers samples by their place in the file; medmon numbers them by their place in time, lost
ones included. This module does that arithmetic before anything is read:

* ``core:global_index`` says how many samples were lost before a segment; only differences count,
  the first sample of the file has index 0;
* a segment without one, whose ``core:datetime`` is later than its samples account for, was paused;
  the missing time is a gap as well. Times are often rounded to milliseconds and recorders' clocks
  drift, so a difference below 1 ms or 200 ppm is neither a pause nor a reason to bend time;
* a time that is too early is ignored: time goes on by counting.
"""

from __future__ import annotations

from dataclasses import dataclass

from medmon.capture.sigmf_metadata import Recording, Segment
from medmon.capture.timeline import LAST_NS, Timeline
from medmon.errors import InputError

_PAUSE_NS = 1_000_000
_PAUSE_PPM = 200
"""Two ordinary crystals of 100 ppm each."""


@dataclass(frozen=True, slots=True)
class Extent:
    """Where the samples of a recording lie.

    Attributes
    ----------
    file : str
        Name of the file that holds them, for messages.
    first_byte : int
        Where in it they begin.
    size_bytes : int
        How many bytes there are.
    declared_bytes : int
        How many there should be; more than there are where an archive was cut off.
    """

    file: str
    first_byte: int
    size_bytes: int
    declared_bytes: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """One segment, ready to be read.

    Attributes
    ----------
    lost : int
        Samples missing before it.
    reason : str
        Why.
    freq_hz : float or None
        Frequency that holds from here; None where it does not change.
    first_byte, byte_count : int
        Where its samples lie.
    """

    lost: int
    reason: str
    freq_hz: float | None
    first_byte: int
    byte_count: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How to read a recording.

    Attributes
    ----------
    stretches : tuple of Stretch
        What to read, in order.
    start_ns : int or None
        UTC time of the first sample; None where the metadata tells no time.
    shortage : InputError or None
        What to raise after reading: the file is shorter than the metadata says.
    """

    stretches: tuple[Stretch, ...]
    start_ns: int | None
    shortage: InputError | None


def planned(recording: Recording, extent: Extent, *, rate_hz: float, frame_bytes: int) -> Plan:
    """Work out what to read where.

    Parameters
    ----------
    recording : Recording
        The metadata.
    extent : Extent
        Where the samples lie.
    rate_hz : float
        Samples a second.
    frame_bytes : int
        Bytes of one sample of all antennas.

    Returns
    -------
    Plan
        The plan.

    Raises
    ------
    InputError
        If segments overlap, or a time is beyond 2262.
    """
    places, shortage = _places(recording, extent, frame_bytes)
    counter = _Counter(rate_hz, extent.file)
    stretches = []
    for segment, (first_byte, byte_count) in zip(recording.segments, places, strict=False):
        lost, reason = counter.lost_before(segment)
        stretches.append(Stretch(lost, reason, segment.freq_hz, first_byte, byte_count))
    return Plan(tuple(stretches), counter.start_ns, shortage)


def _places(
    recording: Recording, extent: Extent, frame_bytes: int
) -> tuple[list[tuple[int, int]], InputError | None]:
    """Find the bytes of each segment, as far as there are any."""
    place = extent.first_byte
    end = place + extent.size_bytes
    if extent.size_bytes == extent.declared_bytes:
        end = max(place, end - recording.trailing_bytes)
    segments = recording.segments
    places: list[tuple[int, int]] = []
    for segment, following in zip(segments, (*segments[1:], None), strict=True):
        place += segment.header_bytes
        there = end - place
        if following is None and there >= 0:
            places.append((place, there))
            continue
        wanted = (following.sample_start - segment.sample_start) * frame_bytes if following else 0
        if there < wanted:
            if there > 0:
                places.append((place, there))
            return places, _shortage(extent.file, end, f"{place + wanted} bytes, as captures say")
        places.append((place, wanted))
        place += wanted
    if extent.size_bytes < extent.declared_bytes:
        declared = f"{extent.first_byte + extent.declared_bytes} bytes, as the archive says"
        return places, _shortage(extent.file, end, declared)
    there = sum(byte_count for _, byte_count in places) // frame_bytes
    if recording.last_label >= there > 0:
        labelled = f"{recording.last_label + 1} samples, as annotations say"
        return places, _shortage(extent.file, end, labelled)
    return places, None


def _shortage(file: str, end: int, expected: str) -> InputError:
    return InputError(
        file,
        offset=end,
        expected=f"at least {expected}",
        found="the end of the samples; everything before it was read",
    )


class _Counter:
    """Counts samples with the lost ones, and keeps time by them."""

    def __init__(self, rate_hz: float, file: str) -> None:
        self.start_ns: int | None = None
        self._timeline = Timeline(start_ns=0, rate_hz=rate_hz)
        self._file = file
        self._lost_total = 0
        self._first_global: int | None = None

    def lost_before(self, segment: Segment) -> tuple[int, str]:
        """Say how many samples are missing before a segment, and why.

        Raises
        ------
        InputError
            If segments overlap, or a time is beyond 2262.
        """
        counted = segment.sample_start + self._lost_total
        lost, reason = self._lost(segment, counted), segment.reason
        if segment.global_index is None and lost:
            reason = "the recording was paused (core:datetime)"
        self._lost_total += lost
        passed_ns = self._timeline.time_ns(counted + lost)
        if self.start_ns is None and segment.time_ns is not None:
            self.start_ns = segment.time_ns - passed_ns
        if abs((self.start_ns or 0) + passed_ns) > LAST_NS:
            raise InputError(
                self._file,
                expected="times up to the year 2262",
                found=f"a gap of {lost} samples that reaches beyond it",
            )
        return lost, reason

    def _lost(self, segment: Segment, counted: int) -> int:
        if segment.global_index is not None:
            if self._first_global is None:
                self._first_global = segment.global_index - counted
            lost = segment.global_index - self._first_global - counted
            if lost < 0:
                raise InputError(
                    self._file,
                    expected=f"core:global_index of at least {segment.global_index - lost}",
                    found=f"{segment.global_index}: segments overlap",
                )
            return lost
        if segment.time_ns is None or self.start_ns is None:
            return 0
        passed_ns = self._timeline.time_ns(counted)
        ahead_ns = segment.time_ns - self.start_ns - passed_ns
        if ahead_ns <= max(_PAUSE_NS, passed_ns * _PAUSE_PPM // 1_000_000):
            return 0
        return max(0, self._timeline.index_at(passed_ns + ahead_ns) - counted)
