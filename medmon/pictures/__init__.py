"""Samples come in, pictures go out: what a recording looks like in time and frequency.

`rows` averages the power of a stream of any length into a few hundred spectra, `spectrogram`
draws them with boxes around what was found, of which `boxes` joins those without room between.
"""

from __future__ import annotations

from medmon.pictures.boxes import Box
from medmon.pictures.rows import PowerRows
from medmon.pictures.spectrogram import draw_spectrogram, plain_text, spectrogram_png

__all__ = ["Box", "PowerRows", "draw_spectrogram", "plain_text", "spectrogram_png"]
