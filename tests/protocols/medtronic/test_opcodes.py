"""The vocabulary of A7: every opcode of the sheet has a name and a kind."""

from __future__ import annotations

import pytest

from medmon.protocols.medtronic.opcodes import READ_FROM, Opcode, opcode

CONTROL = bytes.fromhex("2830314041424a4c4d4e4f51575b5d676869 6e6f")
READ = bytes.fromhex(
    "70717273747576798083868788898a8b8c8d919293949899 9a9b9c9d9f a0a1a2a3a4a5a6a7a8a9 c0c1c3c5c6c7"
    "cdcecfd0d1d2d3d4d5 e2e6ec f0f1f2f3"
)


@pytest.mark.parametrize("code", CONTROL)
def test_control_opcodes_are_known(code: int) -> None:
    """A command nobody named would not be judged."""
    assert opcode(code).command not in ("read", "unknown", "ack", "nack")
    assert code < READ_FROM


@pytest.mark.parametrize("code", READ)
def test_read_opcodes_are_known(code: int) -> None:
    """Asking is not commanding."""
    assert opcode(code).command == "read"
    assert code >= READ_FROM


def test_answers_and_the_unknown() -> None:
    """Yes, no, and what no source names."""
    assert opcode(0x06).command == "ack"
    assert opcode(0x15).command == "nack"
    assert opcode(0x00) == opcode(0xFF) == Opcode("unknown", "unknown")


def test_names_are_different() -> None:
    """A policy that names an opcode means one."""
    names = [opcode(code).name for code in (*CONTROL, *READ)]
    assert len(set(names)) == len(names)
