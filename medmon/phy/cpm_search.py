"""A stretch of signal and an MSK or GFSK modem come in, the places of its sync word go out.

Three steps, each a hundred times dearer than the one before and asked a hundred times less:

- a short probe of the spectrum: a signal whose power stands in a small part of the modem's
  bandwidth is somebody else's;
- differential correlation: the signal times its own conjugate a chip earlier turns a carrier offset
  into a constant phase, so one correlation with the differences of preamble and sync word serves
  all carriers within half a chip rate [1]_;
- coherent correlation with those chips, for a few shifts in time and the spectrum of what is left
  over, which gives carrier and phase. Noise reaches its threshold once in 1e12 places.

.. [1] Choi and Lee, "Frame synchronization in the presence of frequency offset", IEEE Trans.
   Commun. 50(7), 2002: double correlation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from medmon.phy.baseband import Baseband, Place
from medmon.phy.phase_pulse import Floats, Turns, index_of, signs_from_text
from medmon.phy.tuner import Tuner
from medmon.records import ComplexArray, FloatArray, Modem

Number = TypeVar("Number", np.float64, np.complex128)

LEAD_CHIPS = 8
"""Chips of the preamble that are looked for before the sync word: Bluetooth LE sends no more."""
SAMPLES_A_CHIP = 4
HALF_WIDTH_CHIPS = 0.7
"""Half the passband, in chip rates: the carrier's rough place is good to a tenth of one."""
PROBE_S = 1e-3
PROBE_CHIPS = 128
BINS_A_CHIP = 16
"""Resolution of the spectrum, in parts of the chip rate."""
NARROW_BINS = 2
NARROW = 0.5
"""A signal with this part of its power in so few bins is no shift keying of this rate, by a probe
of its middle: MSK and GFSK have a third there at most, a pump or a pod 0.6 to 0.98."""
NARROW_WHOLE = 0.7
"""The same over all of a burst: a third of it may be preamble, which stands in three lines."""
QUIET = 0.4
"""Quantile of the spectrum around that stands for the noise in it."""
FLAT = 1e-6
"""Bins with less than this part of the strongest one lie outside the band."""
CENTRES = 2
LIKELY = 0.22
"""Least squared differential correlation: 48 chips of noise reach it once in 1e5 places, a packet
at the lowest useful signal has 0.5."""
MOST = 32
"""Places looked at more closely for each carrier, best first."""
SHIFTS: Floats = np.arange(-2, 3) / 8
CERTAIN = 0.6
"""Least squared coherent correlation; a packet at the lowest useful signal has 0.75. A word with
every chip turned over, half a chip rate away, has 0.5."""
OFFSET_PARTS = 256
OFFSET_REACH = 0.08
"""Grid and reach of the finer carrier offset, in parts of the chip rate."""


@dataclass(frozen=True, slots=True)
class Found:
    """A sync word.

    Attributes
    ----------
    end_sample : float
        Where the first chip after it begins, in samples since the start of the stream.
    carrier_hz : float
        Carrier, relative to the tuned frequency.
    match : float
        Correlation coefficient.
    """

    end_sample: float
    carrier_hz: float
    match: float


