"""Blocks and gaps come in, a SigMF recording goes out that tells when each sample was taken.

A recording is two files beside each other, ``NAME.sigmf-data`` and ``NAME.sigmf-meta``. Samples
that were lost are not in the data; the metadata opens a new segment after them whose
``core:global_index`` counts them, and keeps the reason as ``medmon:gap_reason``. Read back
(`medmon.capture.sources.sigmf_file`), the same blocks and gaps come out, at the same times.

The recording is good at any moment, also when the process is killed: the metadata is on disk before
the first sample, and is written again whenever a segment begins, always to a second file that then
takes the first one's place. With very many gaps it is written again only when the list has grown by
one part in 64, so that the work stays proportional to the list; a kill then loses at most the last
64th of the gaps. The digest ``core:sha512`` is added on closing.

Samples are written as they came where their format is given, else as cf32. An existing recording is
never overwritten: it may be evidence.

Source: SigMF specification 1.2.6, "Captures Array" and "SigMF Extension Namespaces".
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from medmon import __version__
from medmon.capture.formats import FORMATS, SampleFormat, bytes_from_iq
from medmon.errors import AccessError, StorageError
from medmon.quantities import iso_from_ns
from medmon.records import Block, Gap

_SIGMF_VERSION = "1.2.6"
_ENDINGS = (".sigmf-meta", ".sigmf-data", ".sigmf")
_GROWTH = 64


class Recorder:
    """Writes one recording.

    Parameters
    ----------
    path : str or Path
        Name of the recording, with or without a SigMF ending.
    sample_format : SampleFormat
        How to write samples; the source's own format loses nothing and is smallest.

    Attributes
    ----------
    sample_count : int
        Samples written so far.

    Raises
    ------
    StorageError
        If it exists already, or the disk refuses.
    AccessError
        If the folder may not be written.
    """

    def __init__(self, path: str | Path, *, sample_format: SampleFormat = FORMATS["cf32"]) -> None:
        stem = str(path)
        for ending in _ENDINGS:
            stem = stem.removesuffix(ending)
        self.meta_path, self.data_path = Path(stem + _ENDINGS[0]), Path(stem + _ENDINGS[1])
        self.sample_count = 0
        self._format = sample_format
        self._global: dict[str, Any] = {}
        self._segments: list[dict[str, Any]] = []
        self._written_segments = 0
        self._next_index: int | None = None
        self._freq_hz = 0.0
        self._digest = hashlib.sha512()
        with _disk(self.data_path):
            if self.meta_path.exists():
                raise FileExistsError
            self._data = self.data_path.open("xb", buffering=0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def emit(self, item: Block | Gap) -> None:
        """Write the next block, or note the next gap.

        Parameters
        ----------
        item : Block or Gap
            What follows on the item before; all of one source.

        Raises
        ------
        StorageError
            If the disk refuses; what was written before stays readable.
        AccessError
            If the folder may no longer be written.
        """
        if not self._global:
            self._describe(item)
        assert self._global["core:sample_rate"] == item.rate_hz, "one recording has one rate"
        assert self._next_index in (None, item.span.sample_start), "a source conserves samples"
        self._next_index = item.span.sample_start + item.span.sample_count
        if isinstance(item, Gap):
            # The segment after it is opened at once, so that a gap at the end is kept as well.
            self._begin(self._next_index, {"medmon:gap_reason": item.reason})
        else:
            self._tune(item)
            self._write(item)

    def close(self) -> None:
        """Finish the recording; may be called twice.

        Raises
        ------
        StorageError
            If the disk refuses.
        AccessError
            If the folder may no longer be written.
        """
        if self._data.closed:
            return
        with self._data, _disk(self.data_path):
            if self._global:
                self._global["core:sha512"] = self._digest.hexdigest()
                os.fsync(self._data.fileno())
                self._save()
            else:
                self.data_path.unlink()

    def _describe(self, item: Block | Gap) -> None:
        """Open the first segment; without it the samples could not be read."""
        self._global = {
            "core:datatype": self._format.sigmf_datatype,
            "core:sample_rate": item.rate_hz,
            "core:version": _SIGMF_VERSION,
            "core:num_channels": item.antenna_count if isinstance(item, Block) else 1,
            "core:recorder": f"medmon {__version__}",
            "core:description": f"Recorded from {item.span.source}",
            "core:extensions": [{"name": "medmon", "version": "1.0.0", "optional": True}],
        }
        self._freq_hz = item.freq_hz if isinstance(item, Block) else 0.0
        self._begin(item.span.sample_start, {"core:datetime": _datetime(item.time_ns)})

    def _tune(self, block: Block) -> None:
        """Open a segment where the frequency or the number of antennas becomes another."""
        channels = self._global["core:num_channels"]
        assert not self.sample_count or channels == block.antenna_count, (
            "antennas do not come and go"
        )
        is_known = channels == block.antenna_count and self._freq_hz == block.freq_hz
        self._global["core:num_channels"] = block.antenna_count
        self._freq_hz = block.freq_hz
        if not is_known:
            self._begin(block.span.sample_start, {"core:datetime": _datetime(block.time_ns)})
        elif self._segments[-1]["core:sample_start"] == self.sample_count:
            self._segments[-1].setdefault("core:datetime", _datetime(block.time_ns))

    def _begin(self, global_index: int, more: dict[str, Any]) -> None:
        segment = {
            "core:sample_start": self.sample_count,
            "core:global_index": global_index,
            **more,
        }
        if self._freq_hz:
            segment["core:frequency"] = self._freq_hz
        self._segments.append(segment)
        new_segments = len(self._segments) - self._written_segments
        if new_segments * _GROWTH >= self._written_segments:
            with _disk(self.meta_path):
                self._save()

    def _write(self, block: Block) -> None:
        left = memoryview(bytes_from_iq(block.iq, self._format))
        with _disk(self.data_path):
            while left:
                written = self._data.write(left)
                self._digest.update(left[:written])
                left = left[written:]
        self.sample_count += block.span.sample_count

    def _save(self) -> None:
        """Put the metadata in its place in one step, so that it is whole at any moment."""
        meta = {"global": self._global, "captures": self._segments, "annotations": []}
        part = self.meta_path.with_name(self.meta_path.name + ".part")
        with part.open("w", encoding="utf-8") as text:
            json.dump(meta, text, indent=1)
            text.flush()
            os.fsync(text.fileno())
        part.replace(self.meta_path)
        folder = os.open(self.meta_path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._written_segments = len(self._segments)


def _datetime(time_ns: int) -> str:
    """Print a time to the nanosecond: the time of a sample must come back as it was."""
    text = iso_from_ns(time_ns)
    return f"{text[:-1]}{time_ns % 1_000:03d}Z" if time_ns % 1_000 else text


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """Turn what the operating system reports into errors that say what helps."""
    try:
        yield
    except PermissionError as error:
        raise AccessError(f"{path}: no permission to write there; name another folder") from error
    except FileExistsError as error:
        raise StorageError(f"{path}: a recording of this name exists; name another") from error
    except OSError as error:
        raise StorageError(f"{path}: cannot be written: {error.strerror}") from error
