"""One recording comes in, the lines of what its monitor says go out, and then how it ended.

A recording that breaks off is evidence up to that place: everything before it is judged, what was
under way is closed, and the fault is kept for the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from medmon.errors import InputError, MedmonError
from medmon.monitor import Monitor, all_decoders
from medmon.phy import needed_rate_hz
from medmon.playback.clipping import Clipping
from medmon.playback.listening import Fault, Listening, Plan, Watch
from medmon.playback.trimming import Item
from medmon.records import Block, Record, Summary
from medmon.wire import Line, line_from_record

LOST_SHARE = 0.01
"""More lost samples than this are worth a remark."""
FAR_HZ = 10e6
"""So far from every known frequency a wrong one is likelier than a new one."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a recording ended.

    Attributes
    ----------
    summary : Summary
        What was heard.
    fault : Fault or None
        What broke it off.
    """

    summary: Summary
    fault: Fault | None


class Judging:
    """One recording and a monitor of its own.

    Parameters
    ----------
    uri : str
        The recording.
    plan : Plan
        How to listen.
    watch : Watch
        Who follows the work.

    Raises
    ------
    ConfigError
        If a policy row has mistakes.
    PluginError
        If a plugin is missing or its name is taken twice.
    """

    def __init__(self, uri: str, plan: Plan, watch: Watch) -> None:
        self._uri, self._watch = uri, watch
        self._listening = Listening(uri, plan, watch)
        self._decoders = all_decoders()
        self._monitor = Monitor(plan.config, self._decoders, early=plan.is_early)
        self._clipping = Clipping()
        self._rate_hz: float | None = None
        self._seconds: float | None = None
        self._fault: Fault | None = None

    def lines(self) -> Iterator[Line]:
        """Judge the recording, once.

        Yields
        ------
        dict
            The line of each record, all but the summary's.
        """
        try:
            for item in self._listening:
                self._look_at(item)
                yield from self._written(self._monitor.feed(item))
        except MedmonError as error:
            self._fault = Fault.of(error)
        yield from self._written(self._monitor.flush())
        lost = self._monitor.summary().samples_lost
        if self._listening.layout is None:
            lost = 0  # records of an earlier run tell of its losses themselves
        for remark in (self._clipping.remark(), _remark_on(lost, self._clipping.samples)):
            if remark:
                self._watch.say(f"{self._uri}: {remark}")

    def ended(self) -> Ended:
        """Say how it ended.

        Returns
        -------
        Ended
            What was heard, and what broke it off.
        """
        summary = self._monitor.summary()
        if self._seconds is not None:
            summary = replace(summary, seconds=self._seconds)
        return Ended(summary, self._fault)

    def _look_at(self, item: Item) -> None:
        if isinstance(item, Summary):
            # Without samples only the earlier run knows how long was listened.
            self._seconds = item.seconds
        if isinstance(item, Block):
            if item.rate_hz != self._rate_hz:
                if self._rate_hz is None:
                    self._check_start()
                    self._check_freq(item)
                self._rate_hz = item.rate_hz
                self._check_rate(item.rate_hz)
            self._clipping.feed(item)

    def _check_start(self) -> None:
        """Say that times mean nothing where nobody knows when the recording was made."""
        layout = self._listening.layout
        if layout is not None and layout.start_ns == 0:
            self._watch.say(
                f"{self._uri}: nothing says when it was made, so times count from 1970 and no "
                "hours are quiet; --start-time tells"
            )

    def _check_freq(self, first: Block) -> None:
        """Say where nobody knows what the receiver was tuned to, or no device speaks there."""
        nominal_hz = {hz for d in self._decoders for modem in d.modems for hz in modem.freqs_hz}
        nearest_hz = min(nominal_hz, key=lambda hz: abs(hz - first.freq_hz))
        if not first.freq_hz:
            self._watch.say(
                f"{self._uri}: nothing says what it was tuned to, so frequencies count from there; "
                "--freq tells"
            )
        elif abs(nearest_hz - first.freq_hz) > first.rate_hz / 2 + FAR_HZ:
            self._watch.say(
                f"{self._uri}: tuned to {first.freq_hz:.10g} Hz, where no device speaks that "
                f"medmon knows; the nearest would be at {nearest_hz / 1e6:.10g}M"
            )

    def _check_rate(self, rate_hz: float) -> None:
        """Say who cannot be heard at this rate; nobody at all is an error."""
        needed = {
            decoder.name: max(needed_rate_hz(modem) for modem in decoder.modems)
            for decoder in self._decoders
        }
        least = min(needed_rate_hz(modem) for d in self._decoders for modem in d.modems)
        if rate_hz < least:
            raise InputError(
                self._uri,
                expected=f"at least {least:.0f} samples a second",
                found=f"{rate_hz:.10g}",
                help_text="no device that medmon knows fits into so narrow a band",
            )
        for name, hertz in needed.items():
            if rate_hz < hertz:
                self._watch.say(
                    f"{self._uri}: {rate_hz:.10g} samples a second are too few for all of {name}, "
                    f"which needs {hertz:.0f}"
                )

    def _written(self, records: Sequence[Record]) -> Iterator[Line]:
        for record in records:
            yield line_from_record(record, devices=self._monitor.devices)


def _remark_on(lost: int, heard: int) -> str:
    """Say that much of a recording could not be judged; empty when little was lost."""
    if not lost or lost < LOST_SHARE * (lost + heard):
        return ""
    share = f"{100 * lost / (lost + heard):.0f} %"
    return f"{share} of the samples are missing or no numbers; the gap records say where and why"
