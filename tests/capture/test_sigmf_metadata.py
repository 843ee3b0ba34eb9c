"""Metadata may come from anybody: what is used is checked, and nothing ends in a traceback."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.capture import sigmf_metadata
from medmon.capture.facts import Facts
from medmon.capture.sigmf_metadata import Segment, recording_from_text
from medmon.errors import InputError

GLOBAL = {"core:datatype": "cu8", "core:sample_rate": 250000, "core:version": "1.2.6"}


def text(*captures: object, **more: Any) -> bytes:
    head = {**GLOBAL, **{key.replace("core_", "core:"): value for key, value in more.items()}}
    return json.dumps({"global": head, "captures": captures, "annotations": []}).encode()


def fault(data: bytes) -> str:
    with pytest.raises(InputError) as caught:
        recording_from_text(data, file="x.sigmf-meta")
    assert str(caught.value).startswith("x.sigmf-meta: ")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_facts_and_segments_are_read() -> None:
    """Two segments with everything that medmon uses."""
    recording = recording_from_text(
        text(
            {
                "core:sample_start": 0,
                "core:frequency": 916.5e6,
                "core:datetime": "2026-11-23T11:15:03.000001234Z",
                "core:global_index": 50,
                "core:header_bytes": 44,
            },
            {"core:sample_start": 10, "core:global_index": 90, "medmon:gap_reason": "overrun"},
            core_num_channels=2,
            core_trailing_bytes=7,
            core_dataset="x.wav",
        ),
        file="x",
    )
    assert recording.facts == Facts(916.5e6, 250e3, None, "cu8", 2)
    first = Segment(0, 44, 916.5e6, 1_795_432_503_000_001_234, 50)
    assert recording.segments == (first, Segment(10, global_index=90, reason="overrun"))
    assert (recording.trailing_bytes, recording.dataset) == (7, "x.wav")


def test_without_captures_the_samples_are_one_segment() -> None:
    """The specification lets the list be empty."""
    assert recording_from_text(text(), file="x").segments == (Segment(0),)


def test_samples_before_the_first_capture_are_not_dropped() -> None:
    """They belong to nobody, but they are samples."""
    segments = recording_from_text(text({"core:sample_start": 5}), file="x").segments
    assert [segment.sample_start for segment in segments] == [0, 5]


def test_the_offset_of_a_split_recording_is_taken_off() -> None:
    """Indices of a later part count from the first part; the file begins at its own zero."""
    recording = recording_from_text(text({"core:sample_start": 100}, core_offset=100), file="x")
    assert recording.segments == (Segment(0),)


@pytest.mark.parametrize(
    ("datatype", "name"),
    [("cu8", "cu8"), ("ci8", "cs8"), ("ci16_le", "cs16"), ("ci16_be", "cs16_be"),
     ("cf32_le", "cf32"), ("cf32_be", "cf32_be"), ("ci32_le", "cs32"), ("cf64_le", "cf64"),
     ("cu16_be", "cu16_be"), ("ci16", "cs16")],
)  # fmt: skip
def test_datatypes(datatype: str, name: str) -> None:
    """The datatypes that recorders write, and one without its byte order."""
    assert recording_from_text(text(core_datatype=datatype), file="x").facts.sample_format == name


@pytest.mark.parametrize("datatype", ["rf32_le", "ru8", "cf16_le", "cu8 ", "cu8_xx", "", 8, None])
def test_other_datatypes_are_refused(datatype: object) -> None:
    """Real samples have no phase, and the schema's pattern lets "cu8_xx" pass."""
    assert "global.core:datatype" in fault(text(core_datatype=datatype))


@pytest.mark.parametrize(
    "rate", ["1e999", "-1e999", "0", "-250000", "1e-300", "1e13", '"250k"', "true", "9" * 400]
)
def test_impossible_rates(rate: str) -> None:
    """Each of these passes some library's check, and makes times wrong or the program stop."""
    data = text().replace(b"250000", rate.encode())
    assert "global.core:sample_rate" in fault(data)


@pytest.mark.parametrize(
    "name",
    ["../secret.bin", "/etc/shadow", "a/b", "a\\b", "..", ".", "", "C:x", "C:\\x", "a\0b",
     "a\nb", "a\u202eb", "\ud800", "sub/../x"],
)  # fmt: skip
def test_a_dataset_must_not_leave_the_folder(name: str) -> None:
    """A recording sent by somebody must not read other files of this machine."""
    assert "the name of a file" in fault(text(core_dataset=name))


