"""Times of samples are exact, however long the recording."""

from __future__ import annotations

from decimal import Decimal, localcontext

from hypothesis import given
from hypothesis import strategies as st

from medmon.capture.timeline import Timeline

RATES = st.one_of(st.integers(1, 10**9).map(float), st.floats(1.0, 1e12), st.just(2_400_000 / 7))


def test_a_year_at_an_awkward_rate_does_not_drift() -> None:
    """After a year at 3 samples a second the time is right to the nanosecond, by hand."""
    year = 365 * 86_400
    line = Timeline(start_ns=5, rate_hz=3.0)
    assert line.time_ns(3 * year) == 5 + year * 10**9
    assert line.time_ns(3 * year + 1) == 5 + year * 10**9 + 333_333_333


@given(st.integers(0, 10**14), RATES, st.integers(-(10**18), 10**18))
def test_time_is_start_plus_index_over_rate_rounded_down(
    index: int, rate_hz: float, start_ns: int
) -> None:
    """Decimal arithmetic with many digits agrees."""
    with localcontext() as context:
        context.prec = 120
        exact = Decimal(start_ns) + Decimal(index) * 10**9 / Decimal(rate_hz)
        assert 0 <= exact - Timeline(start_ns=start_ns, rate_hz=rate_hz).time_ns(index) < 1


@given(st.integers(0, 10**12), RATES.filter(lambda rate: rate < 1e9))
def test_the_index_at_a_samples_time_is_that_sample(index: int, rate_hz: float) -> None:
    """A time stamp written by a recorder leads back to the sample it was written for."""
    line = Timeline(start_ns=77, rate_hz=rate_hz)
    assert line.index_at(line.time_ns(index)) == index


@given(st.integers(-(10**15), 10**15), RATES)
def test_the_index_at_a_time_is_the_last_sample_not_after_it(time_ns: int, rate_hz: float) -> None:
    """Between two samples the earlier one is meant."""
    line = Timeline(start_ns=0, rate_hz=rate_hz)
    index = line.index_at(time_ns)
    assert line.time_ns(index) <= time_ns < line.time_ns(index + 1)
