"""Scenes: levels, offsets, arrival times and noise are what they are stated to be."""

from __future__ import annotations

import io
import itertools
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medmon.records import Block, Gap
from signal_fixtures.channel import (
    CHUNK_SAMPLES,
    Echo,
    Emission,
    FrontEnd,
    Scene,
    block_stream,
    write_iq,
)
from signal_fixtures.fading import Fading
from signal_fixtures.waveform import ook

RATE_HZ = 1e6
ON = np.ones(400, np.uint8)


def decibel(power: float) -> float:
    return float(10 * np.log10(power))


def emission(time_s: float = 0.01, rssi_dbfs: float = -20.0, offset_hz: float = 0.0) -> Emission:
    return Emission(ON, ook(16_384), time_s, rssi_dbfs, offset_hz)


def test_a_burst_across_a_chunk_boundary_has_no_seam() -> None:
    """Chunks are rendered one by one; phase and amplitude must go on."""
    long = Emission(np.ones(1_500, np.uint8), ook(16_384), 0.02, -6.0, 12_345.0)
    iq = Scene(RATE_HZ, 2 * CHUNK_SAMPLES, [long]).samples(60_000, 12_000)
    steps = np.angle(iq[1:] * np.conj(iq[:-1])) * RATE_HZ / (2 * np.pi)
    assert np.abs(steps - 12_345.0).max() < 1.0


def test_noise_has_its_power_and_is_white() -> None:
    """Noise truth: the stated power, equally in I and Q and over the band."""
    iq = Scene(RATE_HZ, 300_000, front_end=FrontEnd(noise_dbfs=-37.0), seed=3).samples(0, 300_000)
    assert decibel(float(np.mean(np.abs(iq) ** 2))) == pytest.approx(-37.0, abs=0.05)
    assert np.var(iq.real) == pytest.approx(np.var(iq.imag), rel=0.02)
    spectrum = np.abs(np.fft.fft(iq[: 300 * 1_000].reshape(300, 1_000))) ** 2
    quarters = spectrum.mean(axis=0).reshape(4, 250).mean(axis=1)
    assert quarters / quarters.mean() == pytest.approx(np.ones(4), abs=0.02)


def test_seeds_and_chunks_have_noise_of_their_own() -> None:
    """Noise repeats only for the same seed and place."""
    scene = Scene(RATE_HZ, 2 * CHUNK_SAMPLES, front_end=FrontEnd(noise_dbfs=-30.0), seed=1)
    first, second = np.split(scene.samples(0, 2 * CHUNK_SAMPLES), 2)
    assert abs(np.vdot(first, second)) / (np.linalg.norm(first) * np.linalg.norm(second)) < 0.02
    assert np.array_equal(scene.samples(0, 100), first[:100])
    assert not np.array_equal(replace(scene, seed=2).samples(0, 100), first[:100])


@settings(max_examples=20, deadline=None)
@given(block_samples=st.integers(700, 150_000))
def test_samples_do_not_depend_on_how_the_stream_is_cut(block_samples: int) -> None:
    """Block independence: the recording is one, however it is read."""
    faded = replace(emission(0.06), fading=Fading(5.0), echoes=(Echo(2e-6, -6.0, 1.0),))
    scene = Scene(RATE_HZ, 150_000, [faded], FrontEnd(noise_dbfs=-40.0), seed=8)
    joined = np.concatenate([iq for _, iq in scene.blocks(block_samples)])
    assert np.array_equal(joined, scene.samples(0, 150_000))


@settings(max_examples=20, deadline=None)
@given(block_samples=st.integers(500, 70_000))
def test_gaps_leave_samples_out_and_nothing_else(block_samples: int) -> None:
    """Lost samples are missing, the others stay at their places."""
    gaps = ((0, 100), (40_000, 30_000), (99_000, 1_000))
    scene = Scene(RATE_HZ, 100_000, [emission()], FrontEnd(noise_dbfs=-40.0), gaps)
    whole = scene.samples(0, 100_000)
    heard = np.zeros(100_000, bool)
    for start, iq in scene.blocks(block_samples):
        assert iq.size <= block_samples
        assert np.array_equal(iq, whole[start : start + iq.size])
        heard[start : start + iq.size] = True
    assert np.nonzero(~heard)[0].tolist() == [
        *range(100), *range(40_000, 70_000), *range(99_000, 100_000),
    ]  # fmt: skip


