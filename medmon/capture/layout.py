"""Facts about a source come in, a checked `Layout` goes out: all that turns bytes into blocks."""

from __future__ import annotations

from dataclasses import dataclass

from medmon.capture.facts import MAX_ANTENNAS, Facts, format_of, freq_of, rate_of, start_of
from medmon.capture.formats import SampleFormat
from medmon.errors import InputError

DEFAULT_BLOCK_SAMPLES = 65_536
"""Half a MiB of complex64, which fits a core's cache; 32 ms at 2.048 MS/s."""


@dataclass(frozen=True, slots=True)
class Layout:
    """All that turns bytes into blocks.

    Attributes
    ----------
    source : str
        File or URI as the user named it.
    sample_format : SampleFormat
        How samples are written down.
    rate_hz : float
        Samples a second.
    freq_hz : float
        Frequency the receiver is tuned to at the start; 0.0 where nobody knows it.
    start_ns : int
        UTC time of sample 0.
    antenna_count : int
        How many antennas take turns.
    block_samples : int
        Samples of a whole block; the last one before a gap, a new frequency or the end is shorter.
    """

    source: str
    sample_format: SampleFormat
    rate_hz: float
    freq_hz: float = 0.0
    start_ns: int = 0
    antenna_count: int = 1
    block_samples: int = DEFAULT_BLOCK_SAMPLES

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of all antennas."""
        return self.sample_format.sample_bytes * self.antenna_count


def layout_from_facts(source: str, facts: Facts, block_samples: int) -> Layout:
    """Check that enough is known to read samples.

    Parameters
    ----------
    source : str
        File or URI as the user named it.
    facts : Facts
        All that is known, the best belief of each.
    block_samples : int
        Samples a block, at least 1.

    Returns
    -------
    Layout
        The checked facts.

    Raises
    ------
    InputError
        If the format or the rate is unknown, or a fact is out of bounds.
    """
    assert block_samples >= 1, "a block holds at least one sample"
    antenna_count = 1 if facts.antenna_count is None else facts.antenna_count
    if not 1 <= antenna_count <= MAX_ANTENNAS:
        raise InputError(source, expected=f"1 to {MAX_ANTENNAS} antennas", found=str(antenna_count))
    return Layout(
        source,
        format_of(facts, source=source),
        rate_of(facts, source=source),
        freq_of(facts, source=source),
        start_of(facts, source=source),
        antenna_count,
        block_samples,
    )
