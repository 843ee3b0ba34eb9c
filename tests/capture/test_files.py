"""Only regular files are opened, and every other case has its own clear message."""

from __future__ import annotations

import os
import socket
from io import BytesIO
from pathlib import Path

import pytest

from medmon.capture.files import PIECE_BYTES, FileSource, disk_errors, opened, pieces_of, size_bytes
from medmon.errors import AccessError, InputError, StorageError


def test_a_regular_file_is_opened(tmp_path: Path) -> None:
    """At its first byte, and its size is known."""
    path = tmp_path / "x.cu8"
    path.write_bytes(b"abc")
    with opened(path) as stream:
        assert size_bytes(stream) == 3
        assert stream.read() == b"abc"


def test_a_missing_file(tmp_path: Path) -> None:
    """The path stands in the message."""
    with pytest.raises(InputError, match=r"none\.cu8: expected a file, found nothing"):
        opened(tmp_path / "none.cu8")
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="expected a file, found nothing"):
        opened(tmp_path / "file" / "x.cu8")


def test_a_directory(tmp_path: Path) -> None:
    """A folder of recordings was meant file by file."""
    with pytest.raises(InputError, match="expected a regular file, found a directory"):
        opened(tmp_path)


def test_a_fifo_does_not_make_the_program_wait_for_ever(tmp_path: Path) -> None:
    """It is refused before it is opened, and the message says what to do instead."""
    path = tmp_path / "x.cu8"
    os.mkfifo(path)
    with pytest.raises(InputError, match=r"found a FIFO .read it from stdin"):
        opened(path)


def test_devices_and_sockets(tmp_path: Path) -> None:
    """/dev/zero has no end."""
    with pytest.raises(InputError, match="found a character device"):
        opened("/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        path = Path(os.path.relpath(tmp_path)) / "s"
        server.bind(str(path))
        with pytest.raises(InputError, match="found a socket"):
            opened(path)


def test_a_link_that_leads_to_itself(tmp_path: Path) -> None:
    """The operating system notices; its words are passed on."""
    path = tmp_path / "loop"
    path.symlink_to(path)
    with pytest.raises(StorageError, match="cannot be opened"):
        opened(path)


@pytest.mark.parametrize("name", ["a\0b", "\udcff\ud800"])
def test_a_name_that_cannot_be_one(name: str) -> None:
    """Names come from metadata too."""
    with pytest.raises(InputError):
        opened(name)


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 77 and what helps; simulated, since root may read everything."""
    path = tmp_path / "x.cu8"
    path.touch()

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(AccessError, match=r"x\.cu8: no permission to read it.*chmod") as caught:
        opened(path)
    assert caught.value.exit_code == 77


def test_pieces_are_bounded_and_complete() -> None:
    """Memory stays flat: no piece is longer than the limit, and nothing is missing."""
    data = bytes(range(256)) * (PIECE_BYTES // 128)
    pieces = list(pieces_of(BytesIO(data).read, source="x"))
    assert max(map(len, pieces)) == PIECE_BYTES
    assert b"".join(pieces) == data


def test_pieces_stop_at_a_limit() -> None:
    """Bytes after the samples are not samples."""
    data = bytes(PIECE_BYTES + 10)
    pieces = list(pieces_of(BytesIO(data).read, source="x", limit_bytes=PIECE_BYTES + 3))
    assert [len(piece) for piece in pieces] == [PIECE_BYTES, 3]
    assert list(pieces_of(BytesIO(data).read, source="x", limit_bytes=0)) == []


def test_a_disk_that_fails_while_reading_is_a_storage_error() -> None:
    """Exit code 74: the file may be fine."""

    def broken(_: int) -> bytes:
        raise OSError(5, "Input/output error")

    with pytest.raises(StorageError, match="x: cannot be read: Input/output error"):
        next(pieces_of(broken, source="x"))
    with pytest.raises(StorageError), disk_errors("x"):
        broken(1)


def test_a_source_closes_its_file(tmp_path: Path) -> None:
    """Also when its reader failed, and closing twice is no mistake."""
    path = tmp_path / "x"
    path.touch()
    stream = opened(path)
    with FileSource(stream) as source:
        assert not stream.closed
    assert stream.closed
    source.close()


def test_a_source_tells_how_far_it_is(tmp_path: Path) -> None:
    """Bytes passed of bytes in all, for a progress bar."""
    path = tmp_path / "x"
    path.write_bytes(b"abcde")
    stream = opened(path)
    with FileSource(stream) as source:
        assert source.progress() == (0, 5)
        stream.read(2)
        assert source.progress() == (2, 5)
