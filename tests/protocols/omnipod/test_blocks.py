"""A body falls into blocks, and not a byte of it is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from medmon.protocols.omnipod.blocks import READERS, blocks_from_body
from signal_fixtures.devices import omnipod_blocks, omnipod_insulin

STATUS = bytes.fromhex("1d19050ec82c08376f98")  # OmniKit StatusTests.swift


@given(st.binary(max_size=200))
def test_nothing_is_lost_of_any_body(body: bytes) -> None:
    """Whatever a forger sends can be read again from the record, byte by byte."""
    blocks = blocks_from_body(body)
    assert b"".join(block.data for block in blocks) == body
    for block in blocks:
        assert (block.name == "unknown") == (not block.fields)


def test_blocks_stand_in_their_order() -> None:
    """A message with a cancel before a new temporary basal shows both."""
    order = omnipod_insulin.temp_basal(2, 1.0, 1800)
    body = b"".join([omnipod_insulin.cancel(1, "temp-basal"), *order, STATUS])
    names = [block.name for block in blocks_from_body(body)]
    assert names == ["cancel-delivery", "insulin-schedule", "temp-basal-timing", "status"]


def test_unknown_torn_and_odd_blocks_keep_their_bytes() -> None:
    """An unknown type, a length its type never has, and a cut end are unknown, not misread."""
    question = omnipod_blocks.get_status()
    for odd in ("770201ff", "0e020001", "1a0e7e30bf16", "1d1905", "0e"):
        found = blocks_from_body(question + bytes.fromhex(odd))
        assert [block.name for block in found] == ["get-status", "unknown"]
        assert found[1].data.hex() == odd


def test_block_names_are_distinct() -> None:
    """Two types under one name could not be told apart in a record."""
    names = [name for name, _ in READERS.values()]
    assert len(set(names)) == len(names) == 17
