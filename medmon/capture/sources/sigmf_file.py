"""A SigMF recording comes in, as a pair of files or one archive; blocks and gaps go out.

Named may be the metadata (``x.sigmf-meta``), the samples (``x.sigmf-data``) or an archive of both
(``x.sigmf``, a tar file). A sample file of another name (``core:dataset``) must be a plain file in
the same folder; links, devices and paths are refused, because metadata may come from anybody.
Archives are never unpacked: samples are read where they lie in the tar. Each segment's frequency
holds from its first sample, and samples the recorder lost come out as gaps in their place.

The digest ``core:sha512`` is not checked here: that costs a second pass over the file, and a
recording that was cut off is read up to the cut.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, ClassVar, cast

from medmon.capture.cutter import Cutter, check_end, finished
from medmon.capture.facts import Facts, facts_from_name, start_of
from medmon.capture.files import FileSource, disk_errors, opened, pieces_of, size_bytes
from medmon.capture.layout import layout_from_facts
from medmon.capture.sigmf_metadata import MAX_METADATA_BYTES, Recording, recording_from_text
from medmon.capture.sigmf_plan import Extent, Stretch, planned
from medmon.errors import InputError, MedmonError
from medmon.records import Block, Gap

_META, _DATA = ".sigmf-meta", ".sigmf-data"
_MAX_MEMBERS = 64
"""More files than this in an archive is not a recording."""
_MAX_HEADER_BYTES = 1024 * 1024
"""A longer header in an archive would only be there to fill the memory."""


class SigmfFile(FileSource):
    """A SigMF recording.

    Parameters
    ----------
    uri : str
        Path of the metadata, of the samples, or of an archive.
    facts : Facts
        What the user's flags say; they win over the metadata.
    block_samples : int
        Samples a block.

    Raises
    ------
    InputError
        If metadata or samples are missing or not as the specification has them.
    AccessError
        If they may not be read.
    StorageError
        If the disk refuses.
    """

    endings: ClassVar[tuple[str, ...]] = ("sigmf-meta", "sigmf-data", "sigmf")
    magic: ClassVar[tuple[int, bytes] | None] = (257, b"ustar")

    def __init__(self, uri: str, facts: Facts, block_samples: int) -> None:
        is_pair = uri.lower().endswith((_META, _DATA))
        with disk_errors(uri):
            recording, stream, self._extent = _opened_pair(uri) if is_pair else _opened_archive(uri)
        super().__init__(stream)
        try:
            known = facts.over(recording.facts).over(facts_from_name(uri))
            layout = layout_from_facts(uri, known, block_samples)
            self._plan = planned(
                recording, self._extent, rate_hz=layout.rate_hz, frame_bytes=layout.frame_bytes
            )
            # Only the plan knows the recorded start: the first time may stand at a later segment.
            timed = facts.over(Facts(start_ns=self._plan.start_ns)).over(known)
            self.layout = replace(layout, start_ns=start_of(timed, source=uri))
        except InputError:
            self.close()
            raise
        self._follows_freq = facts.freq_hz is None

    def __iter__(self) -> Iterator[Block | Gap]:
        """Read the samples to their end, once.

        Yields
        ------
        Block or Gap
            Everything the recording holds, and what it says it lost.

        Raises
        ------
        InputError
            If there are fewer samples than the metadata says, or the last is incomplete.
        StorageError
            If the disk refuses.
        """
        cutter = Cutter(self.layout)
        yield from finished(self._items(cutter), cutter)
        if self._plan.shortage is not None:
            raise self._plan.shortage
        first_byte = self._stream.tell() - cutter.taken_bytes
        check_end(cutter, self._extent.file, first_byte=first_byte)

    def _items(self, cutter: Cutter) -> Iterator[Block | Gap]:
        for stretch in self._plan.stretches:
            if stretch.lost:
                yield from cutter.lose(stretch.lost, stretch.reason)
            if stretch.freq_hz is not None and self._follows_freq:
                yield from cutter.retune(stretch.freq_hz)
            self._stream.seek(stretch.first_byte)
            for piece in pieces_of(
                self._stream.read, source=self._extent.file, limit_bytes=stretch.byte_count
            ):
                yield from cutter.feed(piece)
            self._check_read(stretch)

    def _check_read(self, stretch: Stretch) -> None:
        """Notice a file that became shorter after it was opened."""
        end = stretch.first_byte + stretch.byte_count
        if self._stream.tell() < end:
            raise InputError(
                self._extent.file,
                offset=self._stream.tell(),
                expected=f"{end} bytes, as there were when it was opened",
                found="the end of the file; everything before it was read",
            )


def _opened_pair(uri: str) -> tuple[Recording, BinaryIO, Extent]:
    stem = uri[: -len(_META)]
    meta = uri if uri.lower().endswith(_META) else stem + _META
    with opened(meta) as text:
        recording = recording_from_text(text.read(MAX_METADATA_BYTES + 1), file=meta)
    data = Path(meta).parent / recording.dataset if recording.dataset else Path(stem + _DATA)
    if recording.dataset and data.is_symlink():
        raise InputError(meta, expected="a plain file as core:dataset", found=f"the link {data}")
    stream = opened(data)
    size = size_bytes(stream)
    return recording, stream, Extent(str(data), 0, size, size)


def _opened_archive(uri: str) -> tuple[Recording, BinaryIO, Extent]:
    stream = opened(uri)
    try:
        members = _members(stream, uri)
        metas = [name for name in members if name.endswith(_META)]
        if len(metas) != 1:
            raise InputError(
                uri,
                expected=f"an archive with one {_META} file",
                found=f"{len(metas)} of them",
                help_text="unpack it and name the one you want",
            )
        recording = _recording(stream, members[metas[0]], uri)
        folder = metas[0].rpartition("/")[0]
        sibling = f"{folder}/{recording.dataset}" if folder else recording.dataset
        name = sibling if recording.dataset else metas[0].removesuffix(_META) + _DATA
        if name not in members:
            raise InputError(uri, expected=f"{name} in the archive", found="no such file in it")
        return recording, stream, _extent(stream, members[name], uri)
    except (MedmonError, OSError):
        stream.close()
        raise


def _recording(stream: BinaryIO, member: tarfile.TarInfo, uri: str) -> Recording:
    stream.seek(member.offset_data)
    text = stream.read(min(member.size, MAX_METADATA_BYTES + 1))
    return recording_from_text(text, file=f"{uri}: {member.name}")


def _extent(stream: BinaryIO, member: tarfile.TarInfo, uri: str) -> Extent:
    there = max(0, min(member.size, size_bytes(stream) - member.offset_data))
    return Extent(uri, member.offset_data, there, member.size)


def _members(stream: BinaryIO, uri: str) -> dict[str, tarfile.TarInfo]:
    """List the plain files of an archive, as far as it goes."""
    members: dict[str, tarfile.TarInfo] = {}
    try:
        with tarfile.open(fileobj=cast("BinaryIO", _Guarded(stream)), mode="r:") as archive:
            for number, member in enumerate(archive):
                if number >= _MAX_MEMBERS:
                    raise InputError(
                        uri, expected=f"at most {_MAX_MEMBERS} files", found="more of them"
                    )
                if member.isreg() and not member.issparse() and member.size >= 0:
                    if member.name in members:
                        raise InputError(
                            uri, expected="each file once", found=f"{member.name!r} twice"
                        )
                    members[member.name] = member
    except (tarfile.TarError, ValueError, OverflowError, RecursionError) as error:
        # An archive that was cut off inside its samples still has them up to there.
        if not members:
            raise InputError(
                uri,
                offset=0,
                expected="a SigMF archive, which is a tar file",
                found=str(error),
                help_text="a compressed one must be unpacked first",
            ) from error
    return members


class _Guarded:
    """A file that refuses to read more at once than a tar header takes."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.tell, self.seek = stream.tell, stream.seek

    def read(self, size: int) -> bytes:
        """Read, unless it is too much.

        Raises
        ------
        tarfile.ReadError
            If it is.
        """
        if size > _MAX_HEADER_BYTES:
            raise tarfile.ReadError(f"a header of {size} bytes")
        return self._stream.read(size)


PLUGIN = SigmfFile
