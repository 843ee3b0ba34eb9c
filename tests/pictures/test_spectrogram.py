"""The picture: a readable PNG, the right colours in the right places, no surprises from labels."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread

from medmon.pictures import Box, draw_spectrogram, spectrogram_png
from medmon.pictures.spectrogram import levels
from medmon.records import FloatArray


def _quiet(rows: int = 40, bins: int = 64) -> FloatArray:
    return np.full((rows, bins), -80.0, dtype=np.float32)


def _drawn(power: FloatArray, *boxes: Box) -> tuple[bytes, FloatArray]:
    png = spectrogram_png(
        power, seconds=2.0, freq_hz=916.5e6, rate_hz=256e3, title="t", boxes=boxes
    )
    return png, np.asarray(imread(BytesIO(png)), dtype=np.float32)


def test_a_loud_cell_is_drawn_where_it_is() -> None:
    """Early and high stands at the upper left: time to the right, frequency upwards."""
    power = _quiet()
    power[4:8, 48:56] = -20.0
    _, loud = _drawn(power)
    plain = power.copy()
    plain[4:8, 48:56] = -80.0
    plain[0, 0] = -20.0
    _, other = _drawn(plain)
    places = np.argwhere(np.abs(loud - other).sum(axis=2) > 0.5)
    # The cell is in the first fifth of the time and the upper quarter of the band.
    rows, columns = np.median(places, axis=0)
    assert rows < loud.shape[0] / 2
    assert columns < loud.shape[1] / 2


def test_a_box_changes_the_picture_and_the_same_input_gives_the_same_bytes() -> None:
    """Pictures go into reports that are compared."""
    plain, _ = _drawn(_quiet())
    again, _ = _drawn(_quiet())
    boxed, _ = _drawn(_quiet(), Box(0.5, 0.7, 916.45e6, 916.55e6, "medtronic bolus"))
    assert plain == again
    assert plain != boxed


@pytest.mark.parametrize("label", ["$x^", "\x1b[31m", "\N{SNOWMAN}", ""])
def test_labels_are_plain_text(label: str) -> None:
    """No label can break the drawing: a dollar sign is no formula, a rare letter no warning."""
    png, _ = _drawn(_quiet(), Box(0.5, 0.7, 916.45e6, 916.55e6, label, "#ff4040"))
    assert png.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "power",
    [
        np.empty((0, 64), dtype=np.float32),
        np.full((3, 64), np.nan, dtype=np.float32),
        _quiet(1, 1),
    ],
)
def test_recordings_without_content_have_a_picture(power: FloatArray) -> None:
    """Nothing, only gaps, only silence: a picture all the same."""
    assert spectrogram_png(power, seconds=0.0, freq_hz=0.0, rate_hz=1e6)[:4] == b"\x89PNG"


def test_levels_follow_the_noise_and_the_loudest() -> None:
    """Noise at -80 is dark, the loudest bright; a flat picture keeps a range, a huge one is cut."""
    power = _quiet()
    assert levels(power) == (-86.0, -80.0)
    power[0, 0] = -30.0
    assert levels(power) == (-83.0, -30.0)
    power[0, 0] = 20.0
    assert levels(power) == (-50.0, 20.0)


def test_it_can_share_a_figure() -> None:
    """The demo draws it above a timeline: same seconds, frequencies in MHz, no global figure."""
    axes = Figure().add_subplot()
    draw_spectrogram(axes, np.zeros((4, 8), np.float32), seconds=2.0, freq_hz=916.5e6, rate_hz=1e6)
    assert axes.get_xlim() == (0.0, 2.0)
    assert axes.get_ylim() == pytest.approx((916.0, 917.0))


def test_no_box_is_left_out() -> None:
    """The last packet of a long recording is as important as the first: all outlines are there."""
    axes = Figure().add_subplot()
    boxes = [Box(n, n + 0.1, 1e5 * (n % 7), 1e5 * (n % 7) + 1e4, f"b{n}") for n in range(900)]
    power = np.zeros((4, 8), np.float32)
    draw_spectrogram(axes, power, seconds=900.0, freq_hz=0.0, rate_hz=2e6, boxes=boxes)
    (outlines,) = axes.collections
    assert len(outlines.get_paths()) == 900
