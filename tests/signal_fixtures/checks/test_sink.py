"""The sink suite passes a good toy and names the fault of each spoilt one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from medmon.wire import schema
from signal_fixtures.checks import SINK_CHECKS, BrokenPromiseError, check_sink
from signal_fixtures.checks.sink import LINES

jsonschema = pytest.importorskip("jsonschema")
ARRIVED: list[Mapping[str, Any]] = []


class Toy:
    """Keeps records in a list, on disk only when it is closed."""

    options = ("append",)
    leaves_machine = False

    def __init__(self) -> None:
        ARRIVED.clear()
        self.waiting: list[Mapping[str, Any]] = []

    def emit(self, line: Mapping[str, Any]) -> None:
        """Take a record."""
        self.waiting.append(line)

    def close(self) -> None:
        """Write what is left."""
        ARRIVED.extend(self.waiting)
        self.waiting.clear()


def test_a_sink_that_keeps_its_promises_passes() -> None:
    """The suite asks for nothing that an honest sink cannot do."""
    check_sink(Toy, lambda: ARRIVED)


class _Picky(Toy):
    def emit(self, line: Mapping[str, Any]) -> None:
        if line["type"] not in {"alarm", "transmission"}:
            raise BrokenPromiseError(f"refused a {line['type']}")
        super().emit(line)


class _Meddling(Toy):
    def emit(self, line: Mapping[str, Any]) -> None:
        if isinstance(line, dict):
            line["seen"] = True
        super().emit(line)


class _Bounded(Toy):
    def emit(self, line: Mapping[str, Any]) -> None:
        if len(self.waiting) < 250:
            super().emit(line)


class _Deaf(Toy):
    def emit(self, line: Mapping[str, Any]) -> None:
        del line


class _Shouting(Toy):
    options = ("Append!",)


class _Brittle(Toy):
    def __init__(self) -> None:
        super().__init__()
        self.is_open = True

    def close(self) -> None:
        if not self.is_open:
            raise BrokenPromiseError("closed twice")
        self.is_open = False
        super().close()


@pytest.mark.parametrize(
    ("sink", "complaint"),
    [
        (_Picky, "refused a"),
        (_Meddling, "was changed"),
        (_Bounded, "of twice as many"),
        (_Deaf, "nothing arrived"),
        (_Shouting, "options"),
        (_Brittle, "closed twice"),
    ],
)
def test_each_fault_is_found_and_named(sink: type[Toy], complaint: str) -> None:
    """A suite that cannot fail is worth nothing: at least one of its checks says this."""
    said = []
    for check in SINK_CHECKS:
        try:
            check(sink, lambda: ARRIVED)
        except BrokenPromiseError as error:
            said.append(str(error))
    assert any(re.search(complaint, text) for text in said), said


def test_every_type_of_record_is_tried() -> None:
    """A type of the wire format that is missing here would reach a sink untried."""
    kinds = set(schema()["properties"]["type"]["enum"])
    assert kinds < {line["type"] for line in LINES}


@pytest.mark.parametrize("line", LINES[:-1], ids=lambda line: line["type"])
def test_the_records_are_what_the_monitor_writes(line: Mapping[str, Any]) -> None:
    """They are written down here a second time; the schema of the wire format judges them."""
    jsonschema.validate(line, schema())
