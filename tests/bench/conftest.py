"""What tests of the bench share: results as somebody could have measured them."""

from __future__ import annotations

import pytest

from medmon.bench.results import Results

RUN = {
    "time": "2026-11-24T22:00:00Z",
    "effort": "full",
    "seed": 1,
    "medmon": "0.1.0",
    "python": "3.11.7",
    "numpy": "2.4.6",
    "processor": "a processor",
    "cores": 2,
    "load": 0.5,
    "peer": "22.11",
}


def _spread(median: float) -> dict[str, float]:
    return {"median": median, "low": median - 0.1, "high": median + 0.1}


def _cost(cpu_s: float, decoded: dict[str, int]) -> dict[str, object]:
    return {"cpu_s": _spread(cpu_s), "msamples_per_cpu_s": 122.88 / cpu_s, "decoded": decoded}


def _points(middle_db: float) -> list[dict[str, float]]:
    read = ((-2, 5), (-1, 20), (0, 50), (1, 80), (2, 95))
    return [{"ecn0_db": middle_db + step, "sent": 100, "read": count} for step, count in read]


def _crossing(db: float, over_db: float) -> dict[str, float]:
    return {"db": db, "low_db": db - 0.2, "high_db": db + 0.3, "over_bound_db": over_db}


@pytest.fixture(scope="session")
def results() -> Results:
    """Every part, with and without what can be missing."""
    curve = {"packet": "medtronic-71", "rate_hz": 1.024e6}
    waited = {"p50": 20.0, "p99": 30.0, "p999": 31.0}
    return Results.model_validate(
        {
            "schema": "medmon/1",
            "time": RUN["time"],
            "throughput": {
                "run": RUN,
                "rows": [
                    {
                        "band": "packets", "rate_hz": 2.048e6, "seconds": 60.0, "runs": 5,
                        "medmon": _cost(0.8, {"medtronic": 60, "omnipod": 60}),
                        "peer": _cost(1.6, {}), "ratio": _spread(0.5), "goal": 0.5,
                    },
                    {
                        "band": "noise", "rate_hz": 250e3, "seconds": 10.0, "runs": 1,
                        "medmon": _cost(0.4, {}), "peer": None, "ratio": None, "goal": None,
                    },
                ],
            },
            "sensitivity": {
                "run": RUN,
                "goal_db": 0.7,
                "bounds": [
                    {
                        "packet": "medtronic-71", "half_db": 11.12, "ninety_db": 12.28,
                        "points": [[9.0, 0.01], [11.12, 0.5], [14.0, 1.0]],
                    },
                    {
                        "packet": "dexcom-g4-21", "knows_phase": True, "half_db": 5.48,
                        "ninety_db": 7.27, "points": [[3.0, 0.01], [5.48, 0.5], [9.0, 1.0]],
                    },
                ],
                "curves": [
                    {
                        **curve, "receiver": "medmon", "options": "", "points": _points(11.4),
                        "half": _crossing(11.4, 0.28), "ninety": _crossing(12.7, 0.42),
                    },
                    {
                        **curve, "receiver": "rtl_433", "options": "-Y magest",
                        "points": _points(22.4), "half": _crossing(22.4, 11.28), "ninety": None,
                    },
                    {
                        "packet": "dexcom-g4-21", "rate_hz": 2.4e6, "receiver": "medmon",
                        "options": "", "points": _points(5.5), "half": _crossing(5.5, 0.02),
                        "ninety": _crossing(7.4, 0.13),
                    },
                ],
            },
            "silence": {
                "run": RUN, "rate_hz": 1.024e6, "seconds": 3600.0, "bursts": 7, "frames": 3,
                "believed": 0,
            },
            "latency": {
                "run": RUN,
                "rows": [
                    {
                        "event": "pod heading", "rate_hz": 1.024e6, "block_samples": 512,
                        "sent": 10, "seen": 9, "on_air": 8, "asked_on_air": True,
                        "waited_ms": waited, "computed_ms": waited, "total_ms": waited, "load": 0.2,
                    },
                    {
                        "event": "packet", "rate_hz": 1.024e6, "block_samples": 4096, "sent": 10,
                        "seen": 10, "waited_ms": waited, "computed_ms": waited,
                        "total_ms": waited, "load": 0.2,
                    },
                    {
                        "event": "pump judged", "rate_hz": 1.024e6, "block_samples": 4096,
                        "sent": 10, "seen": 0, "waited_ms": None, "computed_ms": None,
                        "total_ms": None, "load": 0.2,
                    },
                ],
            },
            "collisions": {
                "run": {**RUN, "peer": None},
                "rows": [
                    {
                        "case": "same channel", "strong": "pump", "weak": "pod",
                        "rate_hz": 1.024e6, "apart_hz": 0.0, "ratio_db": 3.0, "clear_db": 5.6,
                        "sent": 45, "weak_read": 20, "strong_read": 40, "both_read": 18,
                        "silent": 2, "met": 43,
                    },
                ],
            },
            "arrays": {
                "run": {**RUN, "peer": None},
                "rate_hz": 250e3,
                "goal": 2.0,
                "rows": [
                    {
                        "device": "pump", "feature": "tdoa_ns", "antennas": "pair",
                        "snr_db": 10.0, "bursts": 50, "measured": 50, "rms": 1008.0,
                        "bound": 720.0, "ratio": 1.4, "ratio_whole_band": 2.7,
                        "normalised": 1.17,
                    },
                    {
                        "device": "pod", "feature": "aoa_deg", "antennas": "line",
                        "snr_db": 30.0, "bursts": 50, "measured": 0, "rms": None,
                        "bound": 0.0047, "ratio": None, "ratio_whole_band": None,
                        "normalised": None,
                    },
                ],
            },
            "memory": {
                "run": {**RUN, "peer": None},
                "rate_hz": 250e3,
                "rows": [
                    {"program": "medmon", "seconds": 10.0, "peak_rss_mib": 90.2},
                    {"program": "rtl_433", "seconds": 10.0, "peak_rss_mib": None},
                    {"program": "medmon", "seconds": 600.0, "peak_rss_mib": 90.6},
                ],
                "growth_mib": 0.4,
            },
        }
    )  # fmt: skip
