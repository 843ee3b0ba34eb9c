"""Nothing comes in: the shape of what a bench found, as it is written down and read again.

One file holds any of the parts. Each part says when, how long and on what it was run, because
parts can be run at different times and laid over each other. `schema` gives the JSON Schema of
the file, whose descriptions are the sentences of this module.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Effort: TypeAlias = Literal["quick", "full"]
Asked: TypeAlias = Literal["near-far", "side by side", "same channel"]


class Measured(BaseModel):
    """Anything that was measured: unknown keys are mistakes, values do not change."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class Run(Measured):
    """How a part was run."""

    time: str
    """When it was begun, UTC."""
    effort: Effort
    """"quick" shows that everything works and roughly how well; "full" is to be quoted."""
    seed: int
    """Seed of everything random."""
    medmon: str
    """Version of medmon."""
    python: str
    """Version of Python."""
    numpy: str
    """Version of numpy."""
    processor: str
    """What it was run on."""
    cores: int
    """Processors of that machine."""
    load: float | None
    """How many processes wanted a processor in the minute before; None where nobody counts."""
    peer: str | None
    """Version of rtl_433; None where it was not there."""


class Spread(Measured):
    """A figure that was taken several times."""

    median: float
    """The middle one."""
    low: float
    """The lowest."""
    high: float
    """The highest."""


class Cost(Measured):
    """What a program needed for one recording."""

    cpu_s: Spread
    """User and system time of the whole process, start-up included."""
    msamples_per_cpu_s: float
    """Millions of samples in one second of processor time, by the median."""
    decoded: dict[str, int]
    """What it read: for each protocol or model the number of lines."""


class ThroughputRow(Measured):
    """One recording, given to both programs in turns."""

    band: str
    """What is on the air: "packets", "noise", "busy"."""
    rate_hz: float
    """Sample rate."""
    seconds: float
    """Length of the recording."""
    runs: int
    """How often each program was run."""
    medmon: Cost
    """`medmon replay` with every protocol and the default policies."""
    peer: Cost | None
    """rtl_433 with its default decoders; None where it was not there."""
    ratio: Spread | None
    """Processor time of medmon over that of rtl_433, run by run."""
    goal: float | None
    """What the ratio should be at most; None where nothing is asked for."""


class Throughput(Measured):
    """Processor time of whole processes."""

    run: Run
    """How it was run."""
    rows: tuple[ThroughputRow, ...]
    """One for each recording."""


class Point(Measured):
    """How many packets were read at one level."""

    ecn0_db: float
    """Energy of a chip at full carrier over the noise power in one hertz."""
    sent: int
    """Packets on the air."""
    read: int
    """Packets of which every bit was right; by medmon only those whose check it believed, where it
    knows the check."""


class Crossing(Measured):
    """The level at which a share of the packets is read, from a normal curve through the points."""

    db: float
    """Ec/N0."""
    low_db: float
    """Lower end of the interval that holds it with 95 %."""
    high_db: float
    """Upper end of it."""
    over_bound_db: float
    """How much more than the bound: `db` less the bound's level."""


class Bound(Measured):
    """What no receiver can exceed."""

    packet: str
    """Kind of packet."""
    knows_phase: bool = False
    """Whether the receiver of the bound knows the phase of the carrier."""
    half_db: float
    """Ec/N0 at which half of them can be read."""
    ninety_db: float
    """Ec/N0 at which nine of ten can be read."""
    points: tuple[tuple[float, float], ...]
    """The curve: Ec/N0 in dB and share."""


class Curve(Measured):
    """How many packets of one kind a receiver read, from faint to strong."""

    packet: str
    """Kind of packet."""
    rate_hz: float
    """Sample rate."""
    receiver: Literal["medmon", "rtl_433"]
    """Who listened; both heard the same samples."""
    options: str
    """What rtl_433 was told, beside the waveform; of several the one with which it read most."""
    points: tuple[Point, ...]
    """From faint to strong."""
    half: Crossing | None
    """Half of them were read; None if that was not reached within the points."""
    ninety: Crossing | None
    """Nine of ten were read; None if that was not reached."""


class Sensitivity(Measured):
    """Share of packets read against the level."""

    run: Run
    """How it was run."""
    goal_db: float
    """How far from the bound medmon should be at most, at both shares."""
    bounds: tuple[Bound, ...]
    """One for each kind of packet."""
    curves: tuple[Curve, ...]
    """One for each kind, rate and receiver."""


class Silence(Measured):
    """Noise without anybody in it."""

    run: Run
    """How it was run."""
    rate_hz: float
    """Sample rate."""
    seconds: float
    """Length."""
    bursts: int
    """Stretches that the front end took for a burst."""
    frames: int
    """Of these, the ones in which a sync word seemed to be."""
    believed: int
    """Packets whose check passed and that were believed; the goal is none."""


class Percentiles(Measured):
    """A distribution in milliseconds."""

    p50: float
    """Half are below."""
    p99: float
    """99 in 100 are below."""
    p999: float
    """999 in 1,000 are below; of fewer events it is the largest."""


