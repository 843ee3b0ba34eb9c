"""The nouns of medmon: what one room hands to the next, and what leaves the house.

capture makes `Block` and `Gap`, phy makes `Burst`, protocols makes `Transmission`, detect makes
`Verdict`, respond makes `Alarm`. Records are frozen and know no behaviour beyond simple
properties; a field has one name from here to JSON, CSV and SQL, with its unit as the last word.

Times are `time_ns`: integer nanoseconds of UTC since 1970-01-01, computed as capture epoch plus
sample index over rate, never read from a clock. Levels are in dB relative to full scale (dBFS),
where full scale is a complex sample of magnitude 1.0.
"""

from __future__ import annotations

from typing import TypeAlias

from medmon.records.judgement import (
    HOLD_S,
    SEVERAL_DEVICES,
    AlarmKind,
    Finding,
    Neighbour,
    Priority,
    Registered,
    Setting,
    Stage,
    Verdict,
)
from medmon.records.outcome import (
    Alarm,
    AlarmPhase,
    AlarmStage,
    AlarmState,
    Evidence,
    Status,
    Summary,
)
from medmon.records.samples import (
    Beginning,
    Block,
    Burst,
    ComplexArray,
    FloatArray,
    Frame,
    Gap,
    LineCode,
    Modem,
    Modulation,
    Radio,
    Span,
)
from medmon.records.speech import (
    Command,
    Direction,
    FieldValue,
    Heading,
    Integrity,
    Message,
    Packet,
    Rejection,
    RejectionReason,
    Role,
    Transmission,
)

Record: TypeAlias = Transmission | Heading | Finding | Gap | Alarm | Status | Summary
"""What the monitor hands out; each becomes one JSON line of the same type name."""

__all__ = [
    "HOLD_S",
    "SEVERAL_DEVICES",
    "Alarm",
    "AlarmKind",
    "AlarmPhase",
    "AlarmStage",
    "AlarmState",
    "Beginning",
    "Block",
    "Burst",
    "Command",
    "ComplexArray",
    "Direction",
    "Evidence",
    "FieldValue",
    "Finding",
    "FloatArray",
    "Frame",
    "Gap",
    "Heading",
    "Integrity",
    "LineCode",
    "Message",
    "Modem",
    "Modulation",
    "Neighbour",
    "Packet",
    "Priority",
    "Radio",
    "Record",
    "Registered",
    "Rejection",
    "RejectionReason",
    "Role",
    "Setting",
    "Span",
    "Stage",
    "Status",
    "Summary",
    "Transmission",
    "Verdict",
]
