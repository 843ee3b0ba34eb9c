"""SigMF recordings written by the sigmf library and by hand: all samples, or a clear message."""

from __future__ import annotations

import contextlib
import io
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.capture import Facts, open_source
from medmon.capture.sources import sigmf_file
from medmon.capture.sources.sigmf_file import SigmfFile
from medmon.errors import AccessError, InputError, MedmonError
from medmon.records import Block, Gap

ReadAll = Callable[..., tuple[list[Any], MedmonError | None]]
sigmf = pytest.importorskip("sigmf")
START_NS = 1_795_432_503 * 10**9
START = "2026-11-23T11:15:03Z"
RATE_HZ = 250_000.0


def head(datatype: str = "cu8", **more: Any) -> dict[str, Any]:
    named = {f"core:{key}": value for key, value in more.items()}
    return {
        "core:datatype": datatype,
        "core:sample_rate": RATE_HZ,
        "core:version": "1.2.6",
        **named,
    }


def write(
    folder: Path, data: bytes | None, *captures: dict[str, Any], top: dict[str, Any] | None = None
) -> Path:
    """Write a pair of files by hand; keys of captures come without their "core:"."""
    rows = [{f"core:{key}": value for key, value in row.items()} for row in captures]
    meta = {"global": top or head(), "captures": rows, "annotations": []}
    (folder / "x.sigmf-meta").write_text(json.dumps(meta))
    if data is not None:
        (folder / "x.sigmf-data").write_bytes(data)
    return folder / "x.sigmf-meta"


def samples(items: list[Any]) -> Any:
    return np.concatenate([item.iq for item in items if isinstance(item, Block)], axis=1)


def shape(items: list[Any]) -> list[tuple[str, int, int]]:
    """What follows what: kind, first sample, count."""
    return [(type(item).__name__, item.span.sample_start, item.span.sample_count) for item in items]


def by_the_library(folder: Path, dtype: str, datatype: str) -> tuple[Path, Any]:
    """Write noise with the sigmf library, and say what samples it is."""
    rng = np.random.default_rng(5)
    kind = np.dtype(dtype)
    if kind.kind == "f":
        parts = rng.uniform(-1, 1, (500, 2)).astype(kind)
        wanted = parts.astype(np.float64)
    else:
        limits = np.iinfo(dtype)
        parts = rng.integers(limits.min, limits.max, (500, 2), endpoint=True).astype(kind)
        zero = 127.5 if dtype == "u1" else 0.0
        wanted = (parts.astype(np.float64) - zero) / (127.5 if zero else -float(limits.min))
    parts.tofile(folder / "x.sigmf-data")
    handle = sigmf.SigMFFile(
        data_file=str(folder / "x.sigmf-data"),
        global_info={"core:datatype": datatype, "core:sample_rate": 250_000},
    )
    handle.add_capture(0, metadata={"core:frequency": 916.5e6, "core:datetime": START})
    handle.add_capture(200, metadata={"core:frequency": 868.3e6})
    handle.tofile(str(folder / "x.sigmf-meta"), overwrite=True)
    return folder / "x.sigmf-meta", wanted[:, 0] + 1j * wanted[:, 1]


@pytest.mark.parametrize(
    ("dtype", "datatype"),
    [("u1", "cu8"), ("i1", "ci8"), ("<i2", "ci16_le"), (">i2", "ci16_be"), ("<f4", "cf32_le"),
     (">f4", "cf32_be"), ("<i4", "ci32_le"), ("<f8", "cf64_le")],
)  # fmt: skip
def test_recordings_of_the_sigmf_library(
    dtype: str, datatype: str, tmp_path: Path, read_all: ReadAll
) -> None:
    """Every datatype that recorders write; frequency and time hold segment by segment."""
    path, wanted = by_the_library(tmp_path, dtype, datatype)
    items, error = read_all(path, None, 150)
    assert error is None
    np.testing.assert_allclose(samples(items)[0], wanted, atol=1e-7)
    assert shape(items) == [
        ("Block", 0, 150), ("Block", 150, 50), ("Block", 200, 150), ("Block", 350, 150)
    ]  # fmt: skip
    assert [item.freq_hz for item in items] == [916.5e6, 916.5e6, 868.3e6, 868.3e6]
    assert [item.time_ns - START_NS for item in items] == [0, 600_000, 800_000, 1_400_000]
    assert {item.span.source for item in items} == {str(path)}


