"""Insulin that flows through a sliding window."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.detect.flow import Flow, most_iu

HOUR = 3_600


def test_bolus_counts_for_one_window() -> None:
    """What was given exactly one window ago is outside, a second less is inside."""
    bolus = Flow(0, 0, 3.0)
    assert most_iu([bolus], 2 * HOUR, 2 * HOUR) == 0.0
    assert most_iu([bolus], 2 * HOUR - 1, 2 * HOUR) == 3.0


@pytest.mark.parametrize(
    ("flow", "most"),
    [
        (Flow(0, 12 * HOUR, 12.0), 2.0),
        (Flow(0, HOUR, 5.0), 5.0),
        (Flow(0, 4 * HOUR, 12.0), 6.0),
    ],
)
def test_rate_counts_with_what_fits_into_the_window(flow: Flow, most: float) -> None:
    """Two hours of a long slow rate are two hours, however long it goes on."""
    assert most_iu([flow], 0, 2 * HOUR) == pytest.approx(most)


def test_bolus_and_rate_meet_before_the_bolus_leaves() -> None:
    """3 IU at 0 h and 2 IU/h from 1 h on: at 2 h the two-hour window holds 3 + 2 IU, later 4."""
    assert most_iu([Flow(0, 0, 3.0), Flow(HOUR, 4 * HOUR, 6.0)], HOUR, 2 * HOUR) == 5.0


def test_cut_keeps_what_has_flowed() -> None:
    """A rate that is stopped after a quarter of its time has given a quarter."""
    assert Flow(0, 4 * HOUR, 8.0).cut(HOUR) == Flow(0, HOUR, 2.0)
    assert Flow(0, HOUR, 8.0).cut(2 * HOUR) == Flow(0, HOUR, 8.0)
    assert Flow(HOUR, 2 * HOUR, 8.0).cut(0) == Flow(HOUR, HOUR, 0.0)


def test_what_is_older_than_any_window_can_be_forgotten() -> None:
    """Of four hours at 2 IU/h the last one holds 2 IU."""
    assert Flow(0, 4 * HOUR, 8.0).since(3 * HOUR) == Flow(3 * HOUR, 4 * HOUR, 2.0)
    assert Flow(HOUR, 2 * HOUR, 8.0).since(0) == Flow(HOUR, 2 * HOUR, 8.0)
    assert Flow(0, HOUR, 8.0).since(2 * HOUR) == Flow(HOUR, HOUR, 0.0)


@given(
    flows=st.lists(
        st.builds(
            lambda begin, length, amount: Flow(begin, begin + length, float(amount)),
            st.integers(0, 300), st.integers(0, 300), st.integers(1, 50),
        ),
        max_size=8,
    ),
    window=st.integers(1, 200),
)  # fmt: skip
def test_no_window_holds_more(flows: list[Flow], window: int) -> None:
    """No limit is passed unseen: every window, second by second, holds at most what is said."""
    most = most_iu(flows, 300, window)
    held = [
        sum(flow.until_iu(end) - flow.until_iu(end - window) for flow in flows)
        for end in range(300, 300 + window + 1)
    ]
    assert max(held) <= most + 1e-6
    # A second between two looks can hide at most what flows in a second, or a bolus that leaves.
    assert most <= max(held) + sum(flow.iu_per_ns for flow in flows) + 1e-6
