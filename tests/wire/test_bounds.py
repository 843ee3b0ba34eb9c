"""A line that would break what reads it is refused by its place, whatever key it stands under."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from medmon.errors import InputError
from medmon.wire.bounds import fault_in
from medmon.wire.place import place_from_text


@pytest.mark.parametrize(
    ("units", "message"),
    [
        ("9" * 400, r"a whole number of at most 64 bits, found 9{40}\.\.\.$"),
        (str(2**63), "a whole number of at most 64 bits, found 9223372036854775808"),
        (str(-(2**63) - 1), "a whole number of at most 64 bits"),
        ("1e999", "a finite number, found inf"),
        ("NaN", "a finite number, found nan"),
        (json.dumps("x" * 100_001), r"a text of at most 100000 characters, found 'x{39}\.\.\.$"),
        (json.dumps([0] * 10_001), "at most 10000 items, found 10001 items"),
        ("[" * 700 + "1" + "]" * 700, "no list or object: there are 16 levels above it, found 1"),
        ('{"a":' * 300 + "1" + "}" * 300, "no list or object: there are 16 levels above it"),
    ],
    ids=["digits", "above", "below", "infinite", "nan", "text", "list", "brackets", "braces"],
)
def test_what_no_record_holds_is_refused_with_its_place(units: str, message: str) -> None:
    """One line and status 65 in place of an unexpected OverflowError or RecursionError."""
    text = f'{{"fields": {{"units_iu": {units}}}}}'
    with pytest.raises(InputError) as caught:
        place_from_text(text, file="ward.jsonl", number=12)
    assert re.search(rf"^ward.jsonl: line 12: expected fields\.units_iu\S* to be {message}",
                     str(caught.value))  # fmt: skip
    assert len(str(caught.value)) < 250
    assert caught.value.exit_code == 65


def _nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels - 1):
        value = [value]
    return value


@pytest.mark.parametrize(
    "value",
    [2**63 - 1, -(2**63), 1.7e308, "x" * 100_000, [0] * 10_000, _nested(15), None, True],
    ids=["most", "least", "float", "text", "list", "nested", "null", "true"],
)
def test_all_up_to_the_bounds_passes(value: Any) -> None:
    """The bounds are far above every real record, and are not a record's business."""
    assert fault_in({"value": value}) is None