class LatencyRow(Measured):
    """How long after its last bit something was known."""

    event: str
    """What was waited for."""
    rate_hz: float
    """Sample rate."""
    block_samples: int
    """Samples that a receiver hands over at a time."""
    sent: int
    """Packets on the air."""
    seen: int
    """Of these, the ones that were told of."""
    on_air: int | None = None
    """Of these, the ones that were told before their last bit had arrived; None of an event for
    which all bits decide."""
    asked_on_air: bool | None = None
    """Whether all should be told before their last bit; not of a packet that is over 1.5 ms after
    its heading. None in results from before it was asked."""
    waited_ms: Percentiles | None
    """From the arrival of the deciding bit to the end of the block with which it was told; None, as
    the others, where nothing was told."""
    computed_ms: Percentiles | None
    """From the end of that block to the telling, blocks before it that were late included."""
    total_ms: Percentiles | None
    """Both together, event by event."""
    load: float
    """Processor time for a second of the signal."""


class Latency(Measured):
    """Time from the deciding bit of a packet to the decision."""

    run: Run
    """How it was run."""
    rows: tuple[LatencyRow, ...]
    """One for each event, rate and size of blocks."""


class CollisionsRow(Measured):
    """Two who speak at once."""

    case: Asked
    """What is asked for: the weak one is read; both are read; both are read, or it is told."""
    strong: str
    """Who is loud: "pump" or "pod"."""
    weak: str
    """Who is not."""
    rate_hz: float
    """Sample rate."""
    apart_hz: float
    """Distance of the carriers."""
    ratio_db: float
    """Ratio of the powers."""
    clear_db: float
    """Energy of the weak one's chips over everything else in its matched filter, the median."""
    sent: int
    """Pairs."""
    weak_read: int
    """Pairs whose weak packet was read."""
    strong_read: int
    """Pairs whose strong packet was read."""
    both_read: int
    """Pairs of which both were read."""
    silent: int
    """Pairs of which one was lost, and nothing told that there had been two."""
    met: int
    """Pairs of which what is asked for came true; the goal is all."""


class Collisions(Measured):
    """Collisions, and packets beside stronger ones."""

    run: Run
    """How it was run."""
    rows: tuple[CollisionsRow, ...]
    """One for each thing asked for, pair of devices, ratio and rate."""


class ArraysRow(Measured):
    """Errors of a feature that several antennas give."""

    device: str
    """Whose bursts: "pump" or "pod"."""
    feature: Literal["tdoa_ns", "aoa_deg"]
    """What was measured: a delay between two channels, or an angle of arrival."""
    antennas: str
    """How they stand: "pair", "line", "square"."""
    snr_db: float
    """Signal-to-noise ratio, in the width which holds 95 % of the power."""
    bursts: int
    """Bursts on the air."""
    measured: int
    """Of these, the ones that have the feature."""
    rms: float | None
    """Root mean square error, in the unit of the feature; None, as ratios, where none has it."""
    bound: float
    """Standard deviation that no estimator can go below, within the passband of the device."""
    ratio: float | None
    """Error over bound."""
    ratio_whole_band: float | None
    """Error over the bound of one who may use the whole band; None of angles."""
    normalised: float | None
    """Mean square of the errors over the variances that medmon told: 1 where these are true."""


class Arrays(Measured):
    """Delays and angles of arrival against their bounds."""

    run: Run
    """How it was run."""
    rate_hz: float
    """Sample rate."""
    goal: float
    """What error over bound should be at most."""
    rows: tuple[ArraysRow, ...]
    """One for each device, ratio and feature."""


class MemoryRow(Measured):
    """The largest memory of a whole process."""

    program: Literal["medmon", "rtl_433"]
    """Which."""
    seconds: float
    """Length of the signal, given through a pipe."""
    peak_rss_mib: float | None
    """Largest resident memory, in 2^20 bytes; None where the system does not tell."""


class Memory(Measured):
    """Memory against length: flat is the goal."""

    run: Run
    """How it was run."""
    rate_hz: float
    """Sample rate."""
    rows: tuple[MemoryRow, ...]
    """Shortest first."""
    growth_mib: float | None
    """Of medmon, from the shortest to the longest."""


class Results(Measured):
    """Everything that a bench found; parts that were not run are None."""

    format: Literal["medmon/1"] = Field(default="medmon/1", alias="schema")
    """Version of the words in this file."""
    type: Literal["bench"] = "bench"
    """What kind of record it is."""
    time: str
    """When the last of its parts was begun, UTC."""
    throughput: Throughput | None = None
    """Processor time of whole processes."""
    sensitivity: Sensitivity | None = None
    """Packets read against the level, theory and rtl_433 beside."""
    silence: Silence | None = None
    """False decodes in noise."""
    latency: Latency | None = None
    """Time from the deciding bit to the decision."""
    collisions: Collisions | None = None
    """What is read of two who speak at once."""
    arrays: Arrays | None = None
    """Delays and angles of arrival at several antennas, over their bounds."""
    memory: Memory | None = None
    """Largest memory against length."""


def schema() -> dict[str, Any]:
    """Describe the file.

    Returns
    -------
    dict
        Its JSON Schema.
    """
    return Results.model_json_schema(mode="serialization")