def test_block_stream_covers_every_sample_once() -> None:
    """As records: Blocks and Gaps in order, each beginning where the last one ended."""
    gaps = ((0, 50), (65_536, 10), (80_000, 20_000))
    scene = Scene(RATE_HZ, 100_000, [emission()], gaps=gaps)
    items = list(block_stream(scene, "made", epoch_ns=7_000, freq_hz=916.5e6, block_samples=30_000))
    position = 0
    for item in items:
        assert item.span.sample_start == position
        assert item.time_ns == 7_000 + position * 1_000
        position += item.span.sample_count
    assert position == 100_000
    assert [item.samples_lost for item in items if isinstance(item, Gap)] == [50, 10, 20_000]
    block = next(item for item in items if isinstance(item, Block))
    assert block.iq.shape == (1, block.span.sample_count)
    assert not block.iq.flags.writeable
    assert block.freq_hz == 916.5e6


def test_gaps_out_of_order_or_place_are_refused() -> None:
    """A scene that contradicts itself is a mistake of its author."""
    for gaps in (((50, 10), (20, 5)), ((95, 10),), ((5, 0),)):
        with pytest.raises(ValueError, match="ordered gaps"):
            Scene(RATE_HZ, 100, gaps=gaps)


def test_asking_beyond_the_end_gives_what_there_is() -> None:
    """The last block is short, and after it there is nothing."""
    scene = Scene(RATE_HZ, 1_000, [emission(0.0)])
    assert scene.samples(900, 500).size == 100
    assert scene.samples(1_000, 5).size == 0


def test_overlapping_bursts_add_up() -> None:
    """A collision is a sum: two tones of 0.1 and 0.01 in the same samples."""
    scene = Scene(RATE_HZ, 30_000, [emission(offset_hz=1e5), emission(0.01, -40.0, -2e5)])
    spectrum = np.abs(np.fft.fft(scene.samples(12_000, 10_000))) / 10_000
    assert spectrum[1_000] == pytest.approx(0.1, rel=1e-3)
    assert spectrum[-2_000] == pytest.approx(0.01, rel=1e-3)


def test_a_written_recording_holds_every_sample_that_was_heard() -> None:
    """Size and content of the file: cs16 has four bytes a sample."""
    scene = Scene(RATE_HZ, 70_000, [emission()], gaps=((10, 90),))
    file = io.BytesIO()
    assert write_iq(scene, file, "cs16") == 69_910
    data = np.frombuffer(file.getvalue(), "<i2")
    assert data.size == 2 * 69_910
    assert data[2 * (20_000 - 90)] == round(0.1 * 32_768)


def test_memory_does_not_grow_with_the_length_of_a_scene() -> None:
    """Ten minutes at 2.048 MS/s are written chunk by chunk; here the same in small."""

    def peak_bytes(chunks: int) -> int:
        scene = Scene(RATE_HZ, chunks * CHUNK_SAMPLES, [], FrontEnd(noise_dbfs=-30.0))
        tracemalloc.start()
        for _ in itertools.islice(scene.blocks(), chunks):
            continue
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert peak_bytes(12) < 1.2 * peak_bytes(4)


def test_a_scene_delivers_what_its_receiver_makes_of_it() -> None:
    """The receiver's faults act on bursts and noise together: here it clips."""
    scene = Scene(RATE_HZ, 20_000, [emission(0.01, -6.0)], FrontEnd(dc=0.1j, clip_level=0.3))
    iq = scene.samples(0, 20_000)
    assert iq[0] == pytest.approx(0.1j)
    assert iq[15_000] == pytest.approx(0.3 + 0.1j)
