"""Samples and packets that were read in them come in, the samples without these packets go out.

A packet that was read is known but for how it reached the receiver: its chips, its clock and its
carrier say what was sent. What was sent is drawn again as it left the modulator, with hard edges,
and fitted to the samples by least squares [1]_:

- a short filter stands for the shape of the edges, the paths through the room, and the receiver;
- a slowly varying gain stands for the rest of the carrier's error, its wander, and fading;
- start, chip length and deviation are bettered by the derivatives of the drawing after them;
- the mirror image of a receiver whose two paths differ is the conjugate of it all, times a number.

None of these follows another sender's chips: filter and gain together have some hundred numbers
for the ten thousands of samples of a packet, so who speaks at the same time is left as it was.

.. [1] Verdu, Multiuser Detection, 1998, section 7.4: successive cancellation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from medmon.phy.filters import fast_length
from medmon.phy.packets import Sent
from medmon.records import ComplexArray

EDGE_SAMPLES = 4.0
"""Width of a drawn edge: steep, but so soft that little of its spectrum is folded into the band."""
FILTER_S = 12e-6
"""The filter reaches so far to either side: an edge of 12 us, and paths 3 km longer."""
GAIN_S = 3e-3
"""Time over which the gain may change: fifty chips of the slowest sender average others out."""
GAIN_BLOCKS = 8
SWITCH_S = 12e-6
"""Half the time for which a carrier is taken to be switched on or off; less than a chip."""
MARGIN_CHIPS = 2.0
RIDGE = 1e-7
"""Part of a drawing's power that is added to the normal equations: the rounding of single
precision."""
PASSES = 4
WORTH = 0.7
"""Start, chip length and deviation are bettered twice, and again as long as only this part of the
rest is left each time."""
LINE_HZ = 16e3
OFFSET_HZ = 4_000.0
"""A carrier is looked for so far from where it was measured, in a spectrum 16 kHz wide."""
IMAGE_HZ = 1_000.0
"""A carrier nearer to zero lies on its own image."""


def without(
    iq: ComplexArray, first_sample: int, rate_hz: float, packets: Sequence[Sent]
) -> ComplexArray:
    """Take packets off the samples.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Samples.
    first_sample : int
        Place of the first one in the stream.
    rate_hz : float
        Sample rate.
    packets : sequence of Sent
        Packets that were read, strongest first.

    Returns
    -------
    ndarray of complex64, shape (n,)
        What is left; the samples themselves stay as they are.
    """
    left = iq.copy()
    for sent in packets:
        margin = MARGIN_CHIPS * sent.step
        start = max(0, int(sent.start - margin) - first_sample)
        stop = min(iq.size, int(np.ceil(sent.stop + margin)) - first_sample)
        if stop - start < sent.step * len(sent.chips) / 2:
            continue
        turns = np.arange(stop - start) * (sent.carrier_hz / rate_hz)
        carrier = np.asarray(np.exp(2j * np.pi * turns), dtype=np.complex64)
        here = replace(sent, start=sent.start - first_sample - start)
        arrived = explained(left[start:stop] * np.conj(carrier), here, rate_hz) * carrier
        left[start:stop] -= arrived + _image(left[start:stop], arrived, sent)
        if sent.deviation_hz is not None:
            _silence(left[start:stop], here, rate_hz)
    return left


def _silence(iq: ComplexArray, sent: Sent, rate_hz: float) -> None:
    """Blank the two moments in which a shifted carrier is switched: nothing tells their shape."""
    reach = SWITCH_S * rate_hz
    for place in (sent.start, sent.stop):
        iq[max(0, round(place - reach)) : max(0, round(place + reach))] = 0


def explained(iq: ComplexArray, sent: Sent, rate_hz: float, *, refine: bool = True) -> ComplexArray:
    """Give the part of a narrow signal that a packet explains.

    Parameters
    ----------
    iq : ndarray of complex64, shape (n,)
        Samples, the packet's carrier at zero.
    sent : Sent
        The packet, its place counted in these samples.
    rate_hz : float
        Their rate.
    refine : bool
        Whether start, chip length and deviation are to be bettered first.

    Returns
    -------
    ndarray of complex64, shape (n,)
        What arrived of the packet.
    """
    wave = _drawn(sent, iq.size, rate_hz)
    if not refine:
        return _fitted(iq, wave, rate_hz)
    turns = np.arange(iq.size) * (_offset_hz(iq, wave, rate_hz) / rate_hz)
    turning = np.asarray(np.exp(2j * np.pi * turns), dtype=np.complex64)
    iq = iq * np.conj(turning)
    arrived = _fitted(iq, wave, rate_hz)
    left = _power(iq - arrived)
    for count in range(PASSES):
        sent = _bettered(sent, iq - arrived, _slopes(sent, arrived, rate_hz))
        better = _fitted(iq, _drawn(sent, iq.size, rate_hz), rate_hz)
        before, left = left, _power(iq - better)
        if left > before:
            break
        arrived = better
        if count and left > WORTH * before:
            break
    return arrived * turning


def _offset_hz(iq: ComplexArray, wave: ComplexArray, rate_hz: float) -> float:
    """Measure how far the carrier is from zero: a neighbour pulls what was measured without it."""
    block = max(1, round(rate_hz / LINE_HZ))
    product = (iq * np.conj(wave))[: iq.size // block * block].reshape(-1, block).sum(axis=1)
    size = 1 << (4 * product.size - 1).bit_length()
    lines = np.abs(np.fft.fft(product, n=size))
    offsets_hz = np.fft.fftfreq(size, block / rate_hz)
    lines[np.abs(offsets_hz) > OFFSET_HZ] = 0.0
    coarse_hz = float(offsets_hz[lines.argmax()])
    half = product.size // 2
    turned = product[: 2 * half] * np.exp(-2j * np.pi * coarse_hz * block / rate_hz
                                          * np.arange(2 * half))  # fmt: skip
    # From the middle of one half to that of the other the phase turns by what is left.
    turn = float(np.angle(turned[half:].sum() * np.conj(turned[:half].sum())))
    return float(coarse_hz + turn / (2 * np.pi) * rate_hz / (block * max(half, 1)))


def _power(iq: ComplexArray) -> float:
    return float(np.vdot(iq, iq).real)


def _fitted(iq: ComplexArray, wave: ComplexArray, rate_hz: float) -> ComplexArray:
    """Bring a drawing as close to the samples as gain and filter can."""
    return _filtered(iq, wave * _gain(iq, wave, rate_hz), rate_hz)


def _drawn(sent: Sent, count: int, rate_hz: float) -> ComplexArray:
    """Draw a packet with hard edges."""
    chips = np.asarray(sent.chips, dtype=np.bool_)
    place = _places(sent, count)
    if sent.deviation_hz is None:
        return _keyed(chips, place, EDGE_SAMPLES / sent.step)
    phase = 2 * np.pi * sent.deviation_hz * sent.step / rate_hz * _turns(chips, place)
    inside = (place >= 0) & (place < chips.size)
    return np.asarray(np.where(inside, np.exp(1j * phase), 0), dtype=np.complex64)


def _places(sent: Sent, count: int) -> npt.NDArray[np.float64]:
    """Count the samples in chips, from the beginning of the first one."""
    return np.asarray((np.arange(count) - sent.start) / sent.step, dtype=np.float64)


def _keyed(
    chips: npt.NDArray[np.bool_], place: npt.NDArray[np.float64], width: float
) -> ComplexArray:
    """Draw an on-off keyed carrier; its edges are raised cosines `width` chips wide."""
    padded = np.concatenate(([False], chips, [False])).astype(np.float32)
    boundary = np.clip(np.rint(place), 0, chips.size)
    before = boundary.astype(np.intp)
    part = np.clip((place - boundary) / width + 0.5, 0.0, 1.0)
    rise = 0.5 - 0.5 * np.cos(np.pi * part)
    level = padded[before] + (padded[before + 1] - padded[before]) * rise
    return np.asarray(level, dtype=np.complex64)


def _turns(chips: npt.NDArray[np.bool_], place: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Give the integral of +1 for a mark and -1 for a space, in chips."""
    gathered = np.concatenate(([0.0], np.cumsum(np.where(chips, 1.0, -1.0))))
    return np.asarray(np.interp(place, np.arange(gathered.size), gathered), dtype=np.float64)


