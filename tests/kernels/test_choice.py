"""With the compiled loops and without them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from medmon.kernels import IS_COMPILED, FilterBank, Rows
from medmon.kernels.choice import compiled

compiled_only = pytest.mark.skipif(
    not IS_COMPILED, reason="nothing was compiled: no C compiler at installation"
)


def test_without_a_compiler_the_same_is_heard() -> None:
    """A packet of a pump is read by numpy alone: nobody needs a compiler to be safe."""
    code = (
        "import sys; sys.modules['medmon.kernels.compiled'] = None\n"
        "from medmon import kernels, plugins; from medmon.phy import Receiver\n"
        "from signal_fixtures.channel import Emission, FrontEnd, Scene, block_stream\n"
        "from signal_fixtures.devices import medtronic; from signal_fixtures.waveform import ook\n"
        "packet = medtronic.sample_packets()[0]\n"
        "keying = ook(medtronic.SYMBOL_RATE_HZ)\n"
        "sent = Emission(medtronic.on_air_chips(packet), keying, 0.6, -30.0, 30e3)\n"
        "scene = Scene(250e3, 175_000, [sent], FrontEnd(noise_dbfs=-60.0))\n"
        "receiver = Receiver(plugins.load('protocols', 'medtronic').modems)\n"
        "blocks = block_stream(scene, 'x', freq_hz=9e8)\n"
        "bursts = [burst for block in blocks for burst in receiver.feed(block)]\n"
        "frames = [frame for burst in bursts + receiver.flush() for frame in burst.frames]\n"
        "print(kernels.IS_COMPILED, [f.data[:7] == packet for f in frames])\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split("\n")[0] == "False [True]"


@compiled_only
def test_compiled_loops_refuse_what_does_not_fit() -> None:
    """A wrong length is an error with figures and never a crash."""
    few, taps = np.zeros(8, np.complex64), np.zeros(8, np.float32)
    start, out = np.zeros(1, np.int64), np.zeros(3, np.complex64)
    with pytest.raises(ValueError, match="iq holds 16 floats where 32 are needed"):
        compiled.decimate(few, taps, 1, start, out, 4.0, 0.0)
    with pytest.raises(ValueError, match="multiple of 8"):
        compiled.decimate(few, taps[:6], 1, start, few, 1.0, 0.0)
    with pytest.raises(ValueError, match="before the first sample"):
        compiled.decimate(few, taps, 1, start - 1, out[:1], 1.0, 0.0)
    with pytest.raises(ValueError, match="one to eight chips"):
        compiled.clock_chips(taps, 0.0, 1.0, taps, 9, taps, taps)
    with pytest.raises(ValueError, match="chips holds 8 floats where 24 are needed"):
        compiled.clock_chips(taps, 0.0, 1.0, taps, 3, taps, taps)
    with pytest.raises(ValueError, match="out holds"):
        compiled.clock_scores(taps, np.zeros(3), np.zeros(3), taps[:2], 1, 1, taps)
    with pytest.raises(ValueError, match="eight places"):
        compiled.sync_matches(taps, taps[:2], 1, 1.0, 1.0, taps[:4])
    with pytest.raises(ValueError, match="wave holds"):
        compiled.sync_matches(taps, taps[:2], 1, 1.0, 1.0, taps)
    with pytest.raises(ValueError, match="one to 64 samples"):
        compiled.tone_contrast(few, 65, 0.0, 0.0, taps)
    with pytest.raises(ValueError, match="iq holds"):
        compiled.tone_contrast(few[:7], 8, 0.0, 0.0, taps)
    with pytest.raises(ValueError, match="iq holds"):
        compiled.phase_steps(few, taps)
    with pytest.raises(ValueError, match="at least one sample"):
        compiled.level(few[:0], False)
    codes, window, turns = np.zeros(64, np.uint8), taps, few[:4]
    with pytest.raises(ValueError, match="8 for bytes"):
        compiled.frame_powers(codes, 127.5, 127.5, window, turns, few, 0, 0, 0, 0, 0, 1)
    with pytest.raises(ValueError, match="power of two"):
        FilterBank(np.ones(12, np.float32)).row_powers(few, 0j, Rows(1, 0, 1))
    with pytest.raises(ValueError, match="out holds"):
        compiled.scale_bytes(np.zeros(20, np.uint8), taps, 0.0, 1.0, 0.0, 0.0)


@compiled_only
def test_compiled_loops_refuse_figures_beyond_all_memory() -> None:
    """Products that do not fit into a number are no way around the checks."""
    few, taps = np.zeros(8, np.complex64), np.zeros(8, np.float32)
    far = np.array([2**60], dtype=np.int64)
    with pytest.raises(ValueError, match="behind the last"):
        compiled.decimate(few, taps, 1, far, few[:1].copy(), 1.0, 0.0)
    with pytest.raises(ValueError, match=r"from 0\.001"):
        compiled.decimate(few, taps, 1, far * 0, few[:1].copy(), 1e-300, 0.0)
    with pytest.raises(ValueError, match="rows of"):
        compiled.row_means(few, 0.0, 0.0, np.zeros(4, np.complex64), 2**59, 8)
    with pytest.raises(ValueError, match="within the samples"):
        compiled.frame_powers(few, 0, 0, taps, few[:4].copy(), taps, 0, 0, 0, 2**62, 0, 4)


@compiled_only
@pytest.mark.parametrize("place", [float("nan"), float("inf"), -float("inf"), 1e300])
def test_clock_that_is_no_number_reads_nothing_else(place: float) -> None:
    """Whatever a fit went wrong by, it stays within the wave."""
    wave, words = np.ones(64, np.float32), np.array([[-1.0], [1.0]], np.float32)
    score = np.zeros(1, np.float32)
    compiled.clock_scores(wave, np.array([place]), np.array([8.0]), words, 1, 6, score)
    compiled.clock_scores(wave, np.array([8.0]), np.array([place]), words, 1, 6, score)
    chips, fits = np.zeros(6, np.float32), np.zeros(6, np.float32)
    compiled.clock_chips(wave, place, 8.0, words, 1, chips, fits)


@compiled_only
def test_library_of_other_sources_is_not_used() -> None:
    """After a `git pull` in an editable installation its loops may take other arguments."""
    code = (
        "import sys, types, warnings; old = types.ModuleType('medmon.kernels.compiled')\n"
        "sys.modules['medmon.kernels.compiled'] = old\n"
        "import medmon\n"
        "with warnings.catch_warnings(record=True) as told:\n"
        "    warnings.simplefilter('always')\n"
        "    from medmon import kernels\n"
        "print(kernels.IS_COMPILED, 'another version' in str(told[0].message))\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "False True"
