"""A scenario goes in, what a monitor says of it comes out, and afterwards the truth beside it.

A rehearsal plays a synthetic recording to the same `medmon.monitor.Monitor` that listens at a bed,
sample by sample; nothing is passed around the radio. The truth is looked at only when all is over,
in `medmon.rehearsal.hindsight`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from medmon.config import Config, config_from_text
from medmon.monitor import Monitor
from medmon.records import Alarm, Block, ComplexArray, Record, Registered, Span, Transmission
from medmon.rehearsal.hindsight import hindsight_from_truths
from medmon.report.account import Hindsight
from signal_fixtures.render import Recording
from signal_fixtures.scenario import Scenario
from signal_fixtures.ward import medmon_toml

BLOCK_SAMPLES = 65_536
Watcher: TypeAlias = Callable[[Block], None]
"""Sees each block before the monitor does: a progress bar, a picture."""


@dataclass(frozen=True, slots=True)
class Said:
    """A record, and when the monitor could say it.

    Attributes
    ----------
    said_ns : int
        End of the block after which it came out, in stream time; the time to compute is not in it.
    record : Record
        The record.
    """

    said_ns: int
    record: Record


class Rehearsal:
    """One scenario, one bed, one monitor.

    Parameters
    ----------
    scenario : Scenario
        What happens.
    seed : int
        Same seed, same samples, same records.

    Attributes
    ----------
    recording : Recording
        What the receiver hears.
    configuration : str
        The bed's medmon.toml.
    config : Config
        The same, checked.
    source : str
        Name of the samples in the records.
    """

    def __init__(self, scenario: Scenario, *, seed: int) -> None:
        self.recording = Recording(scenario, seed)
        self.configuration = medmon_toml(scenario)
        self.config: Config = config_from_text(self.configuration, file=f"{scenario.name}.toml")
        self.source = f"synthetic://{scenario.name}?seed={seed}"
        self._monitor = Monitor(self.config)

    @property
    def devices(self) -> dict[tuple[str, str], Registered]:
        """The bed's registered devices by protocol and address."""
        return self._monitor.devices

    def play(self, watch: Iterable[Watcher] = ()) -> Iterator[Said]:
        """Play the scenario from its beginning to its end.

        Parameters
        ----------
        watch : iterable of callable
            Each is given every block before the monitor hears it.

        Yields
        ------
        Said
            All that the monitor says; the summary is the last one.
        """
        watchers = tuple(watch)
        end_ns = self.recording.epoch_ns
        for block in self._blocks():
            for look in watchers:
                look(block)
            end_ns = block.time_ns + round(block.span.sample_count * 1e9 / block.rate_hz)
            yield from (Said(end_ns, record) for record in self._monitor.feed(block))
        yield from (Said(end_ns, record) for record in self._monitor.flush())
        yield Said(end_ns, self._monitor.summary())

    def hindsight(self, said: Iterable[Said]) -> Hindsight:
        """Set the truth beside what the monitor said.

        Parameters
        ----------
        said : iterable of Said
            What `play` gave.

        Returns
        -------
        Hindsight
            Attacks told and missed, packets heard and missed, alarms without need.
        """
        kept = list(said)
        return hindsight_from_truths(
            self.recording.scenario,
            tuple(self.recording.truths()),
            [item.record for item in kept if isinstance(item.record, Transmission)],
            [(item.said_ns, item.record) for item in kept if isinstance(item.record, Alarm)],
        )

    def _blocks(self) -> Iterator[Block]:
        start, band = 0, self.recording.tuned
        for samples in self.recording.blocks(BLOCK_SAMPLES):
            yield self._block(start, samples, band.rate_hz, band.freq_hz)
            start += samples.size

    def _block(self, start: int, samples: ComplexArray, rate_hz: float, freq_hz: float) -> Block:
        span = Span(self.source, start, samples.size)
        time_ns = self.recording.epoch_ns + round(start * 1e9 / rate_hz)
        return Block(span, time_ns, rate_hz, freq_hz, samples[None, :])
