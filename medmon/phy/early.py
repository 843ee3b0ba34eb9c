"""Samples come in as they arrive, what packets say so far goes out, and each when it is over.

The path of whole bursts waits for their end and for a chunk to be full. Beside it this one looks
at every two milliseconds as soon as they are there: energy over the known floor opens a *sender*;
from then on its signal is searched for the sync words of the declared modems (`ear`), often enough
that each is found before the heading behind it has arrived, and not while a preamble is still
running; and at the moment at which the last bit of a heading is in, the heading is read. From it
follows where the packet ends (`Ends`), and at that moment the packet is read.

Everything happens at samples counted from the start of the stream, with nothing later than them,
so what is found does not depend on blocks; only how soon does.

Not heard early: what is sent in the first 16 chunks of a stream (0.36 to 0.72 s, by the rate), when
the floor is not known yet; and a sender close beside a stronger one. Both are heard by the path of
whole bursts. The work is bounded: what a crowd or a flood asks beyond `SEARCHES_A_CHUNK`, `SENDERS`
and `READINGS` is counted and left to that path.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np

from medmon.kernels import Samples
from medmon.phy.activity import ROWS
from medmon.phy.arrivals import Arrivals
from medmon.phy.baseband import Place
from medmon.phy.begun import Begun, begun_from
from medmon.phy.channelizer import Grid
from medmon.phy.ear import Ear, can_be_early, is_clear
from medmon.phy.peaks import JOIN_CHANNELS
from medmon.phy.reception import Reception
from medmon.phy.sync import TEMPLATE_CHIPS
from medmon.records import FloatArray, Frame, Modem

Ends: TypeAlias = Callable[[Frame], Sequence[int]]
"""From a heading to the numbers of data bits after which its packet may be over, in rising order;
none where nobody knows."""

SENDERS = 8
"""Senders followed at a time, the loudest first."""
SEARCHES_A_CHUNK = 32
"""Searches for sync words in 32 ms, a few times what one sender needs."""
READINGS = 32
"""Headings and packets that may be on their way at a time."""
HOLD_ROWS = 2 * ROWS
"""A sender that was silent for so long is forgotten: a dozen symbols and their averages."""
TOLD = 64
"""Headings and packets remembered, so that none is told twice."""
SAME_CHIPS = 4
SOON_S = 2.5e-3
"""A further heading is not read where the packet is over so soon: reading takes longer."""


@dataclass(slots=True, eq=False)
class _Sender:
    """Energy in some channels; when each modem is searched for in it next, and from where on.

    Up to `quiet` no sync word can be over, because the preamble of a modem was still running, or
    a sync word was found and its heading is on the way.
    """

    channel: int
    last: int
    due: dict[str, int]
    heard: dict[str, int] = field(default_factory=dict)
    quiet: int = 0
    running: str = ""


@dataclass(slots=True, eq=False)
class _Reading:
    """Bits on their way: the sync word was heard, and the last of them will be in at `due`."""

    due: int
    sender: _Sender
    ear: Ear
    bits: int
    sync: float
    known: Reception
    is_packet: bool = False


class Early:
    """Listens to a stream for packets while they are on the air.

    Parameters
    ----------
    grid : Grid
        Time-frequency grid.
    modems : sequence of Modem
        Whom to listen for; those that declare no heading, or do not fit the rate, are left out.
    ends : callable
        Says where a packet ends that begins like this; it changes nothing here.

    Attributes
    ----------
    crowded : int
        Searches, readings and senders that were left out because there were too many, and ends of
        packets that are longer than what is kept.
    """

    def __init__(self, grid: Grid, modems: Sequence[Modem], ends: Ends) -> None:
        self._grid, self._ends = grid, ends
        self._ears = {
            modem.name: Ear.of(modem, grid) for modem in modems if can_be_early(modem, grid.rate_hz)
        }
        self._arrivals = Arrivals(grid)
        self._row = 0
        self._senders: list[_Sender] = []
        self._readings: list[_Reading] = []
        self._searches = 0
        self._told: deque[Begun] = deque(maxlen=TOLD)
        self.crowded = 0

    def know(self, dc: np.complex64, floor: FloatArray) -> None:
        """Take what the path of whole bursts knows after a chunk.

        Parameters
        ----------
        dc : complex64
            The receiver's own carrier.
        floor : ndarray of float32, shape (channels,)
            Noise floor of each channel.
        """
        if not self._arrivals.is_ready:
            self._row = self._arrivals.stop // self._grid.slot_samples
        self._arrivals.know(dc, floor)
        self._searches = 0

    def feed(self, samples: Samples) -> Iterator[Begun]:
        """Take the next samples, of one chunk.

        Parameters
        ----------
        samples : ndarray of complex64 or Codes
            As many as have arrived.

        Yields
        ------
        Begun
            Headings and packets whose last bit has arrived, in order of time, each before anything
            else is looked for.
        """
        self._arrivals.put(samples)
        if not self._arrivals.is_ready or not self._ears:
            return
        while (due := self._next()) <= self._arrivals.stop:
            yield from self._work(due)

    def _next(self) -> int:
        """Give the sample at which something is to be done next."""
        searches = (due for sender in self._senders for due in sender.due.values())
        readings = (reading.due for reading in self._readings)
        rows = (self._row + ROWS) * self._grid.slot_samples
        return min((rows, *searches, *readings))

    def _work(self, now: int) -> Iterator[Begun]:
        """Do what is due at a sample, with nothing later than it."""
        due = [reading for reading in self._readings if reading.due == now]
        self._readings = [reading for reading in self._readings if reading.due != now]
        for reading in due:
            yield from self._read(reading)
        for sender in self._senders:
            for name in [name for name, at in sender.due.items() if at == now]:
                sender.due[name] = self._heeded(sender, self._ears[name], now)
        if now == (self._row + ROWS) * self._grid.slot_samples:
            self._look(now)

    def _look(self, now: int) -> None:
        """See who is on the air in the latest rows."""
        for channel, _ in self._arrivals.loud(self._row):
            self._follow(channel, now)
        self._row += ROWS
        self._senders = [sender for sender in self._senders if self._is_speaking(sender, now)]

    def _follow(self, channel: int, now: int) -> None:
        """Take energy for that of a sender who is followed already, or for a new one's."""
        for sender in self._senders:
            if abs(sender.channel - channel) < JOIN_CHANNELS:
                sender.channel, sender.last = channel, now
                return
        if len(self._senders) == SENDERS:
            self.crowded += 1
            return
        due = {name: now + ear.period for name, ear in self._ears.items()}
        self._senders.append(_Sender(channel, now, due))

    def _heeded(self, sender: _Sender, ear: Ear, now: int) -> int:
        """Search a sender for a modem if there is reason to; say when to do so again."""
        apart_hz = 2 * (ear.modem.deviation_hz or 0.0)
        if now < sender.quiet:
            return sender.quiet + 1
        if apart_hz and not self._arrivals.is_pair(sender.channel, apart_hz):
            return now + ear.period
        if self._searches == SEARCHES_A_CHUNK:
            self.crowded += 1
            return now + ear.period
        self._searches += 1
        start = max(now - ear.reach, sender.heard.get(ear.modem.name, 0))
        offset_hz = self._grid.offset_hz(sender.channel)
        place = Place(offset_hz, self._grid.channel_hz, start, now)
        if ear.is_preamble(self._arrivals, place):
            sender.running, sender.quiet = ear.modem.name, now + ear.wait
            return sender.quiet
        has_ended, sender.running = sender.running == ear.modem.name, ""
        self._search(sender, ear, place)
        # What has just ended is followed by the sync word, if that is not over yet.
        return now + (ear.word if has_ended else ear.period)

    def _search(self, sender: _Sender, ear: Ear, place: Place) -> None:
        """Look for sync words that ended lately, and plan when their headings are read."""
        for sync, reception in ear.sync_words(self._arrivals, place):
            # Its own end is not searched again, and no other one can end before it.
            sender.heard[ear.modem.name] = int(sync - TEMPLATE_CHIPS / 2 * ear.chip)
            if self._is_known(ear, sync, reception.carrier_hz):
                continue
            first = _Reading(0, sender, ear, ear.modem.heading_bits[0], sync, reception)
            if self._plan(first, int(place.stop_sample)):
                # Nobody else is looked for before the heading is in.
                sender.quiet = ear.due(sync, max(ear.modem.heading_bits))

    def _plan(self, reading: _Reading, now: int) -> bool:
        """Say when bits are in; tell whether there is room to wait for them."""
        if len(self._readings) == READINGS:
            self.crowded += 1
            return False
        reading.due = max(now + 1, reading.ear.due(reading.sync, reading.bits))
        self._readings.append(reading)
        return True

    def _is_known(self, ear: Ear, sync: float, carrier_hz: float) -> bool:
        """Tell whether the heading behind a sync word is on its way, or was told."""
        near = SAME_CHIPS * ear.chip
        width_hz = JOIN_CHANNELS * self._grid.channel_hz
        on_the_way = (
            (reading.sync, reading.known.carrier_hz)
            for reading in self._readings
            if reading.ear is ear
        )
        told = (
            (begun.start + len(ear.modem.sync) * ear.chip, begun.radio.freq_hz)
            for begun in self._told
            if begun.frame.modem == ear.modem.name
        )
        return any(
            abs(at - sync) < near and abs(hz - carrier_hz) < width_hz
            for at, hz in (*on_the_way, *told)
        )

    def _read(self, reading: _Reading) -> list[Begun]:
        """Read bits of which the last one is in, and plan what to read of the packet next."""
        if reading.is_packet and not self._is_speaking(reading.sender, reading.due):
            return []
        ear = reading.ear
        reception = ear.read(self._arrivals, reading.known, reading.bits, reading.due)
        # The bits of a heading are guarded by nothing else; those of a packet by its check.
        if reception is None or not (reading.is_packet or is_clear(reception)):
            return []
        if not reading.is_packet:
            self._climb(reading, reception.frame())
        deciding = ear.in_after(reception, reading.bits)
        density = self._arrivals.density(reception.carrier_hz)
        begun = begun_from(reception, deciding, density, is_packet=reading.is_packet)
        is_new = not any(begun.is_copy(other, SAME_CHIPS * ear.chip) for other in self._told)
        self._told.append(begun)
        return [begun] if is_new else []

    def _is_speaking(self, sender: _Sender, now: int) -> bool:
        """Tell whether somebody was on the air lately."""
        return now - sender.last < HOLD_ROWS * self._grid.slot_samples

    def _climb(self, reading: _Reading, frame: Frame) -> None:
        """Plan the next heading of a packet, and its end as soon as that is known."""
        modem = reading.ear.modem
        most = min(modem.max_bits, reading.ear.most_bits)
        told = [
            bits
            for bits in dict.fromkeys(self._ends(frame))
            if reading.bits < bits <= modem.max_bits
        ]
        ends = [bits for bits in told if bits <= most]
        self.crowded += len(told) - len(ends)
        planned = [other.bits for other in self._readings if other.known is reading.known]
        for bits in ends:
            if bits not in planned:
                self._plan(replace(reading, bits=bits, is_packet=True), reading.due)
        over = reading.ear.due(reading.sync, max(ends, default=most)) - SOON_S * self._grid.rate_hz
        further = [bits for bits in modem.heading_bits if bits > reading.bits][:1]
        for bits in further:
            if reading.ear.due(reading.sync, bits) < over:
                self._plan(replace(reading, bits=bits), reading.due)
