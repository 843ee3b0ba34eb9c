"""Files of bare samples: what is in them comes out, and what is wrong with them is said."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medmon.capture import Facts, open_source
from medmon.capture.sources.iq_file import IqFile
from medmon.errors import AccessError, InputError, MedmonError
from medmon.records import Block, Gap

ReadAll = Callable[..., tuple[list[Any], MedmonError | None]]
CODES = np.random.default_rng(2).integers(0, 256, 100_000, dtype=np.uint8)


def samples(items: list[Any]) -> list[complex]:
    blocks = [item.iq[0] for item in items if isinstance(item, Block)]
    return [] if not blocks else list(np.concatenate(blocks).tolist())


@pytest.mark.parametrize("block_samples", [1, 7, 65_536, 10**12])
def test_blocks_of_any_size_hold_the_same(
    block_samples: int, tmp_path: Path, read_all: ReadAll
) -> None:
    """From one sample to the whole file."""
    path = tmp_path / "g001_433.92M_250k.cu8"
    path.write_bytes(CODES[:20_000].tobytes())
    items, error = read_all(path, None, block_samples)
    assert error is None
    parts = (CODES[:20_000].astype(np.float64) - 127.5) / 127.5
    np.testing.assert_allclose(samples(items), parts[0::2] + 1j * parts[1::2], atol=1e-7)
    assert {item.freq_hz for item in items} == {433.92e6}
    assert items[-1].time_ns == items[-1].span.sample_start * 4000
    assert {item.span.source for item in items} == {str(path)}


def test_flags_win_over_the_name(tmp_path: Path, read_all: ReadAll) -> None:
    """A wrong name need not be changed on disk."""
    path = tmp_path / "g001_433.92M_250k.cu8"
    path.write_bytes(bytes(16))
    items, _ = read_all(path, Facts(freq_hz=1.0, rate_hz=2.0, start_ns=3, sample_format="cs16"))
    (block,) = items
    assert (block.freq_hz, block.rate_hz, block.time_ns, block.iq.shape) == (1.0, 2.0, 3, (1, 4))


def test_several_antennas(tmp_path: Path, read_all: ReadAll) -> None:
    """Samples of two antennas take turns."""
    path = tmp_path / "x_250k.cs8"
    path.write_bytes(bytes([64, 0, 32, 0, 0, 64, 0, 32]))
    items, _ = read_all(path, Facts(antenna_count=2))
    assert items[0].iq.tolist() == [[0.5, 0.5j], [0.25, 0.25j]]


@pytest.mark.parametrize(("name", "frame"), [("x_250k.cu8", 2), ("x_250k.cf32", 8)])
def test_a_file_that_ends_inside_a_sample(
    name: str, frame: int, tmp_path: Path, read_all: ReadAll
) -> None:
    """Everything before it is delivered, then the place is named."""
    path = tmp_path / name
    path.write_bytes(bytes(10 * frame + 1))
    items, error = read_all(path)
    assert sum(item.span.sample_count for item in items) == 10
    assert str(error).startswith(f"{path}: byte {10 * frame}: expected whole samples of {frame}")
    assert error is not None
    assert error.exit_code == 65


@pytest.mark.parametrize("name", ["x_250k.cu8", "x_250k.cf32"])
def test_an_empty_file(name: str, tmp_path: Path, read_all: ReadAll) -> None:
    """An empty recording is a failed one."""
    path = tmp_path / name
    path.touch()
    items, error = read_all(path)
    assert items == []
    assert "byte 0: expected samples, found none" in str(error)


@pytest.mark.parametrize("name", ["x_250k.ook", "x_250k.am.s16", "x_250k.fm.f32", "x.vcd"])
def test_files_of_something_else_are_refused(name: str, tmp_path: Path) -> None:
    """Pulse lists and sound would look like noise."""
    path = tmp_path / name
    path.write_bytes(bytes(8))
    with pytest.raises(InputError, match="expected I and Q samples, found"):
        open_source(str(path))


def test_an_unknown_rate_is_refused(tmp_path: Path) -> None:
    """No rate is assumed: every duration would be wrong."""
    path = tmp_path / "x.cu8"
    path.write_bytes(bytes(8))
    with pytest.raises(InputError, match="expected a sample rate, found none"):
        open_source(str(path))


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 77."""
    path = tmp_path / "x_250k.cu8"
    path.touch()

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(AccessError, match="no permission"):
        open_source(str(path))


