"""The corridor: samples in, records out. It joins the five rooms, and only it knows all of them.

::

    Block, Gap -> Receiver -> Burst -> Reader -> Transmission -> Judge -> Verdict -> Board -> Alarm
               Beginning -> Reader -> Heading -> Judge, where packets are told of while on the air

`Monitor` is a function of the sample stream and the configuration. It has no clock and does no
input or output, so a replay gives what the live run gave, for blocks of any size.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from medmon import plugins
from medmon.config import Config
from medmon.detect import SETTLE_NS, Judge, Policy, policies_from_config, setting_from_config
from medmon.errors import ConfigError
from medmon.phy import Receiver, Step
from medmon.protocols import Decoder, Reader
from medmon.protocols.registration import registration_mistakes
from medmon.records import (
    Alarm,
    Block,
    Gap,
    Record,
    Status,
    Summary,
    Transmission,
    Verdict,
)
from medmon.respond import Board

if TYPE_CHECKING:
    from medmon.phy.array import Array

HEARTBEAT_NS = 60_000_000_000
"""A status record is given each minute of stream time."""


class Monitor:
    """Everything from samples to alarms for one receiver at one bed.

    Parameters
    ----------
    config : Config
        Devices, limits, policies.
    decoders : sequence of Decoder or None
        Device families to read; None takes every plugin.
    file : str
        Name of the configuration, for messages.
    early : bool
        Whether packets are told of while they are on the air and when they end; all else stays the
        same.

    Raises
    ------
    ConfigError
        If a device or a policy row has mistakes.
    PluginError
        If a plugin is missing or its name is taken twice.
    """

    def __init__(
        self,
        config: Config,
        decoders: Sequence[Decoder] | None = None,
        *,
        file: str = "medmon.toml",
        early: bool = False,
    ) -> None:
        decoders = all_decoders() if decoders is None else decoders
        policies, mistakes = _policies_and_mistakes(config, decoders)
        if mistakes:
            raise ConfigError(file, mistakes)
        setting = setting_from_config(config)
        self.reader = Reader(decoders)
        self.devices = {(device.protocol, device.id): device for device in setting.devices}
        self._receiver = Receiver(
            self.reader.modems, _array(config), early=early, ends=self.reader.ends
        )
        self._judge = Judge(policies, setting)
        self._board = Board(own=self.devices)
        self._tally = _Tally()

    def feed(self, item: Block | Gap | Transmission | Summary) -> list[Record]:
        """Take the next samples, a gap, or what was recorded before.

        Parameters
        ----------
        item : Block, Gap, Transmission or Summary
            In the order of the stream. The summary of an earlier run says how far its stream
            went, so that a silence at its end is noticed again.

        Returns
        -------
        list of Record
            What has to be told now.
        """
        return list(self.records(item))

    def records(self, item: Block | Gap | Transmission | Summary) -> Iterator[Record]:
        """Do the same, and hand out each record as soon as it is known.

        Parameters
        ----------
        item : Block, Gap, Transmission or Summary
            In the order of the stream.

        Yields
        ------
        Record
            What has to be told now; whoever stops early leaves work undone.
        """
        if isinstance(item, Summary):
            yield from self._advanced(item.time_ns)
            return
        if isinstance(item, Transmission):
            yield from self._advanced(item.time_ns) + self._judged([item])
            return
        self._tally.begun(item)
        for step in self._receiver.steps(item):
            yield from self._work(step)
        self._tally.heard(item)
        if isinstance(item, Gap):
            yield from self._told_off(self._judge.feed(item), item)

    def flush(self) -> list[Record]:
        """End the stream: say what was still under way.

        Returns
        -------
        list of Record
            The last records before the summary.
        """
        step = self._receiver.end()
        records: list[Record] = self._work(step) if step.time_ns else []
        records += self._judged(self.reader.flush())
        records += self._alarmed(self._judge.advance(self._tally.time_ns))
        records += self._alarmed(self._judge.flush())
        records += self._tally.alarmed(self._board.advance(self._tally.time_ns))
        return records + self._tally.alarmed(self._board.flush())

    def summary(self) -> Summary:
        """Count what was heard so far.

        Returns
        -------
        Summary
            The counts; what it cost to get them is for the caller to add.
        """
        return self._tally.summary()

    def _work(self, step: Step) -> list[Record]:
        """Take one chunk of work through the rooms behind the receiver."""
        if step.beginnings:
            return self._glanced(step)
        transmissions = [heard for burst in step.bursts for heard in self.reader.feed(burst)]
        transmissions += self.reader.advance(step.settled_ns)
        records = self._judged(transmissions) + self._advanced(step.settled_ns)
        if self._tally.passed(step.time_ns):
            records.append(self._tally.status(step.time_ns, step.noise_dbfs, self._refused(step)))
        return records

    def _glanced(self, step: Step) -> list[Record]:
        """Tell what packets say so far, and what is to be said about it."""
        records: list[Record] = []
        for heading in self.reader.glance(step.beginnings):
            records += [heading, *self._alarmed(self._judge.glance(heading))]
        return records

    def _refused(self, step: Step) -> Mapping[str, int]:
        """Count what was not taken in: by decoders, and by the front end in a crowd."""
        crowded = {"phy/crowded": step.crowded, "phy/early-crowded": step.early_crowded}
        return {**self.reader.rejections, **{name: n for name, n in crowded.items() if n}}

    def _advanced(self, time_ns: int) -> list[Record]:
        """Let stream time pass behind the reader."""
        self._tally.time_ns = max(self._tally.time_ns, time_ns)
        records = self._alarmed(self._judge.advance(time_ns))
        return records + self._tally.alarmed(self._board.advance(time_ns - SETTLE_NS))

    def _judged(self, transmissions: Iterable[Transmission]) -> list[Record]:
        records: list[Record] = []
        for transmission in transmissions:
            self._tally.transmissions[
                f"{transmission.protocol or 'unknown'}/{transmission.integrity}"
            ] += 1
            records.append(transmission)
            records += self._alarmed(self._judge.feed(transmission))
        return records

    def _told_off(self, verdicts: Sequence[Verdict], gap: Gap) -> list[Record]:
        return [gap, *self._alarmed(verdicts)]

    def _alarmed(self, verdicts: Sequence[Verdict]) -> list[Record]:
        """Say what the judge found, then what the board makes of its verdicts."""
        records: list[Record] = list[Record](self._judge.findings)
        for verdict in verdicts:
            records += self._tally.alarmed(self._board.feed(verdict))
        return records


def _array(config: Config) -> Array | None:
    """Take the antennas of a configuration, if it has any."""
    if config.array is None:
        return None
    from medmon.phy.array import array_from_config

    return array_from_config(config.array)


def all_decoders() -> list[Decoder]:
    """Load every device family.

    Returns
    -------
    list of Decoder
        In the order of their names.

    Raises
    ------
    PluginError
        If a plugin is broken or its name is taken twice.
    """
    return [plugins.load("protocols", name) for name in plugins.names("protocols")]


def mistakes_of(
    config: Config, decoders: Sequence[Decoder], *, device_rows: Sequence[int] | None = None
) -> list[str]:
    """List the names in a configuration that no room knows.

    Parameters
    ----------
    config : Config
        A configuration that is right in itself.
    decoders : sequence of Decoder
        Device families there are.
    device_rows : sequence of int or None
        The row of each device in its file; None counts them as they are.

    Returns
    -------
    list of str
        Protocols and ids of devices, then policies.
    """
    return _policies_and_mistakes(config, decoders, device_rows)[1]


def _policies_and_mistakes(
    config: Config, decoders: Sequence[Decoder], device_rows: Sequence[int] | None = None
) -> tuple[tuple[Policy, ...], list[str]]:
    """Read the policy table once, for whoever wants its rows and for whoever wants its mistakes."""
    rows = range(len(config.device)) if device_rows is None else device_rows
    places = [f"device.{row}." for row in rows]
    own = zip(places, config.device, strict=True)
    others = ((f"neighbour.{row}.", other) for row, other in enumerate(config.neighbour))
    mistakes = registration_mistakes([*own, *others], decoders)
    try:
        return policies_from_config(config), mistakes
    except ConfigError as error:
        return (), [*mistakes, *error.mistakes]


class _Tally:
    """Counts for the summary and the heartbeat."""

    def __init__(self) -> None:
        self.transmissions: Counter[str] = Counter()
        self.time_ns = 0
        self._alarms: Counter[str] = Counter()
        self._samples: Counter[float] = Counter()  # by rate, so that no sum depends on blocks
        self._samples_lost = 0
        self._rate_hz = 0.0
        self._first_ns: int | None = None
        self._first_sample = 0
        self._beat = 0

    def begun(self, item: Block | Gap) -> None:
        """Note where the stream begins."""
        self._rate_hz = item.rate_hz
        if self._first_ns is None:
            self._first_ns, self._first_sample = item.time_ns, item.span.sample_start

    def heard(self, item: Block | Gap) -> None:
        """Count samples, and those that were lost."""
        count = item.span.sample_count
        if isinstance(item, Gap):
            self._samples_lost += count
        else:
            self._samples[item.rate_hz] += count
        # Counted from the first sample: the time of the end must not depend on the blocks.
        passed = item.span.sample_start + count - self._first_sample
        end_ns = self._start_ns() + round(passed * 1e9 / item.rate_hz)
        self.time_ns = max(self.time_ns, end_ns)

    def passed(self, time_ns: int) -> bool:
        """Note stream time; True once a minute."""
        self.time_ns = max(self.time_ns, time_ns)
        beat = (time_ns - self._start_ns()) // HEARTBEAT_NS
        is_due = beat > self._beat
        self._beat = max(self._beat, beat)
        return is_due

    def alarmed(self, alarms: Sequence[Alarm]) -> list[Record]:
        """Count alarms that begin, and pass all on."""
        for alarm in alarms:
            self._alarms[f"{alarm.priority}/{alarm.policy}"] += alarm.phase == "start"
        return list[Record](alarms)

    def status(self, time_ns: int, noise_dbfs: float, rejections: Mapping[str, int]) -> Status:
        """Give the heartbeat for samples worked on up to a time, whatever block they came in."""
        passed = round((time_ns - self._start_ns()) * self._rate_hz / 1e9)
        lost = self._samples_lost
        return Status(time_ns, self._rate_hz, noise_dbfs, passed - lost, lost, rejections)

    def summary(self) -> Summary:
        """Give the counts."""
        return Summary(
            time_ns=self.time_ns,
            samples=self._samples.total(),
            samples_lost=self._samples_lost,
            seconds=sum((count / rate for rate, count in self._samples.items()), start=0.0),
            transmissions=dict(sorted(self.transmissions.items())),
            alarms=dict(sorted((+self._alarms).items())),
        )

    def _start_ns(self) -> int:
        return self.time_ns if self._first_ns is None else self._first_ns
