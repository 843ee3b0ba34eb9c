"""What a child process cost, whoever its parent is and whatever other children did."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from medmon.bench.processes import said_by, spent_by
from medmon.errors import SourceError

BUSY = "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass"
IDLE = "import time; time.sleep(0.3)"


def test_the_processor_time_is_that_of_this_child_alone(tmp_path: Path) -> None:
    """The time of a busy child must not be counted again for the idle one after it."""
    busy = spent_by([sys.executable, "-c", BUSY], tmp_path)
    idle = spent_by([sys.executable, "-c", IDLE], tmp_path)
    assert busy.cpu_s >= 0.3
    assert idle.cpu_s < busy.cpu_s - 0.1


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="the system does not tell")
def test_the_memory_of_a_small_child_is_not_that_of_its_large_parent(tmp_path: Path) -> None:
    """rtl_433 takes some megabytes; measured carelessly it has those of whoever started it."""
    large = np.ones(40_000_000)  # 305 MiB that are really there
    spent = spent_by([sys.executable, "-S", "-E", "-c", IDLE], tmp_path)
    assert large[-1] == 1
    assert spent.peak_rss_mib is not None
    assert 1 < spent.peak_rss_mib < 100


def test_a_child_is_fed_and_its_output_kept(tmp_path: Path) -> None:
    """A signal of an hour goes through a pipe, piece by piece."""
    count = "import sys; print(len(sys.stdin.buffer.read()))"
    spent = spent_by([sys.executable, "-c", count], tmp_path, fed=(bytes(1000) for _ in range(500)))
    assert spent.output.read_text().strip() == "500000"


def test_a_child_that_fails_is_told_with_its_own_words(tmp_path: Path) -> None:
    """A figure of a program that broke off would be a good one."""
    with pytest.raises(SourceError, match=r"status 3.*no such thing"):
        spent_by(
            [sys.executable, "-c", "import sys; print('no such thing', file=sys.stderr); exit(3)"],
            tmp_path,
            fed=[bytes(1 << 20)] * 4,
        )


def test_configurations_of_this_machine_do_not_reach_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A site's policies would be measured with it."""
    monkeypatch.setenv("MEDMON_CONFIG", "somewhere")
    tell = "import os; print('MEDMON_CONFIG' in os.environ)"
    spent = spent_by([sys.executable, "-c", tell], tmp_path)
    assert spent.output.read_text().strip() == "False"


def test_what_a_program_says_of_itself_is_read_from_both_outputs() -> None:
    """rtl_433 prints its version among its errors."""
    text = said_by([sys.executable, "-c", "import sys; print('a'); print('b', file=sys.stderr)"])
    assert sorted(text.split()) == ["a", "b"]
