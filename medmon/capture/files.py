"""A path goes in, an open regular file comes out, or one error that says what stands there instead.

Everything that is not a regular file is refused before it is opened: opening a FIFO would wait for
ever, and a device file has no end. A file of samples is then read in bounded pieces, so memory
stays flat for a recording of any length.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, ClassVar, Self

from medmon.errors import AccessError, InputError, StorageError

PIECE_BYTES = 512 * 1024
"""How much is read at once."""

_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a FIFO (read it from stdin: medmon watch - < FIFO)"),
    (stat.S_ISCHR, "a character device"),
    (stat.S_ISBLK, "a block device"),
    (stat.S_ISSOCK, "a socket"),
)


def opened(path: str | Path, *, source: str | None = None) -> BinaryIO:
    """Open a regular file for reading.

    Parameters
    ----------
    path : str or Path
        The file.
    source : str or None
        What the user called it, where that is something else.

    Returns
    -------
    binary file
        Open, at its first byte.

    Raises
    ------
    InputError
        If there is no regular file of that name.
    AccessError
        If it may not be read.
    StorageError
        If the disk refuses.
    """
    name = str(path) if source is None else source
    try:
        mode = Path(path).stat().st_mode
        if not stat.S_ISREG(mode):
            found = next((words for is_kind, words in _KINDS if is_kind(mode)), "something else")
            raise InputError(name, expected="a regular file", found=found)
        return Path(path).open("rb")
    except PermissionError as error:
        raise AccessError(
            f"{path}: no permission to read it; try chmod +r, or a group that may"
        ) from error
    except (FileNotFoundError, NotADirectoryError) as error:
        raise InputError(name, expected="a file", found=f"nothing at {str(path)!r}") from error
    except ValueError as error:
        raise InputError(name, expected="a file name", found=f"{error}") from error
    except OSError as error:
        raise StorageError(f"{path}: cannot be opened: {error.strerror}") from error


def size_bytes(stream: BinaryIO) -> int:
    """Tell how long an open file is.

    Parameters
    ----------
    stream : binary file
        A regular file.

    Returns
    -------
    int
        Its length in bytes.
    """
    return os.fstat(stream.fileno()).st_size


@contextmanager
def disk_errors(source: str) -> Iterator[None]:
    """Turn what the operating system reports while reading into an error of ours.

    Parameters
    ----------
    source : str
        What is read, for messages.

    Yields
    ------
    None
        While reading.

    Raises
    ------
    StorageError
        If the disk refuses.
    """
    try:
        yield
    except OSError as error:
        raise StorageError(f"{source}: cannot be read: {error.strerror}") from error


def pieces_of(
    read: Callable[[int], bytes], *, source: str, limit_bytes: int | None = None
) -> Iterator[bytes]:
    """Read in bounded pieces.

    Parameters
    ----------
    read : callable
        Takes a number of bytes and gives at most that many; none at the end.
    source : str
        What is read, for messages.
    limit_bytes : int or None
        Stop after so many bytes; None reads to the end.

    Yields
    ------
    bytes
        The next piece, at most `PIECE_BYTES` long.

    Raises
    ------
    StorageError
        If the disk refuses.
    """
    left = limit_bytes
    while left is None or left > 0:
        with disk_errors(source):
            piece = read(PIECE_BYTES if left is None else min(PIECE_BYTES, left))
        if not piece:
            return
        left = None if left is None else left - len(piece)
        yield piece


class FileSource:
    """What every source that reads one open file shares: it is a context manager and closes.

    Parameters
    ----------
    stream : binary file
        The open file; closed with the source.

    Attributes
    ----------
    endings : tuple of str
        File endings, without the dot, that this kind of source reads.
    magic : tuple of (int, bytes) or None
        Where in a file which bytes give its kind away, whatever its name.
    """

    endings: ClassVar[tuple[str, ...]] = ()
    magic: ClassVar[tuple[int, bytes] | None] = None

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._size_bytes = size_bytes(stream)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the file."""
        self._stream.close()

    def progress(self) -> tuple[int, int]:
        """Tell how far reading is.

        Returns
        -------
        tuple of (int, int)
            Bytes of the file passed, and bytes in all; of a file that still grows, those passed.
        """
        done = self._stream.tell()
        return done, max(done, self._size_bytes)
