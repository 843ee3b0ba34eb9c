"""Samples from a pipe."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from typing import Any

import pytest

from medmon.capture import Facts, open_source
from medmon.errors import InputError, MedmonError
from medmon.records import Block

ReadAll = Callable[..., tuple[list[Any], MedmonError | None]]
RATE = Facts(rate_hz=1e6)


def pipe(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


def test_samples_come_through(monkeypatch: pytest.MonkeyPatch, read_all: ReadAll) -> None:
    """cu8 unless said otherwise, as rtl_sdr writes."""
    pipe(monkeypatch, bytes([0, 255]) * 1000)
    items, error = read_all("-", RATE, 300)
    assert error is None
    assert [item.span.sample_count for item in items] == [300, 300, 300, 100]
    assert items[0].iq[0, 0] == -1 + 1j
    assert items[0].span.source == "-"


def test_a_live_pipe_is_read_as_it_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    """A whole block is handed out while the writer still holds the pipe open."""
    reader, writer = os.pipe()
    with os.fdopen(reader) as stream, os.fdopen(writer, "wb", buffering=0) as sender:
        monkeypatch.setattr(sys, "stdin", stream)
        with open_source("-", facts=RATE, block_samples=4) as source:
            blocks = iter(source)
            sender.write(bytes(10))
            assert isinstance(next(blocks), Block)


def test_the_end_inside_a_sample(monkeypatch: pytest.MonkeyPatch, read_all: ReadAll) -> None:
    """The producer was killed; what it sent counts."""
    pipe(monkeypatch, bytes(21))
    items, error = read_all("-", RATE)
    assert items[0].span.sample_count == 10
    assert str(error).startswith("-: byte 20: expected whole samples of 2 bytes")


def test_nothing(monkeypatch: pytest.MonkeyPatch, read_all: ReadAll) -> None:
    """A producer that failed at once."""
    pipe(monkeypatch, b"")
    assert "-: byte 0: expected samples, found none" in str(read_all("-", RATE)[1])


def test_the_rate_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe has no name to read it from."""
    pipe(monkeypatch, bytes(8))
    with pytest.raises(InputError, match="-: expected a sample rate"):
        open_source("-")


def test_a_terminal_or_no_input_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waiting for somebody to type samples helps nobody; the message shows a pipe."""
    leader, follower = os.openpty()
    with os.fdopen(leader, "wb"), os.fdopen(follower) as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        with pytest.raises(InputError, match=r"a terminal or nothing \(pipe them in: rtl_sdr"):
            open_source("-", facts=RATE)
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(InputError, match="a terminal or nothing"):
        open_source("-", facts=RATE)


def test_standard_input_stays_open(monkeypatch: pytest.MonkeyPatch, read_all: ReadAll) -> None:
    """It belongs to the process."""
    pipe(monkeypatch, bytes(8))
    read_all("-", RATE)
    assert not sys.stdin.closed
