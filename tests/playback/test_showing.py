"""From what was found to boxes in a picture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from medmon.config import Config
from medmon.playback import Plan, Watch
from medmon.playback.inspection import Found, inspect
from medmon.playback.showing import box_of, picture_of
from medmon.records import Radio

if TYPE_CHECKING:
    from tests.conftest import Scene
else:
    Scene = Any

RADIO = Radio(
    freq_hz=916.5e6,
    cfo_hz=0.0,
    bandwidth_hz=20e3,
    rssi_dbfs=-20.0,
    snr_db=20.0,
    noise_dbfs=-40.0,
    duration_us=15_000.0,
    modulation="ook",
)


def test_a_box_is_the_burst() -> None:
    """Start, length and bandwidth become edges; a packet is named by what it says."""
    found = Found(1.5, 0, 1, RADIO, "medtronic", "ok", "554321", "bolus")
    box = box_of(found)
    assert (box.start_s, box.stop_s) == (1.5, 1.515)
    assert (box.low_hz, box.high_hz) == (916.49e6, 916.51e6)
    assert (box.label, box.colour) == ("medtronic bolus", "white")


def test_what_is_not_understood_has_another_colour() -> None:
    """A failed check is named by its family, an unknown burst by its modulation."""
    failed = box_of(Found(0.0, 0, 1, RADIO, "omnipod", "failed"))
    unknown = box_of(Found(0.0, 0, 1, replace(RADIO, modulation="fsk")))
    assert (failed.label, unknown.label) == ("omnipod", "fsk")
    assert len({failed.colour, unknown.colour, "white"}) == 3


def test_an_inspection_has_a_picture(scene: Scene) -> None:
    """Boxes make it another picture than the spectrogram alone."""
    found = inspect(str(scene.sigmf), Plan(Config(), duration_s=0.2), Watch())
    boxed = picture_of(found, title="scene")
    assert boxed.startswith(b"\x89PNG")
    found.bursts.clear()
    assert picture_of(found, title="scene") != boxed