@pytest.mark.parametrize(
    ("capture", "words"),
    [
        ({}, "captures[0].core:sample_start"),
        (5, "captures[0]"),
        ({"core:sample_start": -1}, "an integer from 0"),
        ({"core:sample_start": 2**63}, "an integer from 0"),
        ({"core:sample_start": 1.5}, "an integer"),
        ({"core:sample_start": True}, "an integer"),
        ({"core:sample_start": 0, "core:global_index": -1}, "core:global_index"),
        ({"core:sample_start": 0, "core:header_bytes": 10**19}, "core:header_bytes"),
        ({"core:sample_start": 0, "core:frequency": 1e13}, "core:frequency"),
        ({"core:sample_start": 0, "core:frequency": "916M"}, "core:frequency"),
        ({"core:sample_start": 0, "core:datetime": "yesterday"}, "an ISO 8601 time"),
        ({"core:sample_start": 0, "core:datetime": "3000-01-01T00:00:00Z"}, "1678 and 2262"),
        ({"core:sample_start": 0, "core:datetime": "0001-01-01T00:00:00+23:59"}, "core:datetime"),
    ],
)
def test_impossible_captures(capture: object, words: str) -> None:
    """Each message names the capture and the key."""
    assert words in fault(text(capture))


def test_captures_out_of_order() -> None:
    """Samples cannot be given to segments that run backwards."""
    rows = ({"core:sample_start": 0}, {"core:sample_start": 9}, {"core:sample_start": 8})
    assert "captures[2]" in fault(text(*rows))


def test_a_capture_before_the_offset() -> None:
    """It would lie before the file."""
    assert "at least core:offset 9" in fault(text({"core:sample_start": 8}, core_offset=9))


def test_metadata_only_has_no_samples() -> None:
    """Said at once, instead of missing a file."""
    assert "has no samples" in fault(text(core_metadata_only=True))


@pytest.mark.parametrize("reason", [5, "", "a\x1b[2Jb", "x" * 201])
def test_a_gap_reason_that_is_no_plain_text_is_ignored(reason: object) -> None:
    """It is shown on a terminal later."""
    row = {"core:sample_start": 0, "medmon:gap_reason": reason}
    (segment,) = recording_from_text(text(row), file="x").segments
    assert segment.reason == Segment(0).reason


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "found the end"),
        (text()[:-20], "byte "),
        (b'{"global": {,}}', "byte 12"),
        (b'{"global": NaN}', "NaN, which is not JSON"),
        (b'{"global": {}, "global": {}}', "'global' twice"),
        (b"[" * 100_000, "plain JSON"),
        (b'{"global": ' + b"9" * 5000 + b"}", "plain JSON"),
        (b"[]", "a JSON object, found list"),
        (b"{}", "a value in global"),
        (b'{"global": 5}', "an object in global"),
        (b'{"a": "\xff"}', "byte 7: expected JSON in UTF-8"),
    ],
)
def test_text_that_is_not_metadata(data: bytes, words: str) -> None:
    """Truncated, mistyped and hostile texts."""
    with pytest.raises(InputError) as caught:
        recording_from_text(data, file="x")
    assert words in str(caught.value)


def test_a_byte_order_mark_is_no_mistake() -> None:
    """Windows editors write one."""
    assert recording_from_text(b"\xef\xbb\xbf" + text(), file="x").facts.rate_hz == 250e3


def test_metadata_that_is_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gigabytes of JSON would fill the memory."""
    monkeypatch.setattr(sigmf_metadata, "MAX_METADATA_BYTES", 50)
    assert "at most 50 bytes" in fault(text())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
KEYS = (
    "core:datatype", "core:sample_rate", "core:num_channels", "core:offset", "core:dataset",
    "core:trailing_bytes", "core:metadata_only", "core:sample_start", "core:global_index",
    "core:header_bytes", "core:frequency", "core:datetime", "medmon:gap_reason",
)  # fmt: skip
TABLES = st.dictionaries(st.sampled_from(KEYS), JSON | st.just(0) | st.just("2026-11-23"))


@given(TABLES, st.lists(TABLES | JSON, max_size=3) | JSON)
def test_any_metadata_is_read_or_refused(head: dict[str, Any], captures: object) -> None:
    """Whatever stands in the fields, the answer is a recording or one line about the field."""
    data = json.dumps({"global": {**GLOBAL, **head}, "captures": captures}).encode()
    try:
        recording = recording_from_text(data, file="x")
    except InputError:
        return
    starts = [segment.sample_start for segment in recording.segments]
    assert starts[0] == 0
    assert starts == sorted(starts)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_refused(data: bytes) -> None:
    """Random bytes are never metadata, and never a traceback."""
    with pytest.raises(InputError):
        recording_from_text(data, file="x")
