"""Stretches hold what they say: levels, carriers, instants, and a name that tells the rate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from medmon.bench.kind import Kind
from medmon.bench.packets import KINDS
from medmon.bench.stretches import carrier_hz, stretch
from medmon.capture.facts import facts_from_name

RATE_HZ = 250e3


def test_the_level_is_energy_of_a_chip_over_noise_in_one_hertz(tmp_path: Path) -> None:
    """Measured in the bytes: the power of a pod's packet, and of the noise before it."""
    made = stretch([KINDS["omnipod-37"]], RATE_HZ, 20.0, 1, seed=3)
    codes = np.frombuffer(made.write(tmp_path).read_bytes(), dtype=np.uint8).astype(np.float64)
    iq = (codes[::2] - 127.5) / 127.5 + 1j * (codes[1::2] - 127.5) / 127.5
    one = made.sent[0].emission
    first, last = (round(time_s * RATE_HZ) for time_s in (one.time_s, one.stop_s))
    before, during = iq[: first - 100], iq[first + 100 : last - 100]
    noise = np.var(before)
    signal = np.mean(np.abs(during - before.mean()) ** 2) - noise
    chip_s = 1 / one.keying.symbol_rate_hz
    assert 10 * np.log10(signal * chip_s / (noise / RATE_HZ)) == pytest.approx(20.0, abs=0.3)
    assert np.sqrt(noise / 2) * 127.5 == pytest.approx(8.0, rel=0.03)  # Q has 0.3 dB more gain


def test_the_name_of_the_file_tells_the_rate_and_nothing_else(tmp_path: Path) -> None:
    """rtl_433 takes a file with "ook" or "fsk" in its name for pulses."""
    path = stretch([KINDS["medtronic-7"]], RATE_HZ, 10.0, 1, seed=1).write(tmp_path)
    facts = facts_from_name(path.name)
    assert (facts.rate_hz, facts.freq_hz) == (RATE_HZ, 433.92e6)
    assert not {"ook", "fsk"} & set(path.stem.split("_"))


@pytest.mark.parametrize(
    ("kind", "rate_hz"),
    [(kind, rate_hz) for kind in KINDS.values() for rate_hz in kind.rates_hz],
    ids=lambda value: value.name if isinstance(value, Kind) else f"{value:g}",
)
def test_carriers_fill_the_middle_of_the_band_and_no_more(kind: Kind, rate_hz: float) -> None:
    """A packet beyond the edge would fold over, which no receiver of that rate can help."""
    generator = np.random.default_rng(4)
    drawn_hz = [carrier_hz(kind, rate_hz, generator) for _ in range(2_000)]
    limit_hz = min(0.4 * rate_hz, (rate_hz - kind.width_hz) / 2)
    assert max(map(abs, drawn_hz)) <= limit_hz
    assert max(drawn_hz) > 0.8 * limit_hz
    assert min(drawn_hz) < -0.8 * limit_hz


def test_a_bit_arrives_where_the_packet_puts_it() -> None:
    """A pump's first bit stands behind 16 bytes of preamble and 4 of sync word."""
    one = stretch([KINDS["medtronic-7"]], RATE_HZ, 10.0, 1, seed=5).sent[0]
    chip_s = 1 / one.emission.keying.symbol_rate_hz
    assert one.arrived_s(0) - one.emission.time_s == pytest.approx(20 * 8 * chip_s)
    assert one.arrived_s(56) - one.arrived_s(0) == pytest.approx(14 * 6 * chip_s)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """A figure that cannot be repeated cannot be questioned."""
    texts = [
        stretch([KINDS["medtronic-7"]], RATE_HZ, 10.0, 2, seed=6).write(tmp_path).read_bytes()
        for _ in range(2)
    ]
    assert texts[0] == texts[1]
