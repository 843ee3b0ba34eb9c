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
    with pytest.raises(ValueError, match="iq holds 64 bytes where 128 are needed"):
        compiled.decimate(few, taps, 1, start, out, 4.0, 0.0)
    with pytest.raises(ValueError, match="multiple of 8"):
        compiled.decimate(few, taps[:6], 1, start, few, 1.0, 0.0)
    with pytest.raises(ValueError, match="before the first sample"):
        compiled.decimate(few, taps, 1, start - 1, out[:1], 1.0, 0.0)
    with pytest.raises(ValueError, match="one to eight chips"):
        compiled.clock_chips(taps, 0.0, 1.0, taps, 9, taps, taps)
    with pytest.raises(ValueError, match="chips holds 32 bytes where 96 are needed"):
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
        compiled.scale_bytes(np.zeros(20, np.uint8), taps, 0.0, 1.0)