@pytest.mark.parametrize("name", ["x.sigmf-meta", "x.sigmf-data", "x.sigmf"])
def test_each_of_the_three_names_opens_it(name: str, tmp_path: Path, read_all: ReadAll) -> None:
    """Metadata, samples, or an archive made by the library."""
    meta, wanted = by_the_library(tmp_path, "i1", "ci8")
    sigmf.fromfile(str(meta)).archive(str(tmp_path / "x.sigmf"))
    items, error = read_all(tmp_path / name)
    assert error is None
    np.testing.assert_allclose(samples(items)[0], wanted, atol=1e-7)


@pytest.mark.parametrize("block_samples", [1, 13, 10**12])
def test_blocks_of_any_size_hold_the_same(
    block_samples: int, tmp_path: Path, read_all: ReadAll
) -> None:
    """Segments and gaps do not move with the block size."""
    path = write(
        tmp_path,
        bytes(range(200)),
        {"sample_start": 0, "global_index": 7, "frequency": 1e6, "datetime": START},
        {"sample_start": 30, "global_index": 45},
        {"sample_start": 30, "global_index": 50},
        {"sample_start": 90, "frequency": 2e6},
    )
    items, error = read_all(path, None, block_samples)
    assert error is None
    (gap,) = [item for item in items if isinstance(item, Gap)]
    assert (gap.span.sample_start, gap.samples_lost) == (30, 13)
    assert gap.time_ns == START_NS + 30 * 4000
    blocks = [item for item in items if isinstance(item, Block)]
    assert all(block.time_ns == START_NS + block.span.sample_start * 4000 for block in blocks)
    at = [(b.span.sample_start + n, b.freq_hz) for b in blocks for n in range(b.iq.shape[1])]
    assert at == [*((n, 1e6) for n in range(30)), *((n, 1e6) for n in range(43, 103)),
                  *((n, 2e6) for n in range(103, 113))]  # fmt: skip
    codes = np.arange(200, dtype=np.float64).reshape(-1, 2)
    np.testing.assert_allclose(samples(items)[0].real, (codes[:, 0] - 127.5) / 127.5, atol=1e-7)


def test_several_channels_are_antennas(tmp_path: Path, read_all: ReadAll) -> None:
    """core:num_channels; sample indices count all of them once."""
    data = bytes([64, 0, 32, 0] * 10)
    path = write(
        tmp_path,
        data,
        {"sample_start": 0},
        {"sample_start": 4, "frequency": 5.0},
        top=head("ci8", num_channels=2),
    )
    items, error = read_all(path)
    assert error is None
    assert shape(items) == [("Block", 0, 4), ("Block", 4, 6)]
    assert samples(items).tolist() == [[0.5] * 10, [0.25] * 10]


def test_a_dataset_of_another_format(tmp_path: Path, read_all: ReadAll) -> None:
    """Header, samples, header, samples, trailer: only samples come out."""
    data = b"H" * 10 + bytes(8) + b"H" * 3 + bytes(6) + b"TTTT"
    (tmp_path / "y.dat").write_bytes(data)
    path = write(
        tmp_path,
        None,
        {"sample_start": 0, "header_bytes": 10},
        {"sample_start": 4, "header_bytes": 3},
        top=head(dataset="y.dat", trailing_bytes=4),
    )
    items, error = read_all(path)
    assert error is None
    assert samples(items).tolist() == [[-1 - 1j] * 7]


