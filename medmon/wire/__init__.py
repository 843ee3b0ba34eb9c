"""Records go in and JSON Lines come out, and back: the wire format ``medmon/1``.

`lines` writes a record as one flat-encoded mapping, `reading` reads back what a monitor heard, and
`privacy` takes the identifiers out of a line before it leaves the machine. The keys are those of
the contract; ``schema.json`` beside this file says the same as a JSON Schema.

Two promises. What is read back is exactly what was written: floats are printed in full, and every
line carries ``time_ns`` beside ``time``, because ISO 8601 with microseconds would cut the time of
arrival. And no line ever holds NaN or an infinity: JSON has no word for them, so they are null.

Identifiers stand in clear in what this package writes, because outputs on the machine itself
(file, store, terminal) are for the people who already know the patient, and ``raw_hex`` holds the
address anyway. Outputs that leave the machine pass `privacy.hashed` first.
"""

from __future__ import annotations

import json
from typing import Any

from medmon.wire.lines import SCHEMA, Line, line_from_record, text_from_line
from medmon.wire.privacy import NOTHING_VOUCHED, PSEUDONYM, Vouched, hashed
from medmon.wire.reading import gap_from_line, heard_from_lines, transmission_from_line

__all__ = [
    "NOTHING_VOUCHED",
    "PSEUDONYM",
    "SCHEMA",
    "Line",
    "Vouched",
    "gap_from_line",
    "hashed",
    "heard_from_lines",
    "line_from_record",
    "schema",
    "text_from_line",
    "transmission_from_line",
]


def schema() -> dict[str, Any]:
    """Read the JSON Schema of ``medmon/1``.

    Returns
    -------
    dict
        A JSON Schema, draft 2020-12; it allows unknown keys, as readers must.
    """
    from importlib.resources import files

    text = files("medmon.wire").joinpath("schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