def template(modem: Modem) -> Floats:
    """Give the chips that are looked for: the end of the preamble, then the sync word.

    Parameters
    ----------
    modem : Modem
        How the device sounds.

    Returns
    -------
    ndarray of float64, shape (n_chips,)
        +1 and -1.
    """
    periods = -(-LEAD_CHIPS // len(modem.preamble))
    return signs_from_text((modem.preamble * periods)[-LEAD_CHIPS:] + modem.sync)


def find(tuner: Tuner, modem: Modem, place: Place) -> list[Found]:
    """Look for the sync words of a modem.

    Parameters
    ----------
    tuner : Tuner
        The stretch of signal.
    modem : Modem
        MSK or GFSK.
    place : Place
        Where to listen.

    Returns
    -------
    list of Found
        In order of time, never closer than a sync word.
    """
    half_s = max(PROBE_S, PROBE_CHIPS / modem.symbol_rate_hz) / 2
    half = half_s * tuner.rate_hz
    middle = (place.start_sample + place.stop_sample) / 2
    if not _centres(tuner.cut(middle - half, middle + half), modem, place, NARROW):
        return []
    if place.stop_sample - place.start_sample < tuner.rate_hz / tuner.bin_hz / 2:
        tuner = tuner.cut(place.start_sample, place.stop_sample)
    found: list[Found] = []
    for centre_hz in _centres(tuner, modem, place, NARROW_WHOLE):
        band = tuner.listen(
            place,
            centre_hz,
            half_width_hz=HALF_WIDTH_CHIPS * modem.symbol_rate_hz,
            rate_hz=SAMPLES_A_CHIP * modem.symbol_rate_hz,
        )
        found += _in_band(band, modem)
    return _apart(found, len(modem.sync) / modem.symbol_rate_hz * tuner.rate_hz)


def _apart(found: Sequence[Found], samples: float) -> list[Found]:
    chosen: list[Found] = []
    for one in sorted(found, key=lambda one: -one.match):
        if all(abs(one.end_sample - other.end_sample) >= samples for other in chosen):
            chosen.append(one)
    return sorted(chosen, key=lambda one: one.end_sample)


def _centres(tuner: Tuner, modem: Modem, place: Place, most: float) -> list[float]:
    """List where a chip rate of bandwidth holds most power, unless too much of it is a line."""
    rate_hz = modem.symbol_rate_hz
    # What was seen may be a piece of a wide signal, or be wider for what stands beside it.
    reach_hz = max(rate_hz / 2, place.reach_hz - rate_hz / 4)
    half_width_hz = reach_hz + rate_hz / 2
    band = tuner.listen(
        place, place.offset_hz, half_width_hz=half_width_hz, rate_hz=2.5 * half_width_hz
    )
    size = max(BINS_A_CHIP, 2 * round(band.rate_hz * BINS_A_CHIP / rate_hz / 2))
    pieces = band.iq[: band.iq.size // size * size].reshape(-1, size)
    if not pieces.size:
        return []
    spectra = np.fft.fftshift(np.fft.fft(pieces, axis=1), axes=1)
    power = (spectra.real**2 + spectra.imag**2).mean(axis=0)
    inside, narrow = (_sliding(power, width) for width in (BINS_A_CHIP, NARROW_BINS))
    offsets_hz = (np.arange(inside.size) + BINS_A_CHIP / 2 - 0.5 - size // 2) * band.rate_hz / size
    floor = float(np.quantile(power[power > FLAT * power.max()], QUIET))
    wanted = np.abs(offsets_hz) <= reach_hz
    chosen: list[float] = []
    for at in np.flatnonzero(wanted)[np.argsort(-inside[wanted], kind="stable")]:
        if any(abs(offsets_hz[at] - other) < rate_hz / 2 for other in chosen):
            continue
        line = narrow[at : at + BINS_A_CHIP - NARROW_BINS + 1].max() - NARROW_BINS * floor
        if line > most * (inside[at] - BINS_A_CHIP * floor):
            break
        chosen.append(float(offsets_hz[at]))
        if len(chosen) == CENTRES:
            break
    return [band.offset_hz + offset_hz for offset_hz in chosen]


def _sliding(power: FloatArray, width: int) -> npt.NDArray[np.float64]:
    total = np.concatenate(([0.0], np.cumsum(power, dtype=np.float64)))
    return np.asarray(total[width:] - total[:-width], dtype=np.float64)


def _in_band(band: Baseband, modem: Modem) -> list[Found]:
    signs = template(modem)
    likely, rows = _differential(band.iq, signs, modem)
    places = np.flatnonzero(likely > LIKELY)
    places = places[np.argsort(-likely[places], kind="stable")]
    chosen: list[int] = []
    for place in places.tolist():
        if len(chosen) == MOST:
            break
        if all(abs(place - other) > SAMPLES_A_CHIP for other in chosen):
            chosen.append(place)
    closer = (_coherent(band, place, float(np.angle(rows[place])), signs, modem)
              for place in chosen)  # fmt: skip
    return [one for one in closer if one is not None and one.match**2 > CERTAIN]


def _differential(iq: ComplexArray, signs: Floats, modem: Modem) -> tuple[FloatArray, ComplexArray]:
    """Correlate the differences over a chip, at every sample: squared coefficients and values."""
    count = signs.size
    rows = (iq.size - SAMPLES_A_CHIP) // SAMPLES_A_CHIP
    if rows <= count:
        return np.empty(0, np.float32), np.empty(0, np.complex64)
    used = rows * SAMPLES_A_CHIP
    turned = iq[SAMPLES_A_CHIP : SAMPLES_A_CHIP + used] * np.conj(iq[:used])
    turned = turned.reshape(rows, SAMPLES_A_CHIP)
    phase, _ = Turns(signs, modem).at(np.arange(count + 1, dtype=np.float64))
    shape = np.exp(1j * np.pi * index_of(modem) * np.diff(phase))
    # Without its mean: a bare carrier has differences too, all alike.
    shape = (shape - shape.mean()).astype(np.complex64)
    size = 1 << (rows - 1).bit_length()
    spectrum = np.fft.fft(turned, n=size, axis=0) * np.conj(np.fft.fft(shape, n=size))[:, None]
    places = rows - count + 1
    match = np.fft.ifft(spectrum, axis=0)[:places]
    total = _running(turned.astype(np.complex128), count)
    power = _running((turned.real**2 + turned.imag**2).astype(np.float64), count)
    spread = np.maximum(power - np.abs(total) ** 2 / count, 1e-6 * power + 1e-30)
    scale = float(np.sum(np.abs(shape) ** 2))
    likely = (match.real**2 + match.imag**2) / (spread * scale)
    return likely.ravel().astype(np.float32), match.ravel().astype(np.complex64)


def _running(rows: npt.NDArray[Number], count: int) -> npt.NDArray[Number]:
    """Add up `count` rows at a time."""
    total = np.cumsum(rows, axis=0)
    return total[count - 1 :] - np.concatenate((total[:1] * 0, total[:-count]))


def _coherent(
    band: Baseband, place: int, turn_rad: float, signs: Floats, modem: Modem
) -> Found | None:
    """Correlate with all chips at once, for a few shifts in time and all carriers close by."""
    parts = (np.arange(signs.size * SAMPLES_A_CHIP) + 0.5) / SAMPLES_A_CHIP
    phase, _ = Turns(signs, modem).at(parts)
    wanted = np.exp(-1j * (np.pi * index_of(modem) * phase + turn_rad * parts))
    places = place + (parts + SHIFTS[:, None]) * SAMPLES_A_CHIP
    if places[0, 0] < 0 or places[-1, -1] > band.iq.size - 1:
        return None
    left = places.astype(np.intp)
    share = places - left
    heard = band.iq[left] * (1 - share) + band.iq[left + 1] * share
    chips = (heard * wanted).reshape(SHIFTS.size, signs.size, SAMPLES_A_CHIP).sum(axis=2)
    spectrum = np.abs(np.fft.fft(chips, n=OFFSET_PARTS, axis=1)) ** 2
    spectrum /= signs.size * np.sum(np.abs(chips) ** 2, axis=1, keepdims=True) + 1e-30
    reach = round(OFFSET_REACH * OFFSET_PARTS)
    spectrum[:, reach + 1 : -reach] = 0.0
    shift, offset = np.unravel_index(int(spectrum.argmax()), spectrum.shape)
    turn = turn_rad / (2 * np.pi) + float(np.fft.fftfreq(OFFSET_PARTS)[offset])
    end = place + (signs.size + float(SHIFTS[shift])) * SAMPLES_A_CHIP
    return Found(
        end_sample=band.sample_at(end),
        carrier_hz=band.offset_hz + turn * band.rate_hz / SAMPLES_A_CHIP,
        match=float(np.sqrt(spectrum[shift, offset])),
    )