def test_flags_win_over_metadata(tmp_path: Path, read_all: ReadAll) -> None:
    """Rate, format, start, and a frequency that then holds for all segments."""
    path = write(
        tmp_path,
        bytes(16),
        {"sample_start": 0, "frequency": 1e6, "datetime": START},
        {"sample_start": 2, "frequency": 2e6},
    )
    items, error = read_all(path, Facts(3.0, 1000.0, 77, "cs16", 1))
    assert error is None
    assert shape(items) == [("Block", 0, 4)]
    assert (items[0].freq_hz, items[0].rate_hz, items[0].time_ns) == (3.0, 1000.0, 77)


def test_metadata_wins_over_the_name(tmp_path: Path, read_all: ReadAll) -> None:
    """And the name fills in what the metadata leaves out."""
    path = write(tmp_path, bytes(16), {"sample_start": 0})
    for ending in (".sigmf-meta", ".sigmf-data"):
        (tmp_path / f"x{ending}").rename(tmp_path / f"a_433.92M_1000k{ending}")
    items, _ = read_all(tmp_path / f"a_433.92M_1000k{path.suffix}")
    assert (items[0].freq_hz, items[0].rate_hz) == (433.92e6, RATE_HZ)


def test_a_time_at_a_later_segment_dates_the_first_sample(
    tmp_path: Path, read_all: ReadAll
) -> None:
    """50 samples of 4 us before it."""
    path = write(tmp_path, bytes(200), {"sample_start": 50, "datetime": START})
    items, _ = read_all(path)
    assert items[0].time_ns == START_NS - 200_000


def test_samples_that_are_missing(tmp_path: Path, read_all: ReadAll) -> None:
    """Data shorter than captures say: everything before the end, then the place."""
    path = write(tmp_path, bytes(101), {"sample_start": 0}, {"sample_start": 80})
    items, error = read_all(path)
    assert shape(items) == [("Block", 0, 50)]
    assert "x.sigmf-data: byte 101: expected at least 160 bytes, as captures say" in str(error)


def test_a_last_sample_that_is_incomplete(tmp_path: Path, read_all: ReadAll) -> None:
    """The offset is one in the file of samples."""
    path = write(tmp_path, bytes(101), {"sample_start": 0})
    items, error = read_all(path)
    assert shape(items) == [("Block", 0, 50)]
    assert "x.sigmf-data: byte 100: expected whole samples of 2 bytes" in str(error)


def test_a_file_that_shrinks_while_it_is_read(tmp_path: Path) -> None:
    """Said as what it is, not as a fault of the program."""
    path = write(tmp_path, bytes(200), {"sample_start": 0}, {"sample_start": 80})
    with open_source(str(path)) as source:
        os.truncate(tmp_path / "x.sigmf-data", 100)
        items = iter(source)
        assert isinstance(next(items), Block)
        with pytest.raises(InputError, match="byte 100: expected 160 bytes, as there were when"):
            next(items)


def test_an_empty_file_of_samples(tmp_path: Path, read_all: ReadAll) -> None:
    """An empty recording is a failed one."""
    path = write(tmp_path, b"", {"sample_start": 0})
    assert "byte 0: expected samples, found none" in str(read_all(path)[1])


def test_a_file_of_the_pair_that_is_missing(tmp_path: Path) -> None:
    """The message names the one that is not there."""
    path = write(tmp_path, None, {"sample_start": 0})
    with pytest.raises(InputError, match=r"x\.sigmf-data: expected a file, found nothing"):
        open_source(str(path))
    path.unlink()
    (tmp_path / "x.sigmf-data").write_bytes(bytes(8))
    with pytest.raises(InputError, match=r"x\.sigmf-meta: expected a file, found nothing"):
        open_source(str(tmp_path / "x.sigmf-data"))


@pytest.mark.parametrize("kept", [0, 1, 60, 100])
def test_truncated_metadata(kept: int, tmp_path: Path) -> None:
    """Invalid JSON, with the byte where it breaks."""
    path = write(tmp_path, bytes(8), {"sample_start": 0})
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(InputError, match=r"x\.sigmf-meta: byte \d+: expected JSON metadata"):
        open_source(str(path))


