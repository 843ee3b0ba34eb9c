"""Narrow signals know where they stand in the stream."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.phy.baseband import Baseband
from medmon.phy.tuner import Tuner


@given(index=st.floats(0, 1e6), first=st.floats(0, 1e12), step=st.floats(0.1, 100))
def test_places_are_a_straight_line(index: float, first: float, step: float) -> None:
    """An output index is an input sample, fractions and all, without rounding to either."""
    band = Baseband(np.zeros(0, np.complex64), 1e5, 0.0, first, step, 1e5)
    assert band.sample_at(index) == pytest.approx(first + step * index, rel=1e-12)


def test_a_click_is_found_where_it_was() -> None:
    """By hand: one loud sample in the stream shows at its place in a signal of an eighth."""
    iq = np.zeros(8_192, np.complex64)
    iq[4_000] = 1.0
    band = Tuner(iq, 10_000, 1e6).tune(0.0, half_width_hz=40e3, rate_hz=125e3)
    top = int(np.abs(band.iq).argmax())
    assert band.sample_at(top) == pytest.approx(14_000, abs=8)
