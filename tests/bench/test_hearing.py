"""Strong packets are heard, each once, whatever the blocks; noise is nothing."""

from __future__ import annotations

from pathlib import Path

from medmon.bench.hearing import Ear, blocks_of, packets_in
from medmon.bench.packets import KINDS
from medmon.bench.stretches import Stretch, stretch
from medmon.records import Block

KIND = KINDS["medtronic-7"]


def _stretch() -> Stretch:
    return stretch([KIND], 128e3, 20.0, 4, seed=1)


def test_every_strong_packet_is_heard_and_nothing_else(tmp_path: Path) -> None:
    """What the curve of the sensitivity counts is byte for byte what was sent."""
    made = _stretch()
    assert packets_in(made.write(tmp_path)) == {one.packet for one in made.sent}


def test_blocks_are_of_the_size_that_was_asked_for(tmp_path: Path) -> None:
    """A live receiver hands over small ones."""
    blocks = list(blocks_of(_stretch().write(tmp_path), 1_000))
    assert {block.span.sample_count for block in blocks[:-1]} == {1_000}


def test_packets_are_told_block_by_block(tmp_path: Path) -> None:
    """Each is told by the block that completed it, those of the end by none."""
    made, ear = _stretch(), Ear()
    told = [
        packet
        for block in blocks_of(made.write(tmp_path))
        if isinstance(block, Block)
        for packet in ear.told(block)
    ]
    assert told == [one.packet for one in made.sent]