def test_an_unknown_rate(tmp_path: Path) -> None:
    """No rate is assumed."""
    top = head()
    del top["core:sample_rate"]
    path = write(tmp_path, bytes(8), {"sample_start": 0}, top=top)
    with pytest.raises(InputError, match="expected a sample rate, found none"):
        open_source(str(path))


def test_too_many_channels(tmp_path: Path) -> None:
    """A billion of them would ask for all the memory."""
    path = write(tmp_path, bytes(8), {"sample_start": 0}, top=head(num_channels=10**9))
    with pytest.raises(InputError, match="expected 1 to 64 antennas"):
        open_source(str(path))


def test_a_dataset_that_is_not_a_plain_file_of_the_folder(tmp_path: Path) -> None:
    """Paths, links and devices are refused, even where they exist."""
    (tmp_path / "secret.bin").write_bytes(bytes(8))
    folder = tmp_path / "sent"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "secret.bin")
    os.mkfifo(folder / "fifo")
    (folder / "folder").mkdir()
    for name, words in (
        ("../secret.bin", "the name of a file in the same folder"),
        (str(tmp_path / "secret.bin"), "the name of a file in the same folder"),
        ("link", "expected a plain file as core:dataset, found the link"),
        ("fifo", "found a FIFO"),
        ("folder", "found a directory"),
    ):
        path = write(folder, None, {"sample_start": 0}, top=head(dataset=name))
        with pytest.raises(InputError, match=words):
            open_source(str(path))


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 77."""
    path = write(tmp_path, bytes(8), {"sample_start": 0})

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(AccessError, match="no permission"):
        open_source(str(path))


def archive(path: Path, *members: tuple[str, bytes]) -> Path:
    with tarfile.open(path, "w") as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


def meta(*captures: dict[str, Any], top: dict[str, Any] | None = None) -> bytes:
    rows = list(captures) or [{"core:sample_start": 0}]
    return json.dumps({"global": top or head(), "captures": rows, "annotations": []}).encode()


@pytest.mark.parametrize("order", [1, -1])
def test_an_archive_in_either_order(order: int, tmp_path: Path, read_all: ReadAll) -> None:
    """With a folder, with files beside, and samples that do not end at a block of the tar."""
    members = [("x/x.sigmf-meta", meta()), ("x/x.sigmf-data", bytes(202)), ("README", b"hello")]
    items, error = read_all(archive(tmp_path / "x.sigmf", *members[::order]))
    assert error is None
    assert shape(items) == [("Block", 0, 101)]


def test_an_archive_that_was_cut_off(tmp_path: Path, read_all: ReadAll) -> None:
    """Everything before the cut, then how much there should be."""
    members = [("x.sigmf-meta", meta()), ("x.sigmf-data", bytes(10_000))]
    path = archive(tmp_path / "x.sigmf", *members)
    first = 3 * 512
    os.truncate(path, first + 5001)
    items, error = read_all(path)
    assert shape(items) == [("Block", 0, 2500)]
    assert f"byte {first + 5001}: expected at least {first + 10_000} bytes, as the archive" in str(
        error
    )


def test_a_dataset_named_in_an_archive(tmp_path: Path, read_all: ReadAll) -> None:
    """It stands in the same folder of the archive."""
    members = [("a/x.sigmf-meta", meta(top=head(dataset="y.dat"))), ("a/y.dat", bytes(8))]
    items, error = read_all(archive(tmp_path / "x.sigmf", *members))
    assert error is None
    assert shape(items) == [("Block", 0, 4)]


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ([], "SigMF archive|one .sigmf-meta file"),
        ([("x.sigmf-data", b"")], "one .sigmf-meta file, found 0"),
        ([("x.sigmf-meta", meta()), ("y.sigmf-meta", meta())], r"found 2 of them \(unpack it"),
        ([("x.sigmf-meta", meta())], "expected x.sigmf-data in the archive"),
        ([("x.sigmf-meta", b"{")], "x.sigmf: x.sigmf-meta: byte 1: expected JSON"),
        ([("x.sigmf-meta", meta()), ("x.sigmf-meta", meta())], "each file once"),
        ([(f"f{number}", b"") for number in range(65)], "at most 64 files"),
    ],
)
def test_archives_that_are_not_recordings(
    members: list[tuple[str, bytes]], words: str, tmp_path: Path
) -> None:
    """Each with what is missing or too much."""
    with pytest.raises(InputError, match=words):
        open_source(str(archive(tmp_path / "x.sigmf", *members)))


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_in_an_archive_are_not_files(kind: bytes, tmp_path: Path) -> None:
    """A link could lead anywhere."""
    path = tmp_path / "x.sigmf"
    archive(path, ("x.sigmf-meta", meta()))
    with tarfile.open(path, "a") as tar:
        info = tarfile.TarInfo("x.sigmf-data")
        info.type, info.linkname = kind, "/dev/zero"
        tar.addfile(info)
    with pytest.raises(InputError, match=r"expected x\.sigmf-data in the archive"):
        open_source(str(path))


def test_a_header_that_would_fill_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """tar has headers of any length, which its reader loads as a whole."""
    monkeypatch.setattr(sigmf_file, "_MAX_HEADER_BYTES", 2000)
    path = archive(tmp_path / "x.sigmf", ("x" * 5000, b""))
    with pytest.raises(InputError, match="a header of"):
        open_source(str(path))


def test_a_compressed_archive_says_what_to_do(tmp_path: Path) -> None:
    """Nothing is unpacked unasked."""
    path = tmp_path / "x.sigmf.gz"
    with tarfile.open(path, "w:gz") as tar:
        tar.addfile(tarfile.TarInfo("x.sigmf-meta"))
    with pytest.raises(InputError, match="a compressed one must be unpacked first"):
        open_source(str(path))


@given(st.integers(0, 3 * 512 + 255), st.binary(min_size=1, max_size=20))
def test_a_damaged_archive_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, damage: bytes
) -> None:
    """Whatever bytes are hit, never a traceback."""
    path = tmp_path_factory.getbasetemp() / "damaged.sigmf"
    archive(path, ("x.sigmf-meta", meta()), ("x.sigmf-data", bytes(1000)))
    content = bytearray(path.read_bytes())
    content[place : place + len(damage)] = damage
    path.write_bytes(content)
    with contextlib.suppress(InputError), SigmfFile(str(path), Facts(), 100) as source:
        for item in source:
            assert item.span.sample_count > 0


def test_nothing_stays_open_when_it_is_refused(tmp_path: Path) -> None:
    """A daemon that tries again and again must not run out of files."""
    bad = archive(tmp_path / "x.sigmf", ("x.sigmf-meta", meta(top=head("rf32_le"))))
    pair = write(tmp_path, bytes(8), {"sample_start": 0}, top=head(num_channels=99))
    before = len(list(Path("/proc/self/fd").iterdir()))
    for path in (bad, pair) * 5:
        with pytest.raises(InputError):
            open_source(str(path))
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_label_beyond_the_end_tells_of_a_cut_file(tmp_path: Path, read_all: ReadAll) -> None:
    """A copy that broke off on a whole sample looks complete; the annotations know better."""
    path = write(tmp_path, bytes(200), {"sample_start": 0})
    meta = json.loads(path.read_text())
    meta["annotations"] = [
        {"core:sample_start": 40, "core:sample_count": 100},
        {"core:sample_start": 100, "core:sample_count": 5},
        {"core:sample_start": "somebody else's"},
    ]
    path.write_text(json.dumps(meta))
    items, error = read_all(str(path))
    assert samples(items).shape == (1, 100)
    assert isinstance(error, InputError)
    assert "byte 200" in str(error)
    assert "at least 101 samples, as annotations say" in str(error)
    # A label that only reaches over the end is a drawing program's habit.
    meta["annotations"] = meta["annotations"][:1]
    path.write_text(json.dumps(meta))
    assert read_all(str(path))[1] is None
