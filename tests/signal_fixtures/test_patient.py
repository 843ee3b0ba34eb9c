"""The virtual patient: moves like a sensor's readings and is a pure function of time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from signal_fixtures.patient import Patient

MONDAY_NS = 1_795_392_000 * 10**9


@given(seed=st.integers(0, 2**32), second=st.integers(0, 10 * 86_400))
def test_glucose_stays_in_the_range_a_sensor_reports(seed: int, second: int) -> None:
    """A reading outside 40 to 400 mg/dL would itself look like an attack."""
    assert 40 <= Patient(seed).glucose_mg_dl(MONDAY_NS + second * 10**9) <= 400


@given(seed=st.integers(0, 1000), step=st.integers(0, 3 * 288))
def test_glucose_never_jumps(seed: int, step: int) -> None:
    """Ordinary traffic must not look like forged readings, also not at midnight."""
    patient = Patient(seed)
    at_ns = MONDAY_NS + step * 300 * 10**9
    change = patient.glucose_mg_dl(at_ns + 300 * 10**9) - patient.glucose_mg_dl(at_ns)
    assert abs(change) < 45


def test_meals_show_and_differ_between_patients() -> None:
    """A flat line would make every detector look good."""
    noon = [Patient(seed).glucose_mg_dl(MONDAY_NS + 14 * 3600 * 10**9) for seed in range(8)]
    night = [Patient(seed).glucose_mg_dl(MONDAY_NS + 5 * 3600 * 10**9) for seed in range(8)]
    assert sum(noon) / 8 > sum(night) / 8 + 20
    assert len({round(level, 3) for level in noon}) == 8