def _gain(iq: ComplexArray, wave: ComplexArray, rate_hz: float) -> ComplexArray:
    """Give the slowly varying factor that brings a drawing closest to the samples."""
    block = max(1, min(round(GAIN_S * rate_hz / GAIN_BLOCKS), iq.size // 2))
    starts = np.arange(0, iq.size, block)
    product = np.add.reduceat(iq * np.conj(wave), starts)
    power = np.add.reduceat(wave.real**2 + wave.imag**2, starts)
    window = np.hanning(2 * GAIN_BLOCKS + 1)
    smooth = np.convolve(product, window)[GAIN_BLOCKS:-GAIN_BLOCKS]
    weight = np.convolve(power, window)[GAIN_BLOCKS:-GAIN_BLOCKS]
    gain = smooth / np.maximum(weight, 1e-3 * float(weight.max()) + 1e-30)
    middles = starts + block / 2
    return np.asarray(np.interp(np.arange(iq.size), middles, gain), dtype=np.complex64)


def _filtered(iq: ComplexArray, wave: ComplexArray, rate_hz: float) -> ComplexArray:
    """Filter a drawing so that it comes closest to the samples (normal equations)."""
    reach = max(1, round(FILTER_S * rate_hz))
    size = fast_length(iq.size + 2 * reach)
    spectrum = np.fft.fft(wave, n=size)
    own = np.fft.ifft(spectrum.real**2 + spectrum.imag**2)[: 2 * reach + 1].astype(np.complex128)
    if own[0].real <= 0:
        return np.zeros_like(wave)
    own[0] *= 1 + RIDGE
    cross = np.fft.ifft(np.fft.fft(iq, n=size) * np.conj(spectrum))
    lags = np.concatenate((cross[-reach:], cross[: reach + 1])).astype(np.complex128)
    taps = np.zeros(size, dtype=np.complex64)
    taps[: 2 * reach + 1] = np.linalg.solve(_toeplitz(own), lags)
    filtered = np.fft.ifft(spectrum * np.fft.fft(taps))
    return np.asarray(filtered[reach : reach + iq.size], dtype=np.complex64)


def _toeplitz(lags: npt.NDArray[np.complex128]) -> npt.NDArray[np.complex128]:
    """Give the Hermitian matrix whose diagonals are the lags of a correlation."""
    apart = np.arange(lags.size)[:, None] - np.arange(lags.size)
    mirrored = lags[np.abs(apart)]
    return np.asarray(np.where(apart >= 0, mirrored, np.conj(mirrored)), dtype=np.complex128)


def _slopes(sent: Sent, arrived: ComplexArray, rate_hz: float) -> tuple[ComplexArray, ...]:
    """Tell how what arrived changes with what was measured.

    The slopes are those after a shift by one sample, after a shift that grows from none at the
    first chip to one sample at the last, and, for a shifted carrier, after one hertz of deviation.
    """
    chips = np.asarray(sent.chips, dtype=np.bool_)
    place = _places(sent, arrived.size)
    shifted = -np.gradient(arrived).astype(np.complex64)
    slopes = (shifted, shifted * (place / chips.size).astype(np.float32))
    if sent.deviation_hz is None:
        return slopes
    turns = 2 * np.pi * sent.step / rate_hz * _turns(chips, place)
    return (*slopes, 1j * turns.astype(np.float32) * arrived)


def _bettered(sent: Sent, rest: ComplexArray, slopes: Sequence[ComplexArray]) -> Sent:
    """Move what was measured of a packet to where less is left of it (Gauss and Newton)."""
    parts = np.stack([slope.view(np.float32) for slope in slopes])
    gram = (parts @ parts.T).astype(np.float64)
    gram[np.diag_indices_from(gram)] *= 1 + RIDGE
    if not np.all(np.diag(gram) > 0):
        return sent
    moved = np.linalg.solve(gram, (parts @ rest.view(np.float32)).astype(np.float64))
    start, step = sent.start + float(moved[0]), sent.step + float(moved[1]) / len(sent.chips)
    if sent.deviation_hz is None:
        return replace(sent, start=start, step=step)
    deviation_hz = sent.deviation_hz + float(moved[2])
    return replace(sent, start=start, step=step, deviation_hz=deviation_hz)


def _image(iq: ComplexArray, arrived: ComplexArray, sent: Sent) -> ComplexArray:
    """Give the mirror image of what arrived, as far as the samples hold one."""
    power = _power(arrived)
    if abs(sent.carrier_hz) < IMAGE_HZ or power <= 0.0:
        return np.zeros_like(arrived)
    mirrored = np.conj(arrived)
    return mirrored * np.complex64(np.vdot(mirrored, iq - arrived) / power)
