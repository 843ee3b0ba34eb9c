"""Numbers of a scenario: what no packet and no waveform can hold is refused at its key path."""

from __future__ import annotations

from itertools import islice

import pytest

from signal_fixtures.bed import ScenarioError
from signal_fixtures.ranges import table_mistakes
from signal_fixtures.render import Recording
from signal_fixtures.story import scenario_from_text

BED = """
name = "mine"
duration = {duration}
[patient]
max_daily_iu = {daily}
[band]
freq_hz = 433.92e6
rate_hz = {rate}
noise_dbfs = {noise}
[[device]]
name = "pod"
kind = "pod"
id = "1f00ee84"
rise_us = {rise}
rssi_dbfs = {rssi}
cfo_hz = {cfo}
clock_ppm = {ppm}
[[device]]
name = "pdm"
kind = "pdm"
[[device]]
name = "weather"
kind = "foreign"
rise_us = {rise}
clock_ppm = {ppm}
[[at]]
time = {time}
act = "pod-temp-basal"
device = "pod"
rate_iu_per_h = {basal}
duration_s = {basal_s}
[[at]]
time = {time}
act = "pod-bolus"
device = "pod"
units_iu = {dose}
[[at]]
time = {time}
act = "fsk-sensor"
device = "weather"
symbol_rate_hz = {chips}
[[every]]
period = {period}
jitter_s = {jitter}
first = 1
act = "pod-status"
device = "pod"
"""
USUAL = {
    "duration": 20, "daily": 40, "rate": 512e3, "noise": -50, "rise": 4, "rssi": -30, "cfo": 0,
    "ppm": 0, "time": 0.5, "basal": 1.0, "basal_s": 1800, "dose": 2.0, "period": 9, "jitter": 1,
    "chips": 17_241.0,
}  # fmt: skip
HUGE = "1" + "0" * 400
PLACES = {
    "duration": "duration", "daily": "patient.max_daily_iu", "rate": "band.rate_hz",
    "noise": "band.noise_dbfs", "rise": "device.0.rise_us", "rssi": "device.0.rssi_dbfs",
    "cfo": "device.0.cfo_hz", "ppm": "device.0.clock_ppm", "time": "at.0.time",
    "basal": "at.0.rate_iu_per_h", "basal_s": "at.0.duration_s", "dose": "at.1.units_iu",
    "chips": "at.2.symbol_rate_hz", "period": "every.0.period", "jitter": "every.0.jitter_s",
}  # fmt: skip


def _bed(**changed: object) -> str:
    return BED.format(**{**USUAL, **changed})


def _mistakes(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        scenario_from_text(text)
    return list(caught.value.mistakes)


@pytest.mark.parametrize("key", PLACES)
@pytest.mark.parametrize("value", ["inf", "-inf", "nan", HUGE, f"-{HUGE}", "0x" + "f" * 9_000])
def test_no_number_breaks_the_reader(key: str, value: str) -> None:
    """Infinite, not a number, or wider than TOML allows: a mistake with its key path."""
    assert any(line.startswith(f"{PLACES[key]}: ") for line in _mistakes(_bed(**{key: value})))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("duration", 1e12), ("duration", '"99999999d"'), ("rate", 0), ("rate", -1), ("noise", 1e9),
        ("rise", -1), ("rise", 15), ("rssi", 1e300), ("rssi", -5e3), ("cfo", 1e18),
        ("ppm", -1e6), ("basal", 1e3), ("basal", -0.05), ("basal_s", 0), ("basal_s", 1801),
        ("basal_s", 90_000), ("dose", 1e6), ("dose", -1), ("chips", 0), ("chips", 1e6),
        ("period", 1e-12), ("period", 1e300), ("period", "[5.0, 1e-10]"), ("period", "[]"),
        ("jitter", 1e300), ("time", 1e300),
    ],
)  # fmt: skip
def test_what_no_device_does_is_refused(key: str, value: object) -> None:
    """Each of these would fail in the middle of the recording, or never let it end."""
    path = PLACES[key] if (key, value) != ("duration", 1e12) else "duration_s"
    found = _mistakes(_bed(**{key: value}))
    assert any(line.startswith((f"{path}: ", f"{path}_s: ")) for line in found), found


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"rise": 14, "ppm": 10_000, "chips": 40_625.0},
        {"rise": 0, "ppm": -10_000, "chips": 100.0},
        {"basal": 30.0, "basal_s": 86_400, "dose": 50.0},
        {"basal": 0.0, "dose": 0.0},
        {"rssi": 20, "noise": 20, "cfo": 100e3},
        {"rssi": -200, "noise": -200, "rate": 1_000},
    ],
)
def test_the_ends_of_the_ranges_make_a_recording(changed: dict[str, object]) -> None:
    """What is allowed can be told and rendered to its end."""
    recording = Recording(scenario_from_text(_bed(**changed)), seed=3)
    assert list(islice(recording.scenario.emissions(3), 1))
    assert sum(chunk.size for chunk in islice(recording.chunks(), 40)) > 0


def test_nesting_has_an_end() -> None:
    """Brackets that the parser gives up on, and dotted keys, which it does not."""
    assert _mistakes("a = " + "[" * 100_000) == ["not TOML: nested too deeply"]
    (line,) = _mistakes(".".join("a" * 3_000) + " = 1")
    assert line.endswith(": nested deeper than 16 levels")


def test_numbers_of_many_digits_are_no_toml() -> None:
    """Python refuses to read decimal numbers of more than 4,300 digits."""
    (line,) = _mistakes("duration = " + "9" * 5_000)
    assert line.startswith("not TOML: ")


def test_sixty_four_bits_are_enough() -> None:
    """The widest numbers that TOML promises, and the first beyond; true is no number."""
    assert list(table_mistakes({"a": (1 << 63) - 1, "b": [-(1 << 63)], "c": True})) == []
    expected = "expected a whole number of at most 64 bits"
    assert list(table_mistakes({"a": [{"b": 1 << 63}]})) == [f"a.0.b: {expected}"]
