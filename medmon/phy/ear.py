"""One modem and the samples that have arrived come in, its sync words and headings go out.

An `Ear` knows at which samples a modem's headings are worth listening for, and listens with the
receivers of whole packets: to them a heading is a packet that ends where the heading does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from medmon.phy import fsk, ook
from medmon.phy.arrivals import Arrivals, kept_samples
from medmon.phy.baseband import Place
from medmon.phy.channelizer import Grid
from medmon.phy.filters import ROLL_OFF
from medmon.phy.linecode import bits_each, chips_each, least_margin
from medmon.phy.reception import SOFT_LAG, Reception
from medmon.phy.regions import fits
from medmon.phy.sync import TEMPLATE_CHIPS
from medmon.phy.timing import CLOCK_ERROR
from medmon.phy.tuner import Tuner
from medmon.records import Modem

AHEAD_CHIPS = 8
"""A sync word is found at least so long before its heading is in."""
MARGIN_CHIPS = 24
"""Filters ring for less at the beginning of what is searched."""
WRONG_CHIPS = 0.125
"""A sync word with more wrong chips is a part of one that is not over yet."""
PREAMBLE_CHIPS = 48
PREAMBLE_LIKENESS = 0.88
"""So many chips of a preamble resemble those one period before so much, 9 dB over the noise of what
is cut out; the sync word of a pump resembles itself two chips before by 0.75. Below that level
every sender is searched all the time."""
SKIRT_CHIPS = 1.5
"""What is cut out around a carrier reaches so many chip rates beyond its tones."""
LATE_CHIPS = 1
"""The flank of the last chip is over so much later than the chip."""
PAD_CHIPS = 3
"""Filters of the last chips reach beyond what has arrived: so much silence stands there."""
MARGIN = 0.25
"""Every symbol of a heading must be decided so clearly (`linecode.least_margin`), since no check
guards its bits: where one packet in two can be read at all, this leaves one wrong heading in some
thousands, and a third of the right ones wait for the end of their packets."""

_SEARCH: dict[str, Callable[..., list[Reception]]] = {"ook": ook.receive, "fsk": fsk.receive}
_READ_ON: dict[str, Callable[[Tuner, Reception, Modem], Reception]] = {
    "ook": ook.read_on,
    "fsk": fsk.read_on,
}


@dataclass(frozen=True, slots=True, eq=False)
class Ear:
    """One modem, and when it is listened for; times are in samples of the stream.

    Attributes
    ----------
    modem : Modem
        How the device sounds.
    chip : float
        Length of a chip.
    period : int
        Time from search to search.
    wait : int
        Time from look to look while its preamble is running.
    word : int
        Length of its sync word.
    reach : int
        How far back is searched.
    most_bits : int
        The longest packet whose samples are kept until it is over.
    """

    modem: Modem
    chip: float
    period: int
    wait: int
    word: int
    reach: int
    most_bits: int

    @classmethod
    def of(cls, modem: Modem, grid: Grid) -> Ear:
        """Plan when a modem is listened for.

        Parameters
        ----------
        modem : Modem
            A modem that can be heard early.
        grid : Grid
            Gives the sample rate.

        Returns
        -------
        Ear
            The plan: a sync word is found before its heading is in, wherever it ends between two
            searches or two looks at its preamble.
        """
        chip = grid.rate_hz / modem.symbol_rate_hz
        period = max(AHEAD_CHIPS, _chips(modem, min(modem.heading_bits)) - AHEAD_CHIPS)
        word = len(modem.sync)
        wait = max(word + AHEAD_CHIPS, period // 2)
        reach = TEMPLATE_CHIPS + period + MARGIN_CHIPS
        kept = kept_samples(grid.rate_hz) / chip / (1 + CLOCK_ERROR)
        chips = int(kept) - TEMPLATE_CHIPS - MARGIN_CHIPS - LATE_CHIPS
        most_bits = chips // chips_each(modem.line_code) * bits_each(modem.line_code)
        times = [int(chips * chip) for chips in (period, wait, word, reach)]
        return cls(modem, chip, times[0], times[1], times[2], times[3], most_bits)

    def due(self, sync: float, bits: int) -> int:
        """Say when bits behind a sync word can be read.

        Parameters
        ----------
        sync : float
            Where the sync word ended.
        bits : int
            How many.

        Returns
        -------
        int
            The sample at which the last of them has arrived, from the slowest clock.
        """
        chips = _chips(self.modem, bits) * (1 + CLOCK_ERROR) + LATE_CHIPS
        return int(np.ceil(sync + chips * self.chip))

    def in_after(self, reception: Reception, bits: int) -> float:
        """Say when bits behind a sync word had arrived.

        Parameters
        ----------
        reception : Reception
            Gives the clock.
        bits : int
            How many; 0 gives the end of the sync word.

        Returns
        -------
        float
            The sample at which the last chip of them ended.
        """
        chips = _chips(self.modem, bits) - 0.5
        index = reception.clock.start - SOFT_LAG + chips * reception.clock.step
        return reception.band.sample_at(index)

    def is_preamble(self, arrivals: Arrivals, place: Place) -> bool:
        """Tell whether the preamble is still running: its signal repeats itself.

        Parameters
        ----------
        arrivals : Arrivals
            What has arrived.
        place : Place
            Where a carrier, or one of two tones, may be; its stop is now.

        Returns
        -------
        bool
            Whether no sync word can have begun more than a few chips before.
        """
        repeats = len(self.modem.preamble)
        start = place.stop_sample - (PREAMBLE_CHIPS + repeats) * self.chip
        reach_hz = place.reach_hz + (self.modem.deviation_hz or 0.0)
        tuner, place = arrivals.tuner(replace(place, start_sample=start, reach_hz=reach_hz), 0)
        narrow = tuner.around(place, self._spare_hz()).all_of_it(place.offset_hz)
        lag = round(repeats * self.chip / narrow.step)
        late, soon = narrow.iq[lag:], narrow.iq[:-lag]
        power = float(np.vdot(late, late).real + np.vdot(soon, soon).real) / 2
        return abs(complex(np.vdot(soon, late))) > PREAMBLE_LIKENESS * power

    def sync_words(self, arrivals: Arrivals, place: Place) -> Iterator[tuple[float, Reception]]:
        """Look for sync words.

        Parameters
        ----------
        arrivals : Arrivals
            What has arrived.
        place : Place
            Where to look; its stop is now.

        Yields
        ------
        float
            Where a sync word ended.
        Reception
            How it was heard.
        """
        tuner, longer = arrivals.tuner(place, int(PAD_CHIPS * self.chip))
        search = _SEARCH[self.modem.modulation]
        for reception in search(tuner, self._shortened(0), longer, is_quick=True):
            sync = self.in_after(reception, 0)
            # One that ends later is in part the silence behind what has arrived.
            is_over = sync <= place.stop_sample
            if is_over and reception.sync.errors <= WRONG_CHIPS * len(self.modem.sync):
                yield sync, reception

    def read(self, arrivals: Arrivals, known: Reception, bits: int, now: int) -> Reception | None:
        """Read bits behind a sync word.

        Parameters
        ----------
        arrivals : Arrivals
            What has arrived.
        known : Reception
            The sync word.
        bits : int
            How many.
        now : int
            The sample up to which there is something.

        Returns
        -------
        Reception or None
            The bits; None where one of them is missing.
        """
        start = self.in_after(known, 0) - (TEMPLATE_CHIPS + MARGIN_CHIPS) * self.chip
        place = Place(known.carrier_hz, 0.0, start, now)
        tuner, place = arrivals.tuner(place, int(PAD_CHIPS * self.chip))
        near = tuner.around(place, self._spare_hz())
        heard = _READ_ON[self.modem.modulation](near, known, self._shortened(bits))
        return heard if heard.enough else None

    def _shortened(self, bits: int) -> Modem:
        """Give the modem of packets of so many bits."""
        return replace(self.modem, min_bits=bits, max_bits=bits)

    def _spare_hz(self) -> float:
        """Give what a carrier needs to either side."""
        half_width_hz = (self.modem.deviation_hz or 0.0) + SKIRT_CHIPS * self.modem.symbol_rate_hz
        return half_width_hz * (1 + ROLL_OFF)


def can_be_early(modem: Modem, rate_hz: float) -> bool:
    """Tell whether the headings of a modem can be listened for.

    Parameters
    ----------
    modem : Modem
        How the device sounds.
    rate_hz : float
        Sample rate.

    Returns
    -------
    bool
        Whether it declares headings, fits into the band, and has receivers that can read on.
    """
    return bool(modem.heading_bits) and modem.modulation in _SEARCH and fits(modem, rate_hz)


def is_clear(reception: Reception) -> bool:
    """Tell whether every bit was decided clearly.

    Parameters
    ----------
    reception : Reception
        Bits without a check.

    Returns
    -------
    bool
        Whether each may be believed.
    """
    margin = least_margin(reception.chips, reception.modem.line_code)
    return margin >= MARGIN and not reception.symbols.contradicted.any()


def _chips(modem: Modem, bits: int) -> int:
    """Count the chips of some data bits, whole symbols."""
    return -(-bits // bits_each(modem.line_code)) * chips_each(modem.line_code)
