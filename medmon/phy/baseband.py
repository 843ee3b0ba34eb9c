"""Narrow signals and the places they are looked for in: what the tuner gives and is asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from medmon.records import ComplexArray


@dataclass(frozen=True, slots=True, eq=False)
class Baseband:
    """A narrow signal around one carrier.

    Attributes
    ----------
    iq : ndarray of complex64, shape (n,)
        Samples; amplitude as on the input.
    rate_hz : float
        Samples a second.
    offset_hz : float
        Frequency that became zero, relative to the tuned frequency.
    first_sample : float
        Input sample at which the first output sample lies.
    step : float
        Input samples for each output sample.
    noise_width_hz : float
        Width of white noise that the filter lets through.
    """

    iq: ComplexArray
    rate_hz: float
    offset_hz: float
    first_sample: float
    step: float
    noise_width_hz: float

    def sample_at(self, index: float) -> float:
        """Convert an output index into an input sample.

        Parameters
        ----------
        index : float
            Output index, fractions allowed.

        Returns
        -------
        float
            Input sample, counted from the start of the stream.
        """
        return self.first_sample + index * self.step


@dataclass(frozen=True, slots=True, eq=False)
class Glimpses:
    """A narrow signal around one carrier at many short moments only.

    Attributes
    ----------
    iq : ndarray of complex64, shape (n_moments, n)
        Samples; amplitude as on the input. Each moment has a phase of its own.
    first : ndarray of float64, shape (n_moments,)
        Input sample at which the first of each moment lies.
    step : float
        Input samples from one to the next.
    inside : ndarray of bool, shape (n_asked,)
        Which of the moments that were asked for were there.
    noise_width_hz : float
        Width of white noise that the filter lets through.
    """

    iq: ComplexArray
    first: npt.NDArray[np.float64]
    step: float
    inside: npt.NDArray[np.bool_]
    noise_width_hz: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen.

    Attributes
    ----------
    offset_hz : float
        Rough carrier, relative to the tuned frequency.
    reach_hz : float
        How far the carrier may be from there.
    start_sample, stop_sample : float
        From when to when, in samples since the start of the stream.
    """

    offset_hz: float
    reach_hz: float
    start_sample: float
    stop_sample: float


@dataclass(frozen=True, slots=True)
class Part:
    """What part of the wide signal a stretch is.

    Attributes
    ----------
    band_hz : float
        Width of the wide signal's band, beyond which there is nothing.
    noise_width_hz : float
        Width of white noise that is left in the stretch.
    centre_hz : float
        Frequency that is zero in the stretch, relative to the tuned one.
    step : float
        Samples of the stream for each of the stretch.
    """

    band_hz: float
    noise_width_hz: float
    centre_hz: float = 0.0
    step: float = 1.0
