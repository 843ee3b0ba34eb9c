"""rtl_433, whether it is there or not: a program of our own stands in for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medmon.bench.kind import Kind
from medmon.bench.packets import KINDS
from medmon.bench.peer import Peer, count_found, find_peer, models_in, rows_from_json
from medmon.bench.stretches import stretch


def test_a_peer_that_is_not_there_is_none() -> None:
    """Everything else is measured without it."""
    assert find_peer("no-such-program-anywhere") is None


def test_a_peer_says_its_version(tmp_path: Path) -> None:
    """Results name what they were compared with."""
    program = tmp_path / "rtl_433"
    program.write_text("#!/bin/sh\necho 'rtl_433 version 22.11 (2022-11-19) inputs file' >&2\n")
    program.chmod(0o755)
    assert find_peer(str(program)) == Peer(str(program), "22.11")


def test_rows_of_one_burst_are_joined_and_cut_to_their_bits() -> None:
    """A row ends with zeros up to the next four bits, which were not heard."""
    lines = 'rtl_433 says something\n{"model": "x", "rows": [{"len": 6, "data": "fc"}]}\n'
    assert rows_from_json(lines) == ["111111"]
    both = '{"rows": [{"len": 4, "data": "5"}, {"len": 3, "data": "e"}]}\n{"model": "y"}\n'
    assert rows_from_json(both) == ["0101111", ""]


def test_a_packet_is_found_only_whole() -> None:
    """One wrong chip, or two halves in two rows, is not a packet."""
    chips = np.array([1, 0, 1, 1, 0, 0, 1, 0], dtype=np.uint8)
    assert count_found(["0010110010"], [chips]) == 1
    assert count_found(["0010110110"], [chips]) == 0
    assert count_found(["1011", "0010"], [chips]) == 0


def test_default_decoders_are_counted_by_model() -> None:
    """What rtl_433 takes our packets for is told beside its time."""
    lines = '{"model": "b"}\n{"model": "a"}\nno json\n{"model": "b"}\n'
    assert models_in(lines) == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS.values() if kind.flex_options], ids=lambda kind: kind.name
)
def test_the_real_one_reads_strong_packets(kind: Kind, tmp_path: Path) -> None:
    """Its decoders are told the waveform rightly, or the comparison would be unfair."""
    peer = find_peer()
    if peer is None:
        pytest.skip("rtl_433 is not installed")
    rate_hz = 250e3 if "FSK" in kind.flex else 1.024e6
    made = stretch([kind], rate_hz, 28.0, 6, seed=2)
    recording, wanted = made.write(tmp_path), [kind.coded(one.packet) for one in made.sent]
    counts = [
        count_found(peer.rows(recording, kind.flex, options), wanted)
        for options in kind.flex_options
    ]
    assert max(counts) >= 5
