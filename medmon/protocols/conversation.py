"""Checked packets come in, transmissions go out: packets joined, repeats folded, always bounded.

An *exchange* is what one device said once: one packet that is whole, or a first one and its rest,
with every identical copy counted. It stays open for the decoder's repeat window after the latest
copy (while packets are missing, for its join window), and never longer than `MAX_HOLD_NS` after
the first copy: somebody who repeats for ever is reported every two seconds.

Times. Everything is decided by when bursts *ended*, since that is the order they arrive in:
`advance(t)` says that every burst which ended before t has been fed. So the calls of `advance`
decide how early something comes out, never what comes out or in which order.

Order. Exchanges come out in the order in which their first packets were fed, that is by time of
arrival. An emission that needs no waiting (one nobody understands, one whose check failed) waits
behind an older exchange that is still open, two seconds at most, so that whoever judges sees time
run forward.

Hostile input. A rest that makes a message fail does not touch the message: the packet comes out
alone as failed, and the message goes on waiting, so a forged continuation cannot spoil a real
command. (In a message of three packets and more a forged one in the middle can, since only the
last shows that the check is wrong; the message comes out as failed.) A message that fails for want
of its rest brings along what its first packet told by itself (`Packet.opening`), so that an order
cannot be hidden by spoiling its end. At most `MAX_OPEN` exchanges wait; the oldest then comes out
early and is counted as evicted. A rest is tried on the `MAX_CANDIDATES` newest messages of its
link, so a flood costs bounded time; that is more than one sender can open while a message waits.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from math import isfinite
from typing import Protocol

from medmon.records import (
    Burst,
    Frame,
    Message,
    Packet,
    Rejection,
    Span,
    Transmission,
)

MAX_HOLD_NS = 2_000_000_000
MAX_OPEN = 1024
MAX_CANDIDATES = 128
"""More than the first packets, each 16 ms or longer on the air, that fit into `MAX_HOLD_NS`."""
FREQ_STEP_HZ = 10_000.0
"""Carriers closer than this cannot be told apart by their identifier."""


class Dialect(Protocol):
    """What a conversation needs of a decoder; see `medmon.protocols.Decoder`."""

    name: str
    repeat_window_ns: int
    join_window_ns: int

    def message(self, packets: Sequence[Packet]) -> Message | Rejection | None:
        """Say what packets mean; None when more of them are needed."""


@dataclass(slots=True, eq=False)
class _Exchange:
    """One thing said, still open or waiting for its turn.

    `bursts` and `packets` are the first copies, in order; `copies` counts each packet. An emission
    without packets is ready at once.
    """

    bursts: list[Burst]
    due_ns: int
    limit_ns: int
    protocol: str | None = None
    raw: bytes | None = None
    packets: tuple[Packet, ...] = ()
    copies: Counter[bytes] = field(default_factory=Counter)
    outcome: Message | Rejection | None = None

    def wait(self, now_ns: int, window_ns: int) -> None:
        """Stay open for a window from now, as far as the limit allows."""
        self.due_ns = min(now_ns + window_ns, self.limit_ns)

    def transmission(self) -> Transmission:
        """Say what was heard, with the copies counted so far."""
        first = self.bursts[0]
        start = first.span.sample_start
        end = max(burst.span.sample_start + burst.span.sample_count for burst in self.bursts)
        span = Span(first.span.source, start, end - start, first.span.receiver)
        is_whole = isinstance(self.outcome, Message)
        opening = self.packets[0].opening if self.packets else None
        raw = b"".join(packet.data for packet in self.packets) if self.packets else self.raw
        return Transmission(
            id=_identifier(span, first.radio.freq_hz, self.protocol, raw),
            span=span,
            time_ns=first.time_ns,
            radio=first.radio,
            protocol=self.protocol,
            integrity="ok" if is_whole else "failed" if self.protocol else "none",
            raw=raw,
            message=self.outcome if isinstance(self.outcome, Message) else opening,
            repeats=max(self.copies.values(), default=1),
        )


class Conversations:
    """Joins packets, folds repeats, and lets go of them in order.

    Parameters
    ----------
    dialects : sequence of Dialect
        Decoders, by whose name packets are theirs.
    max_open : int
        Most exchanges that wait at a time.

    Attributes
    ----------
    counts : Counter of str
        Rejections of messages by "protocol/reason", and "protocol/evicted".
    """

    def __init__(self, dialects: Sequence[Dialect], max_open: int = MAX_OPEN) -> None:
        self.counts: Counter[str] = Counter()
        self._dialects: Mapping[str, Dialect] = {dialect.name: dialect for dialect in dialects}
        self._max_open = max_open
        self._now_ns = 0
        self._queue: deque[_Exchange] = deque()
        self._by_key: dict[tuple[str, bytes], _Exchange] = {}
        self._by_link: dict[tuple[str, str], list[_Exchange]] = {}

    def feed(self, burst: Burst, packets: Sequence[Packet]) -> list[Transmission]:
        """Take in the packets of one burst.

        Parameters
        ----------
        burst : Burst
            How they arrived.
        packets : sequence of Packet
            All different.

        Returns
        -------
        list of Transmission
            What is complete, in order of arrival.
        """
        now_ns = self._tick(burst)
        released = self._release(now_ns)
        for packet in packets:
            self._take(burst, packet, now_ns)
        return released + self._release(now_ns)

    def pass_by(
        self, burst: Burst, protocol: str | None, frame: Frame | None
    ) -> list[Transmission]:
        """Take in a burst that holds no good packet.

        Parameters
        ----------
        burst : Burst
            How it arrived.
        protocol : str or None
            Whose packet it would have been if its check had passed.
        frame : Frame or None
            The bits of that packet.

        Returns
        -------
        list of Transmission
            What is complete, in order of arrival.
        """
        now_ns = self._tick(burst)
        released = self._release(now_ns)
        raw = frame.data if frame else None
        self._append(_Exchange([burst], due_ns=-1, limit_ns=-1, protocol=protocol, raw=raw))
        return released + self._release(now_ns)

    def advance(self, time_ns: int) -> list[Transmission]:
        """Let go of what no later burst can change.

        Parameters
        ----------
        time_ns : int
            Stream time: every burst that ended before it has been fed.

        Returns
        -------
        list of Transmission
            In order of arrival.
        """
        self._now_ns = max(self._now_ns, time_ns)
        return self._release(self._now_ns)

    def flush(self) -> list[Transmission]:
        """Let go of everything: the stream has ended.

        Returns
        -------
        list of Transmission
            In order of arrival.
        """
        return [self._pop() for _ in range(len(self._queue))]

    def _tick(self, burst: Burst) -> int:
        """Move stream time to the end of a burst."""
        end_ns = burst.time_ns + (_whole(burst.radio.duration_us * 1_000) or 0)
        self._now_ns = max(self._now_ns, end_ns)
        return self._now_ns

    def _take(self, burst: Burst, packet: Packet, now_ns: int) -> None:
        """Find the exchange a packet belongs to, or open one."""
        exchange = self._by_key.get((packet.protocol, packet.key))
        if exchange and now_ns <= exchange.due_ns:
            exchange.copies[packet.key] += 1
            exchange.wait(now_ns, self._window_ns(exchange))
        elif packet.part != "rest" or not self._join(burst, packet, now_ns):
            self._open(burst, packet, now_ns)

    def _open(self, burst: Burst, packet: Packet, now_ns: int) -> None:
        """Begin an exchange; a rest that belongs nowhere is one by itself, and fails."""
        exchange = _Exchange(
            bursts=[burst],
            due_ns=now_ns,
            limit_ns=now_ns + MAX_HOLD_NS,
            protocol=packet.protocol,
            packets=(packet,),
            copies=Counter({packet.key: 1}),
            outcome=self._dialects[packet.protocol].message((packet,)),
        )
        if isinstance(exchange.outcome, Rejection):
            self.counts[f"{packet.protocol}/{exchange.outcome.reason}"] += 1
        exchange.wait(now_ns, self._window_ns(exchange))
        self._append(exchange)
        self._by_key[packet.protocol, packet.key] = exchange
        if exchange.outcome is None:
            waiting = self._by_link.setdefault((packet.protocol, packet.link), [])
            waiting.append(exchange)
            del waiting[:-MAX_CANDIDATES]

    def _join(self, burst: Burst, packet: Packet, now_ns: int) -> bool:
        """Give a rest to the newest message it does not spoil; say whether there was one."""
        dialect = self._dialects[packet.protocol]
        waiting = self._by_link.get((packet.protocol, packet.link), [])
        for exchange in reversed(waiting):
            if now_ns > exchange.due_ns:
                continue
            packets = (*exchange.packets, packet)
            outcome = dialect.message(packets)
            if isinstance(outcome, Rejection):
                continue
            exchange.packets, exchange.outcome = packets, outcome
            exchange.bursts.append(burst)
            exchange.copies[packet.key] = 1
            exchange.wait(now_ns, self._window_ns(exchange))
            self._by_key[packet.protocol, packet.key] = exchange
            if outcome is not None:
                self._unlist(exchange)
            return True
        return False

    def _window_ns(self, exchange: _Exchange) -> int:
        """Return how long an exchange waits for the next copy or packet."""
        dialect = self._dialects[exchange.packets[0].protocol]
        if exchange.outcome is None:
            return max(dialect.join_window_ns, dialect.repeat_window_ns)
        return dialect.repeat_window_ns

    def _append(self, exchange: _Exchange) -> None:
        """Put an exchange in the queue; where it is full the oldest is due at once."""
        self._queue.append(exchange)
        excess = len(self._queue) - self._max_open
        if excess > 0:
            oldest = self._queue[excess - 1]
            oldest.due_ns = -1
            self.counts[f"{oldest.protocol}/evicted"] += 1

    def _release(self, now_ns: int) -> list[Transmission]:
        """Let go of the oldest exchanges that are due."""
        released = []
        while self._queue and self._queue[0].due_ns < now_ns:
            released.append(self._pop())
        return released

    def _pop(self) -> Transmission:
        """Close the oldest exchange."""
        exchange = self._queue.popleft()
        for packet in exchange.packets:
            if self._by_key.get((packet.protocol, packet.key)) is exchange:
                del self._by_key[packet.protocol, packet.key]
        if exchange.packets and exchange.outcome is None:
            self._unlist(exchange)
            self.counts[f"{exchange.protocol}/incomplete"] += 1
        return exchange.transmission()

    def _unlist(self, exchange: _Exchange) -> None:
        """Take an exchange off the list of those that wait for a rest."""
        link = (exchange.packets[0].protocol, exchange.packets[0].link)
        others = [waiting for waiting in self._by_link.get(link, []) if waiting is not exchange]
        if others:
            self._by_link[link] = others
        else:
            self._by_link.pop(link, None)


def _identifier(span: Span, freq_hz: float, protocol: str | None, raw: bytes | None) -> str:
    """Hash what a live run and a replay of its recording have in common.

    The source's name differs between the two and is left out; protocol and bytes
    are in, so that two packets in one burst, or at one place of two recordings, differ.
    """
    step = _whole(freq_hz / FREQ_STEP_HZ)
    place = f"{span.receiver}/{span.sample_start}/{span.sample_count}/{step}/{protocol}/"
    return sha256(place.encode() + (raw or b"")).hexdigest()[:16]


def _whole(measured: float) -> int | None:
    """Round a measurement; None for one that is no number."""
    return round(measured) if isfinite(measured) else None
