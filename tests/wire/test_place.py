"""Values of a line are taken with their kind, and a wrong one is named by its place."""

import math
from collections.abc import Callable
from typing import Any

import pytest

from medmon.errors import InputError
from medmon.wire.place import Place, place_from_text

PLACE = Place(
    "a.jsonl", 3, "radio.",
    {"text": "x", "whole": 7, "real": 2.5, "null": None, "inner": {"deep": 1}, "flag": True,
     "huge": 2**63, "nan": math.nan},
)  # fmt: skip


def test_values_are_taken() -> None:
    """Each kind has its way."""
    assert PLACE.text("text") == "x"
    assert PLACE.choice("text", ("x", "y")) == "x"
    assert PLACE.whole("whole") == PLACE.whole("whole", least=7) == 7
    assert (PLACE.optional("real"), PLACE.optional("whole")) == (2.5, 7.0)
    assert PLACE.optional("null") is PLACE.optional("missing") is None
    assert (PLACE.decision("flag"), PLACE.decision("null"), PLACE.decision("missing")) == (
        True, None, None,
    )  # fmt: skip
    assert (PLACE.flag("flag"), PLACE.flag("missing")) == (True, False)
    assert PLACE.number_of("real") == 2.5
    assert math.isnan(PLACE.number_of("null"))
    assert PLACE.child("inner") == Place("a.jsonl", 3, "radio.inner.", {"deep": 1})


@pytest.mark.parametrize(
    ("take", "message"),
    [
        (lambda: PLACE.text("whole"), "radio.whole to be a text, found 7"),
        (lambda: PLACE.text("missing"), "radio.missing to be a text, found no such key"),
        (lambda: PLACE.choice("text", ("y",)), "radio.text to be 'y', found 'x'"),
        (lambda: PLACE.whole("whole", least=8), "radio.whole to be a whole number of at least 8"),
        (lambda: PLACE.whole("real"), "radio.real to be a whole number"),
        (lambda: PLACE.whole("flag"), "radio.flag to be a whole number"),
        (lambda: PLACE.whole("huge"), "radio.huge to be a whole number"),
        (lambda: PLACE.optional("nan"), "radio.nan to be a number or null, found nan"),
        (lambda: PLACE.optional("flag"), "radio.flag to be a number or null, found True"),
        (lambda: PLACE.decision("whole"), "radio.whole to be true, false or null, found 7"),
        (lambda: PLACE.flag("whole"), "radio.whole to be true or false, found 7"),
        (lambda: PLACE.number_of("missing"), "radio.missing to be a number, found no such key"),
        (lambda: PLACE.child("text"), "radio.text to be an object, found 'x'"),
        (lambda: PLACE.child("inner").text("deep"), "radio.inner.deep to be a text, found 1"),
    ],
)
def test_wrong_value_is_named(take: Callable[[], Any], message: str) -> None:
    """File, line, key, what was expected and what stands there."""
    with pytest.raises(InputError) as caught:
        take()
    assert str(caught.value).startswith(f"a.jsonl: line 3: expected {message}")


def test_long_values_are_cut_in_messages() -> None:
    """A megabyte in a cell does not become a megabyte on the terminal."""
    with pytest.raises(InputError) as caught:
        Place("a", 1, "", {"id": ["x" * 1_000]}).text("id")
    assert len(str(caught.value)) < 150
    with pytest.raises(InputError) as caught:
        place_from_text("x" * 1_000, file="a", number=1)
    assert len(str(caught.value)) < 150


def test_object_of_a_line() -> None:
    """The top has no keys in front."""
    assert place_from_text('{"a": 1}', file="a", number=9) == Place("a", 9, "", {"a": 1})