def test_samples_that_are_no_numbers_become_a_gap(tmp_path: Path, read_all: ReadAll) -> None:
    """All samples are accounted for."""
    iq = np.zeros(100, dtype=np.complex64)
    iq[40:50] = np.nan
    iq[99] = np.inf
    path = tmp_path / "x_1000k.cf32"
    path.write_bytes(iq.tobytes())
    for block_samples in (1, 45, 1000):
        items, error = read_all(path, None, block_samples)
        assert error is None
        assert sum(item.span.sample_count for item in items) == 100
        assert len(samples(items)) == 89
        places = [(g.span.sample_start, g.samples_lost) for g in items if isinstance(g, Gap)]
        assert places == [(40, 10), (99, 1)]


@pytest.mark.parametrize("code", [0, 128, 255])
def test_a_file_of_one_value_flows_through(code: int, tmp_path: Path, read_all: ReadAll) -> None:
    """A deaf or overdriven receiver is a recording like any other."""
    path = tmp_path / "x_250k.cu8"
    path.write_bytes(bytes([code]) * 1000)
    items, error = read_all(path)
    assert error is None
    assert set(samples(items)) == {complex(np.float32((code - 127.5) / 127.5)) * (1 + 1j)}


def test_a_packed_file(tmp_path: Path, read_all: ReadAll) -> None:
    """The same samples as the file it was packed from."""
    (tmp_path / "x_250k.cu8").write_bytes(CODES.tobytes())
    (tmp_path / "x_250k.cu8.gz").write_bytes(gzip.compress(CODES.tobytes()))
    plain, _ = read_all(tmp_path / "x_250k.cu8", None, 10_000)
    packed, error = read_all(tmp_path / "x_250k.cu8.gz", None, 10_000)
    assert error is None
    assert [item.span.sample_start for item in packed] == [item.span.sample_start for item in plain]
    assert samples(packed) == samples(plain)


@pytest.mark.parametrize("block_samples", [100, 10**6])
def test_a_packed_file_that_was_cut_or_damaged(
    block_samples: int, tmp_path: Path, read_all: ReadAll
) -> None:
    """Everything before the break, whatever the block size, then the place."""
    packed = gzip.compress(CODES.tobytes(), compresslevel=0)
    path = tmp_path / "x_250k.cu8.gz"
    path.write_bytes(packed[:60_000])
    items, error = read_all(path, None, block_samples)
    # Stored blocks: 10 bytes of gzip header and 5 of each 32 KiB or 64 KiB block are not samples.
    assert 29_900 < len(samples(items)) <= 29_995
    assert "byte 60000: expected more gzip data" in str(error)
    path.write_bytes(packed[:10] + b"\xff" + packed[11:])
    items, error = read_all(path, None, block_samples)
    assert items == []
    assert "byte 10: expected intact gzip data" in str(error)


def test_memory_stays_flat(tmp_path: Path) -> None:
    """The first 64 MB of a sparse file of 8 GiB pass through less than 8 MiB."""
    path = tmp_path / "x_250k.cu8"
    with path.open("wb") as stream:
        stream.truncate(8 * 1024**3)
    tracemalloc.start()
    try:
        with open_source(str(path)) as source:
            blocks = iter(source)
            for _ in range(500):
                next(blocks)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 8 * 1024**2


def test_the_file_is_closed(tmp_path: Path) -> None:
    """By the context manager, also when nobody read it."""
    path = tmp_path / "x_250k.cu8"
    path.write_bytes(bytes(4))
    with IqFile(str(path), Facts(), 10) as source:
        pass
    with pytest.raises(ValueError, match="closed file"):
        list(source)
