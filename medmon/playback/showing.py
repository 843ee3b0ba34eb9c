"""An `Inspection` comes in, its picture goes out: the spectrogram with every burst boxed."""

from __future__ import annotations

from medmon.pictures import Box, spectrogram_png
from medmon.playback.inspection import Found, Inspection

COLOURS = {"ok": "white", "failed": "orange", "none": "#ff6060"}
"""Colour of a box by the integrity of its packet."""


def picture_of(inspection: Inspection, *, title: str) -> bytes:
    """Draw what was found in a recording.

    Parameters
    ----------
    inspection : Inspection
        What was found.
    title : str
        Line above the picture.

    Returns
    -------
    bytes
        A PNG. Those with packets get their labels first; where not every burst is known, the line
        above says how many are.
    """
    if inspection.burst_count > len(inspection.bursts):
        title += f" (the first {len(inspection.bursts)} of {inspection.burst_count} bursts boxed)"
    bursts = sorted(inspection.bursts, key=lambda found: found.protocol is None)
    return spectrogram_png(
        inspection.rows.power_dbfs(),
        seconds=inspection.rows.seconds,
        freq_hz=inspection.freq_hz,
        rate_hz=inspection.rate_hz,
        title=title,
        boxes=[box_of(found) for found in bursts],
    )


def box_of(found: Found) -> Box:
    """Point out one burst.

    Parameters
    ----------
    found : Found
        The burst.

    Returns
    -------
    Box
        Its time, its bandwidth, and what it is in a word or two.
    """
    half_hz = found.radio.bandwidth_hz / 2
    words = (found.protocol, found.command) if found.protocol else (found.radio.modulation,)
    return Box(
        start_s=found.start_s,
        stop_s=found.start_s + found.radio.duration_us / 1e6,
        low_hz=found.radio.freq_hz - half_hz,
        high_hz=found.radio.freq_hz + half_hz,
        label=" ".join(word for word in words if word),
        colour=COLOURS[found.integrity],
    )
