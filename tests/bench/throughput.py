"""Synthesised bands come in, the processor time of a second of each goes out.

``python tests/bench/throughput.py`` prints, for noise, a busy band and one talkative pump at
several sample rates, how many processor seconds the front end takes for a second of signal;
below 1 it keeps up with a live receiver on one core. Where rtl_433 is installed the same samples
are given to it in the same run, and the ratio is printed: a machine's own speed drops out of it.
Nothing is asserted here.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import click
import numpy as np

from medmon import plugins
from medmon.phy import Receiver
from medmon.protocols import Reader
from medmon.records import Block, ComplexArray, Span
from signal_fixtures.adc import bytes_from_iq
from signal_fixtures.channel import Emission, FrontEnd, Scene
from signal_fixtures.devices import medtronic, omnipod

RATES_HZ = (250e3, 1.024e6, 2.048e6)
BLOCK_SAMPLES = 65_536
TUNED_HZ = 433.92e6


def _every(chips: str, pace_s: float, seconds: float, offset_hz: float) -> list[Emission]:
    """One sender that repeats itself."""
    device = medtronic if chips == "pump" else omnipod
    sent = device.on_air_chips(device.sample_packets()[0])
    times_s = np.arange(0.05, seconds - 0.05, pace_s)
    return [Emission(sent, device.KEYING, float(t), -25.0, offset_hz) for t in times_s]


def _bands(rate_hz: float, seconds: float) -> dict[str, list[Emission]]:
    """What is on the air in each kind of band."""
    edge_hz = rate_hz / 2 - 60e3
    busy = [
        *_every("pump", 0.25, seconds, 0.8 * edge_hz),
        *_every("pump", 0.31, seconds, -0.7 * edge_hz),
        *_every("pod", 0.29, seconds, 0.1 * edge_hz),
    ]
    return {"noise": [], "busy": busy, "talkative": _every("pump", 0.025, seconds, 20e3)}


def medmon_seconds(iq: ComplexArray, rate_hz: float) -> tuple[float, int]:
    """Processor time of the front end for some samples, and the bursts it found."""
    decoders = [plugins.load("protocols", name) for name in plugins.names("protocols")]
    receiver = Receiver(Reader(decoders).modems)
    begun = time.process_time()
    bursts = 0
    for start in range(0, iq.size, BLOCK_SAMPLES):
        piece = iq[None, start : start + BLOCK_SAMPLES]
        span = Span("bench", start, piece.size)
        block = Block(span, round(start * 1e9 / rate_hz), rate_hz, TUNED_HZ, piece)
        bursts += len(receiver.feed(block))
    bursts += len(receiver.flush())
    return time.process_time() - begun, bursts


def rtl_433_seconds(program: str, iq: ComplexArray, rate_hz: float) -> float:
    """Processor time of rtl_433 with its standard decoders for the same samples."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.cu8"
        file.write_bytes(bytes_from_iq(iq, "cu8"))
        before = os.times()
        subprocess.run(
            [program, "-r", str(file), "-s", f"{rate_hz:.0f}", "-F", "null"],
            check=False,
            capture_output=True,
        )
        after = os.times()
    children = (after.children_user, after.children_system)
    return sum(children) - (before.children_user + before.children_system)


@click.command()
@click.option("--seconds", default=5.0, show_default=True, help="Length of each band.")
def main(seconds: float) -> None:
    """Print processor seconds for a second of signal."""
    program = shutil.which("rtl_433")
    header = "| band | rate, MS/s | bursts | CPU s for 1 s |"
    click.echo(header + (" rtl_433 | ratio |" if program else ""))
    click.echo("| --- " * (6 if program else 4) + "|")
    for rate_hz in RATES_HZ:
        for name, emissions in _bands(rate_hz, seconds).items():
            noise = FrontEnd(noise_dbfs=-100 + 10 * float(np.log10(rate_hz)))
            scene = Scene(rate_hz, round(seconds * rate_hz), emissions, noise, seed=1)
            iq = scene.samples(0, scene.sample_count)
            spent_s, bursts = medmon_seconds(iq, rate_hz)
            line = f"| {name} | {rate_hz / 1e6:g} | {bursts} | {spent_s / seconds:.3f} |"
            if program:
                other_s = rtl_433_seconds(program, iq, rate_hz)
                line += f" {other_s / seconds:.3f} | {spent_s / max(other_s, 1e-3):.2f} |"
            click.echo(line)


if __name__ == "__main__":
    main()
