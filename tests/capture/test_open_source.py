"""`open_source` finds the right reader for whatever the user names."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from medmon import plugins
from medmon.capture import Facts, open_source
from medmon.capture.sources.iq_file import IqFile
from medmon.capture.sources.records_file import RecordsFile
from medmon.capture.sources.sigmf_file import SigmfFile
from medmon.capture.sources.stdin import Stdin
from medmon.capture.sources.wav_file import WavFile
from medmon.errors import InputError, MedmonError, PluginError
from medmon.records import Block

ReadAll = Callable[..., tuple[list[Any], MedmonError | None]]
CAPTURES = Path(__file__).parents[2].parent / "shared" / "captures"
WAV = struct.pack(
    "<4sI4s4sIHHIIHH4sI", b"RIFF", 40, b"WAVE", b"fmt ", 16, 1, 2, 250000, 0, 2, 8, b"data", 4
) + bytes(4)


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a_250k.cu8", b"\0\0", IqFile),
        ("a_250k.cu8.gz", b"", IqFile),
        ("a_250k.DATA", b"\0\0", IqFile),
        ("a.wav", WAV, WavFile),
        ("a.bin", WAV, WavFile),
        ("a.jsonl", b"", RecordsFile),
        ("heard", b'{"schema": "medmon/1"}', RecordsFile),
    ],
)
def test_files_are_known_by_ending_or_by_content(
    name: str, content: bytes, kind: type, tmp_path: Path
) -> None:
    """The user need not say what a file is, where it says so itself."""
    path = tmp_path / name
    path.write_bytes(content)
    with open_source(str(path)) as source:
        assert type(source) is kind


def test_an_archive_is_known_by_its_content(tmp_path: Path) -> None:
    """A tar file of another name still is one; this one lacks its metadata, and that is said."""
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(257) + b"ustar" + bytes(762))
    with pytest.raises(InputError, match=r"SigMF|sigmf"):
        open_source(str(path))
    assert SigmfFile.magic == (257, b"ustar")


def test_a_format_in_front_wins_over_the_ending(tmp_path: Path, read_all: ReadAll) -> None:
    """rtl_433's way of naming a file whose ending is wrong."""
    path = tmp_path / "a_250k.cu8"
    path.write_bytes(bytes(8))
    items, error = read_all(f"cs16:{path}")
    assert error is None
    assert items[0].span.sample_count == 2
    assert items[0].span.source == str(path)


def test_a_format_flag_opens_any_file(tmp_path: Path, read_all: ReadAll) -> None:
    """A dump without a meaningful name."""
    path = tmp_path / "dump.bin"
    path.write_bytes(bytes(8))
    items, error = read_all(path, Facts(sample_format="cu8", rate_hz=1e6))
    assert error is None
    assert items[0].iq.shape == (1, 4)


def test_a_file_uri_is_a_path(tmp_path: Path, read_all: ReadAll) -> None:
    """With its percent signs undone."""
    path = tmp_path / "a b_250k.cu8"
    path.write_bytes(bytes(8))
    items, error = read_all(f"file://{tmp_path}/a%20b_250k.cu8")
    assert error is None
    assert items[0].span.source == str(path)


def test_a_minus_is_standard_input(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Also with a format in front."""
    path = tmp_path / "x"
    path.write_bytes(bytes(8))
    with path.open(encoding="utf-8") as stream:
        monkeypatch.setattr("sys.stdin", stream)
        source = open_source("cs16:-", facts=Facts(rate_hz=1e6))
        assert isinstance(source, Stdin)
        assert source.layout.sample_format.name == "cs16"


def test_a_scheme_names_its_plugin(monkeypatch: pytest.MonkeyPatch) -> None:
    """A foreign receiver is found by the name of its scheme and gets the whole URI."""
    asked: list[tuple[str, str]] = []
    built: list[tuple[object, ...]] = []

    def load(kind: str, name: str) -> Callable[..., str]:
        asked.append((kind, name))

        def build(*arguments: object) -> str:
            built.append(arguments)
            return "a source"

        return build

    monkeypatch.setattr(plugins, "load", load)
    facts = Facts(rate_hz=1e6)
    assert str(open_source("My_Radio://host:1234?x=1", facts=facts)) == "a source"
    assert asked == [("sources", "my-radio")]
    assert built == [("My_Radio://host:1234?x=1", facts, 65_536)]


def test_an_unknown_scheme_lists_what_there_is() -> None:
    """A slip of the pen in a scheme is not taken for a file."""
    with pytest.raises(PluginError, match=r"no source named 'rtl-tpc'; there are .*stdin"):
        open_source("rtl_tpc://localhost")


@pytest.mark.parametrize("name", ["none", "none.cu8", "none.wav", "none.sigmf", "none.jsonl"])
def test_a_missing_file_is_said_to_be_missing(name: str, tmp_path: Path) -> None:
    """Before anything about its ending."""
    with pytest.raises(InputError, match=f"{name}.*expected a file, found nothing"):
        open_source(str(tmp_path / name))


def test_an_unknown_file_lists_the_formats(tmp_path: Path) -> None:
    """And the way to name one."""
    path = tmp_path / "a.bin"
    path.write_bytes(bytes(8))
    with pytest.raises(InputError, match=r"cu8, cs8.*cu8:FILE"):
        open_source(str(path))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "sample_count"),
    [
        ("g001_433.92M_1000k_elektromaten.cs8", 1_236_159),
        ("g002_433.92M_1000k_esaver.cs8", 299_046),
        ("g003_868.3M_1000k_homematic.cs16", 117_396),
        ("g004_868.3M_1000k_enocean.cf32", 49_100),
        ("g005_868.3M_1000k_plug.cf32", 63_181),
    ],
)
def test_real_recordings_open_with_their_sample_counts(
    name: str, sample_count: int, read_all: ReadAll
) -> None:
    """Counts from the README beside the recordings; levels never exceed full scale by much."""
    path = CAPTURES / name
    if not path.exists():
        pytest.skip("the recordings do not stand beside this checkout")
    items, error = read_all(path)
    assert error is None
    assert sum(item.span.sample_count for item in items) == sample_count
    assert all(isinstance(item, Block) for item in items)
    assert {item.rate_hz for item in items} == {1e6}
    assert {item.freq_hz for item in items} == {433.92e6 if "433" in name else 868.3e6}
    assert max(float(np.abs(item.iq).max()) for item in items) < 2
