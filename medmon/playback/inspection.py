"""One recording comes in, a description of what is in it goes out: level, gaps, every burst.

Nothing is judged and nothing is folded: each burst stands for itself, with what its packet alone
says. So a command repeated eight times is eight bursts here, and one transmission in a replay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from medmon.errors import InputError, MedmonError
from medmon.monitor import all_decoders
from medmon.phy import Receiver
from medmon.phy.array import (
    Array,
    Calibration,
    Reference,
    array_from_config,
    calibration_from_references,
)
from medmon.pictures import PowerRows
from medmon.playback.level import Level
from medmon.playback.listening import Fault, Listening, Plan, Watch
from medmon.playback.trimming import Item
from medmon.protocols import Decoder
from medmon.records import Block, Burst, FloatArray, Gap, Message, Packet, Radio

BURSTS_MAX = 10_000
"""Bursts that are kept; those beyond are counted."""


@dataclass(frozen=True, slots=True)
class Found:
    """A burst, and what its packet says.

    Attributes
    ----------
    start_s : float
        Time since the first sample.
    sample_start, sample_count : int
        Its samples.
    radio : Radio
        How it arrived.
    protocol : str or None
        Whose packet it is; None when nobody understands it.
    integrity : str
        "ok", "failed" or "none".
    device : str or None
        Address in the packet.
    command : str or None
        What the packet says; None where it takes more packets to tell, or it failed.
    """

    start_s: float
    sample_start: int
    sample_count: int
    radio: Radio
    protocol: str | None = None
    integrity: str = "none"
    device: str | None = None
    command: str | None = None


class Inspection:
    """What is in a recording, so far.

    Parameters
    ----------
    first : Block or Gap
        What the recording begins with; it tells rate and time. It is not counted yet.
    array : Array or None
        Where the antennas stand, if there are several.
    reference_deg : float or None
        Where all packets came from, if they are to calibrate the array.

    Attributes
    ----------
    start_ns : int
        UTC time of the first sample.
    rate_hz : float
        Samples a second.
    freq_hz : float
        Frequency the receiver was tuned to; 0.0 where nobody knows it.
    sample_format : str or None
        How samples are written down.
    level : Level
        How loud it is.
    rows : PowerRows
        Its spectra.
    gaps : Counter of str
        Samples lost, by reason.
    gap_count : int
        Gaps.
    bursts : list of Found
        The first `BURSTS_MAX` bursts.
    burst_count : int
        All bursts.
    fault : Fault or None
        What broke the recording off.
    calibration : Calibration or None
        What the packets tell about the channels, at the end.
    """

    def __init__(
        self, first: Block | Gap, array: Array | None = None, reference_deg: float | None = None
    ) -> None:
        self.start_ns, self.rate_hz = first.time_ns, first.rate_hz
        self.freq_hz = 0.0
        self.sample_format: str | None = None
        self.level = Level()
        self.rows = PowerRows(first.rate_hz)
        self.gaps: Counter[str] = Counter()
        self.gap_count = 0
        self.bursts: list[Found] = []
        self.burst_count = 0
        self.fault: Fault | None = None
        self.calibration: Calibration | None = None
        decoders = all_decoders()
        modems = [modem for decoder in decoders for modem in decoder.modems]
        self._references: list[Reference] = []
        self._array, self._reference_deg = array, reference_deg
        collected = None if reference_deg is None else self._references
        self._receiver = Receiver(modems, array, references=collected)
        self._decoders = {modem.name: decoder for decoder in decoders for modem in decoder.modems}
        self._first_sample = first.span.sample_start

    @property
    def samples_lost(self) -> int:
        """Samples that are missing."""
        return sum(self.gaps.values())

    @property
    def duration_s(self) -> float:
        """Length, gaps included."""
        return (self.level.samples + self.samples_lost) / self.rate_hz

    @property
    def noise_dbfs(self) -> float | None:
        """Noise power over the whole band, where it is quiet; None without samples."""
        return noise_from_rows(self.rows.power_dbfs())

    def feed(self, item: Block | Gap) -> None:
        """Look at more of the recording.

        Parameters
        ----------
        item : Block or Gap
            In order.
        """
        self.rows.feed(item)
        self._take(self._receiver.feed(item))
        if isinstance(item, Gap):
            self.gaps[item.reason] += item.samples_lost
            self.gap_count += 1
            return
        self.level.feed(item)
        self.freq_hz = self.freq_hz or item.freq_hz

    def flush(self) -> None:
        """End the recording."""
        self._take(self._receiver.flush())
        if self._array is not None and self._reference_deg is not None and self._references:
            self.calibration = calibration_from_references(
                self._references, self._array.geometry, self._reference_deg
            )

    def _take(self, bursts: Sequence[Burst]) -> None:
        self.burst_count += len(bursts)
        room = BURSTS_MAX - len(self.bursts)
        self.bursts += [self._found(burst) for burst in bursts[:room]]

    def _found(self, burst: Burst) -> Found:
        said = _said(burst, self._decoders)
        start_s = (burst.time_ns - self.start_ns) / 1e9
        return Found(start_s, burst.span.sample_start, burst.span.sample_count, burst.radio, *said)


def inspect(
    uri: str, plan: Plan, watch: Watch, *, reference_deg: float | None = None
) -> Inspection:
    """Look through a recording.

    Parameters
    ----------
    uri : str
        The recording.
    plan : Plan
        How to listen.
    watch : Watch
        Who follows the work.
    reference_deg : float or None
        Where all packets came from, if they are to calibrate the array of the plan.

    Returns
    -------
    Inspection
        What is in it, as far as it goes; `Inspection.fault` says where it breaks off.

    Raises
    ------
    InputError
        If it holds no samples.
    MedmonError
        If it cannot be opened.
    """
    listening = Listening(uri, plan, watch)
    table = plan.config.array
    array = None if table is None else array_from_config(table)
    inspection: Inspection | None = None
    try:
        for item in listening:
            stretch = _with_samples(item, uri)
            if inspection is None:
                inspection = Inspection(stretch, array, reference_deg)
            inspection.feed(stretch)
    except MedmonError as error:
        if inspection is None:
            raise
        inspection.fault = Fault.of(error)
    if inspection is None:
        raise InputError(uri, expected="samples", found="none within the time asked for")
    if listening.layout is not None:
        inspection.sample_format = listening.layout.sample_format.name
    inspection.flush()
    return inspection


def noise_from_rows(power_dbfs: FloatArray) -> float | None:
    """Estimate the noise of a recording in which somebody may talk most of the time.

    Parameters
    ----------
    power_dbfs : ndarray of float32, shape (n_rows, n_bins)
        Rows of `medmon.pictures.PowerRows`.

    Returns
    -------
    float or None
        Power in dBFS over all bins; None without a row.

    Notes
    -----
    The quietest quarter of the rows is chosen by every fourth bin and measured in those two bins
    away: choosing by the same noise would find it too low, and under a Hann window neighbours
    share theirs. The median of the bins leaves out carriers that never stop.
    """
    known = power_dbfs[np.isfinite(power_dbfs).all(axis=1)]
    if not len(known):
        return None
    power = 10 ** (known.astype(np.float64) / 10)
    order = np.argsort(np.median(power[:, 0::4], axis=1), kind="stable")
    quiet = power[order[: -(-len(power) // 4)], 2::4].mean(axis=0)
    return float(10 * np.log10(np.median(quiet) * power.shape[1]))


def _with_samples(item: Item, uri: str) -> Block | Gap:
    """Refuse records.

    Raises
    ------
    InputError
        If it is one.
    """
    if isinstance(item, Block | Gap):
        return item
    raise InputError(
        uri,
        expected="samples",
        found="records of what was heard",
        help_text="medmon replay judges them",
    )


def _said(
    burst: Burst, decoders: Mapping[str, Decoder]
) -> tuple[str | None, str, str | None, str | None]:
    """Say whose packet a burst is: protocol, integrity, device, command."""
    suspect: str | None = None
    for frame in burst.frames:
        decoder = decoders[frame.modem]
        packet = decoder.packet(frame)
        if isinstance(packet, Packet):
            message = decoder.message([packet])
            if isinstance(message, Message):
                return packet.protocol, "ok", message.device, message.command
            return packet.protocol, "ok", None, None
        if packet.reason == "check":
            suspect = suspect or packet.protocol
    return suspect, "none" if suspect is None else "failed", None, None
