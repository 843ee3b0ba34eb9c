"""Errors say where, what was expected and what to do; the tree in the docstring is the truth."""

from __future__ import annotations

import inspect
import re

import pytest

from medmon import errors
from medmon.errors import ConfigError, InputError, MedmonError, SinkError, SourceError

CLASSES = {
    name: value
    for name, value in inspect.getmembers(errors, inspect.isclass)
    if issubclass(value, MedmonError)
}
CONTRACT = {1, 11, 65, 69, 74, 77, 78}


def test_the_tree_on_top_of_the_module_is_complete() -> None:
    """The docstring is what people read; it lists every error with its exit status."""
    drawn = dict(re.findall(r"^ +(\w+Error) +(\d+) ", errors.__doc__ or "", re.MULTILINE))
    assert drawn == {name: str(value.exit_code) for name, value in CLASSES.items()}


def test_every_exit_status_is_one_of_the_contract() -> None:
    """Scripts rely on them."""
    assert {value.exit_code for value in CLASSES.values()} == CONTRACT


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (
            InputError(
                "a.cu8", expected="pairs", found="7 bytes", offset=6, help_text="cut the file"
            ),
            "a.cu8: byte 6: expected pairs, found 7 bytes (cut the file)",
        ),
        (InputError("a", expected="b", found="c"), "a: expected b, found c"),
        (ConfigError("m.toml", ["site.name: wrong"]), "m.toml: 1 mistake\n  site.name: wrong"),
        (ConfigError("m.toml", ["a", "b"]), "m.toml: 2 mistakes\n  a\n  b"),
        (
            SourceError("rtl_tcp://h:1", tried="no answer in 5 s", help_text="is it running?"),
            "rtl_tcp://h:1: no answer in 5 s (is it running?)",
        ),
        (SourceError("-", tried="stdin is closed"), "-: stdin is closed"),
        (SinkError("csv:x", reason="disk full"), "csv:x: disk full"),
        (
            SinkError("csv:x", reason="disk full", help_text="free some"),
            "csv:x: disk full (free some)",
        ),
    ],
)
def test_messages_hold_place_expectation_and_next_step(error: MedmonError, message: str) -> None:
    """The text is what the person at the keyboard gets, word for word."""
    assert str(error) == message
