"""What is in a recording: noise, bounds, and what a single packet says."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from medmon.config import Config
from medmon.errors import InputError
from medmon.pictures import PowerRows
from medmon.playback import Plan, Watch, inspection
from medmon.playback.inspection import inspect, noise_from_rows
from medmon.records import Block, Burst, Frame, Message, Modem, Packet, Radio, Rejection, Span

if TYPE_CHECKING:
    from tests.conftest import Scene
else:
    Scene = Any


@pytest.mark.parametrize("busy", [0.0, 0.7])
def test_noise_is_found_beside_traffic(busy: float) -> None:
    """Noise of -40 dBFS is -40 dBFS, also when somebody talks for most of the time."""
    rng = np.random.default_rng(5)
    count = 64 * 400
    iq = np.sqrt(1e-4 / 2) * (rng.standard_normal(count) + 1j * rng.standard_normal(count))
    iq[: int(busy * count)] += 0.3 * np.sign(rng.standard_normal(int(busy * count)))
    rows = PowerRows(256e3)
    rows.feed(Block(Span("t", 0, count), 0, 256e3, 0.0, iq.astype(np.complex64)[None, :]))
    assert noise_from_rows(rows.power_dbfs()) == pytest.approx(-40.0, abs=0.4)


def test_nothing_has_no_noise() -> None:
    """Neither rows nor holes are levels."""
    assert noise_from_rows(np.empty((0, 64), dtype=np.float32)) is None
    assert noise_from_rows(np.full((3, 64), np.nan, dtype=np.float32)) is None


def test_bursts_beyond_the_bound_are_counted(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """A jammed week does not fill the memory."""
    whole = inspect(str(scene.sigmf), Plan(Config()), Watch())
    monkeypatch.setattr(inspection, "BURSTS_MAX", 3)
    found = inspect(str(scene.sigmf), Plan(Config()), Watch())
    assert found.burst_count == whole.burst_count > 3
    assert found.bursts == whole.bursts[:3]


def test_a_damaged_packet_names_its_family(scene: Scene, tmp_path: Path) -> None:
    """Sync word and line code are right, the check is not: whose it is can be said, not what.

    Erasing 3 ms in the middle of the first packet (50 to 90 ms) damages its body.
    """
    data = bytearray(scene.raw.read_bytes())
    damage = slice(2 * round(0.070 * 128e3), 2 * round(0.073 * 128e3))
    data[damage] = bytes([127, 128]) * ((damage.stop - damage.start) // 2)
    path = tmp_path / "g001_916.5M_128k.cu8"
    path.write_bytes(data)
    found = inspect(str(path), Plan(Config(), duration_s=0.12), Watch())
    first = found.bursts[0]
    assert first.command is None
    assert first.integrity != "ok"


class _Family:
    """A decoder that answers as it was told."""

    name = "toy"
    modems: tuple[Modem, ...] = ()
    repeat_window_ns = join_window_ns = 0
    id_pattern, id_example = "[0-9]", "1"
    open_fields: frozenset[str] = frozenset()

    def __init__(self, answer: Packet | Rejection, meaning: Message | Rejection | None) -> None:
        self.answer, self.meaning = answer, meaning

    def packet(self, frame: Frame) -> Packet | Rejection:
        del frame
        return self.answer

    def message(self, packets: Sequence[Packet]) -> Message | Rejection | None:
        del packets
        return self.meaning


@pytest.mark.parametrize(
    ("answer", "meaning", "said"),
    [
        (Packet("toy", b"x", "1"), Message("1", "bolus"), ("toy", "ok", "1", "bolus")),
        (Packet("toy", b"x", "1", "first"), None, ("toy", "ok", None, None)),
        (Packet("toy", b"x", "1"), Rejection("toy", "sanity"), ("toy", "ok", None, None)),
        (Rejection("toy", "check"), None, ("toy", "failed", None, None)),
        (Rejection("toy", "length"), None, (None, "none", None, None)),
    ],
)
def test_a_burst_is_named_by_its_packet(
    answer: Packet | Rejection,
    meaning: Message | Rejection | None,
    said: tuple[str | None, str, str | None, str | None],
) -> None:
    """A good packet by its family, also when one packet is not enough to tell the meaning."""
    radio = Radio(1e6, 0.0, 1e4, -20.0, 20.0, -40.0, 1e3)
    burst = Burst(Span("t", 0, 1), 0, radio, (Frame("m", b"", 0),))
    assert inspection._said(burst, {"m": _Family(answer, meaning)}) == said


def test_a_fault_before_the_first_sample_is_raised(tmp_path: Path) -> None:
    """There is nothing to describe."""
    path = tmp_path / "g001_916.5M_128k.cu8"
    path.write_bytes(b"\x80")
    with pytest.raises(InputError, match="byte 0: expected whole samples"):
        inspect(str(path), Plan(Config()), Watch())
