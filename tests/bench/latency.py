"""Packets in noise come in block by block, the time from the deciding bit to the decision goes out.

``python tests/bench/latency.py`` prints, for blocks of the sizes that live receivers hand over, the
distribution of that time for headings (the last bit of the heading decides), for bursts and for
transmissions (the last bit of the packet does). Two parts are told apart:

* *signal*: until the block was there with which it was told. It follows from the samples alone,
  and a bit waits for the end of its own block at least, half a block on average;
* *work*: from then to the telling, on a virtual clock. A block is worked on when it is there and
  the one before is done, and takes the processor time that it takes here; blocks that come faster
  than they are worked on queue up.

Nothing is asserted here.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import click
import numpy as np
import numpy.typing as npt

from medmon.config import Config
from medmon.monitor import Monitor, all_decoders
from medmon.phy import Receiver
from medmon.protocols import Reader
from medmon.records import Block, Heading, Span, Transmission
from signal_fixtures.channel import Emission, FrontEnd, Scene
from signal_fixtures.devices import medtronic, medtronic_pump, omnipod
from signal_fixtures.devices import omnipod_blocks as blocks
from signal_fixtures.devices import omnipod_insulin as insulin

RATES_HZ = (1.024e6, 2.048e6)
BLOCKS = (512, 1_024, 4_096, 16_384)
TUNED_HZ = 433.92e6
LEVEL_DBFS, NOISE_DBFS_HZ = -30.0, -100.0
"""Ec/N0 of 28 dB for a pump, 24 dB for a pod."""
PAUSE_S = 0.06


@dataclass(frozen=True)
class Sent:
    """A packet, its device, and when the bits that decide are over."""

    emission: Emission
    family: str
    device: str
    heading_s: float
    whole_s: float


def _pump(number: int, start_s: float, offset_hz: float) -> Sent:
    device = f"{0x100000 + number:06x}"
    pump = medtronic_pump.Paradigm(device)
    packet = pump.bolus(2.5) if number % 4 == 0 else pump.wakeup()
    chip_s = 1 / medtronic.SYMBOL_RATE_HZ
    lead = 16 * 8 + 32
    made = Emission(
        medtronic.on_air_chips(packet), medtronic.KEYING, start_s, LEVEL_DBFS, offset_hz
    )
    ends = [start_s + (lead + 12 * count) * chip_s for count in (5, len(packet))]
    return Sent(made, "pump", device, ends[0], ends[1])


def _pod(number: int, start_s: float, offset_hz: float) -> Sent:
    device = f"{0x1F000000 + number:08x}"
    is_bolus = number % 4 == 1
    said = insulin.bolus(1, 2.6) if is_bolus else (blocks.get_status(),)
    packet = omnipod.packets_of(omnipod.message(device, 5, *said), "PDM", 9)[0]
    chip_s = 1 / omnipod.SYMBOL_RATE_HZ
    lead = 50 * 16 + 16
    made = Emission(omnipod.on_air_chips(packet), omnipod.KEYING, start_s, LEVEL_DBFS, offset_hz)
    deciding = 18 if is_bolus else 12
    ends = [start_s + (lead + 16 * count) * chip_s for count in (deciding, len(packet))]
    return Sent(made, "pod", device, ends[0], ends[1])


def traffic(count: int, rate_hz: float, seed: int = 1) -> list[Sent]:
    """Packets of both families in turn, at random times and frequencies."""
    chance = np.random.default_rng(seed)
    sent: list[Sent] = []
    start_s = 0.6
    for number in range(count):
        offset_hz = float(chance.uniform(-0.35, 0.35)) * rate_hz
        sent.append((_pump if number % 2 == 0 else _pod)(number, start_s, offset_hz))
        start_s = sent[-1].whole_s + PAUSE_S + float(chance.uniform(0, 0.02))
    return sent


def live(sent: Sequence[Sent], rate_hz: float, size: int) -> Iterator[Block]:
    """Blocks as a receiver hands them over, and a second of noise behind the last packet."""
    noise = FrontEnd(noise_dbfs=NOISE_DBFS_HZ + 10 * float(np.log10(rate_hz)))
    count = round((sent[-1].whole_s + 1.0) * rate_hz)
    scene = Scene(rate_hz, count, [one.emission for one in sent], noise, seed=2)
    for start, iq in scene.blocks(size):
        span = Span("bench", start, iq.size)
        yield Block(span, round(start * 1e9 / rate_hz), rate_hz, TUNED_HZ, iq[None])


@dataclass
class Clock:
    """Stream time at which blocks are worked on, one after the other."""

    free_s: float = 0.0
    work_s: float = 0.0
    ready_s: float = 0.0
    _begun_s: float = 0.0
    _measured_s: float = 0.0

    def start(self, block: Block) -> None:
        """Begin with a block when it is there and the one before is done."""
        self.ready_s = (block.span.sample_start + block.span.sample_count) / block.rate_hz
        self._begun_s = max(self.ready_s, self.free_s)
        self._measured_s = time.process_time()

    def now_s(self) -> float:
        """Say how late it is."""
        return self._begun_s + time.process_time() - self._measured_s

    def stop(self) -> None:
        """End the work on a block."""
        self.free_s = self.now_s()
        self.work_s += self.free_s - self._begun_s


@dataclass
class Delays:
    """Seconds from the deciding bits, for each kind of thing told."""

    signal: dict[str, list[float]] = field(default_factory=dict)
    work: dict[str, list[float]] = field(default_factory=dict)

    def put(self, name: str, decided_s: float, clock: Clock) -> None:
        """Take one telling."""
        told_s = clock.now_s()
        self.signal.setdefault(name, []).append(clock.ready_s - decided_s)
        self.work.setdefault(name, []).append(told_s - clock.ready_s)


def _monitor(delays: Delays, sent: Sequence[Sent]) -> Callable[[Block, Clock], None]:
    """Listen with a whole monitor, and note when headings and transmissions are told."""
    monitor = Monitor(Config(), early=True)
    open_headings = {one.device: one for one in sent}
    open_packets = {one.device: one for one in sent}

    def listen(block: Block, clock: Clock) -> None:
        for record in monitor.records(block):
            if isinstance(record, Heading) and record.message.device in open_headings:
                one = open_headings.pop(record.message.device)
                delays.put(f"heading, {one.family}", one.heading_s, clock)
            if isinstance(record, Transmission) and record.message is not None:
                told = open_packets.pop(record.message.device, None)
                if told:
                    delays.put(f"transmission, {told.family}", told.whole_s, clock)

    return listen


def _receiver(delays: Delays, sent: Sequence[Sent]) -> Callable[[Block, Clock], None]:
    """Listen with the front end alone, and note when bursts are handed out."""
    receiver = Receiver(Reader(all_decoders()).modems, early=True)
    waiting = list(sent)

    def listen(block: Block, clock: Clock) -> None:
        for step in receiver.steps(block):
            for burst in step.bursts:
                start_s = burst.time_ns * 1e-9
                mine = [one for one in waiting if abs(one.emission.time_s - start_s) < 1e-3]
                for one in mine:
                    waiting.remove(one)
                    delays.put(f"burst, {one.family}", one.whole_s, clock)

    return listen


def measure(
    count: int, rate_hz: float, size: int, listener: Callable[..., Callable[[Block, Clock], None]]
) -> tuple[Delays, float]:
    """Give the delays, and the work for a second of signal."""
    sent = traffic(count, rate_hz)
    delays, clock = Delays(), Clock()
    listen = listener(delays, sent)
    for block in live(sent, rate_hz, size):
        clock.start(block)
        listen(block, clock)
        clock.stop()
    return delays, clock.work_s / clock.ready_s


def percentiles(seconds: Sequence[float]) -> npt.NDArray[np.float64]:
    """Median, 99th and 99.9th percentile in milliseconds; each is a value that occurred."""
    return 1e3 * np.quantile(seconds, (0.5, 0.99, 0.999), method="higher")


@click.command()
@click.option("--packets", default=400, show_default=True, help="Packets, half of each family.")
@click.option("--rate", "rates_hz", multiple=True, type=float, default=RATES_HZ)
@click.option("--block", "sizes", multiple=True, type=int, default=BLOCKS)
def main(packets: int, rates_hz: Sequence[float], sizes: Sequence[int]) -> None:
    """Print percentiles in milliseconds: all of it, and its two parts."""
    click.echo("p50 / p99 / p99.9 in ms; load is processor seconds for a second of signal\n")
    click.echo("| told | MS/s | block | of | all | signal | work | load |\n" + "| --- " * 8 + "|")
    for rate_hz in rates_hz:
        for size in sizes:
            for listener in (_monitor, _receiver):
                delays, load = measure(packets, rate_hz, size, listener)
                for name, signal in sorted(delays.signal.items()):
                    work = delays.work[name]
                    total = [one + other for one, other in zip(signal, work, strict=True)]
                    cells = [
                        " / ".join(f"{value:.2f}" for value in percentiles(part))
                        for part in (total, signal, work)
                    ]
                    head = f"| {name} | {rate_hz / 1e6:g} | {size} | {len(signal)}/{packets // 2} |"
                    click.echo(f"{head} {' | '.join(cells)} | {load:.2f} |")


if __name__ == "__main__":
    main()
