"""Two short signals through a pipe: a row for each program, and how much medmon grew."""

from __future__ import annotations

from pathlib import Path

import pytest

from medmon.bench import memory
from medmon.bench.job import Job
from medmon.bench.peer import Peer


def test_whole_processes_are_fed_and_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The piece is repeated as often as the length asks for."""
    monkeypatch.setattr(memory, "_PIECE_S", 0.5)
    monkeypatch.setitem(memory._SECONDS, "quick", (0.5, 1.0))
    program = tmp_path / "rtl_433"
    program.write_text("#!/bin/sh\nwc -c >> sizes\n")
    program.chmod(0o755)
    found = memory.measure(Job(tmp_path, peer=Peer(str(program), "22.11")))
    assert [(row.program, row.seconds) for row in found.rows] == [
        ("medmon", 0.5), ("rtl_433", 0.5), ("medmon", 1.0), ("rtl_433", 1.0)
    ]  # fmt: skip
    sizes = [int(line) for line in (tmp_path / "sizes").read_text().split()]
    assert sizes == [250_000, 500_000]
    peaks = [row.peak_rss_mib for row in found.rows if row.program == "medmon"]
    if None not in peaks:
        assert found.growth_mib == pytest.approx((peaks[1] or 0) - (peaks[0] or 0), abs=0.11)
