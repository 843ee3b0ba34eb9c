"""A file name or flags come in, `Facts` about a recording go out, and the better source wins.

Raw recordings carry no header, so their name does: ``g001_433.92M_250k.cu8`` is 433.92 MHz,
250,000 samples a second, cu8. The rules are those of rtl_433, with SDR# and SDRuno names beside:

* a decimal number with ``M`` is the centre frequency, one with ``k`` is the sample rate, whatever
  their size, as rtl_433 writes them;
* of two with ``M`` where nothing else tells a rate, ``g009_434.1M_1.024M.cu8``, the first is the
  frequency and the second, if it is lower and at most 100 MS/s, the rate;
* ``Hz``, ``kHz``, ``MHz``, ``GHz`` are a frequency, ``sps``, ``ksps``, ``Msps`` a rate;
* ``20261123_111503Z`` or ``20261123T111503Z`` is the UTC time of the first sample; without the Z
  nobody knows the zone, and it is not believed;
* the ending is the sample format.

A value that stands twice and differently in one name is not believed either. The folder's name is
not read. Rising order of belief: file name, metadata of the file, flags of the user.

Source: rtl_433 docs/IQ_FORMATS.md, "File name meta data".
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, fields
from pathlib import PurePath

from medmon.capture.formats import FORMATS, SampleFormat
from medmon.capture.timeline import LAST_NS
from medmon.errors import InputError
from medmon.quantities import hertz_from_text, ns_from_iso

MIN_RATE_HZ, MAX_RATE_HZ = 1.0, 1e12
"""Bounds of a sample rate; the upper one is that of the SigMF schema."""
MAX_NAMED_RATE_HZ = 100e6
"""A number with ``M`` above this is no sample rate; no receiver here is that fast."""
MAX_FREQ_HZ = 1e12
"""Bound of a centre frequency, as in the SigMF schema."""
MAX_ANTENNAS = 64
"""More interleaved channels than this is a mistake in the metadata, not an array."""

ENDINGS: dict[str, str] = {
    **{name: name for name in FORMATS},
    "data": "cu8", "complex16u": "cu8", "complex16s": "cs8", "complex32s": "cs16",
    "cfile": "cf32", "complex": "cf32", "fc32": "cf32",
    **{row.sigmf_datatype: name for name, row in FORMATS.items()},
}  # fmt: skip
"""File ending, without its dot, to name of the format."""

_QUANTITY = re.compile(
    r"(?<![0-9A-Za-z.])([0-9]+(?:\.[0-9]+)?)(M|[kMG]?Hz|[kK]|[kMG]?sps)(?![0-9A-Za-z])"
)
_MOMENT = re.compile(
    r"(?<![0-9])([0-9]{4})([0-9]{2})([0-9]{2})[_T-]([0-9]{2})([0-9]{2})([0-9]{2})Z"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a recording or receiver; None where nobody said.

    Attributes
    ----------
    freq_hz : float or None
        Frequency the receiver was tuned to.
    rate_hz : float or None
        Samples a second.
    start_ns : int or None
        UTC time of the first sample.
    sample_format : str or None
        Name of the sample format: "cu8".
    antenna_count : int or None
        How many antennas take turns in the samples.
    """

    freq_hz: float | None = None
    rate_hz: float | None = None
    start_ns: int | None = None
    sample_format: str | None = None
    antenna_count: int | None = None

    def over(self, lower: Facts) -> Facts:
        """Fill what is not known here from facts that deserve less belief.

        Parameters
        ----------
        lower : Facts
            The less believable facts.

        Returns
        -------
        Facts
            Both together.
        """
        merged = {
            item.name: getattr(lower, item.name)
            if getattr(self, item.name) is None
            else getattr(self, item.name)
            for item in fields(self)
        }
        return Facts(**merged)


NOTHING_KNOWN = Facts()
"""Facts of a user who gave no flag."""


def facts_from_name(path: str) -> Facts:
    """Read what a file's name says.

    Parameters
    ----------
    path : str
        Path or name; only its last part is read. An ending ``.gz`` is looked through.

    Returns
    -------
    Facts
        What it says, unchecked. Never fails: a name may be anything.

    Examples
    --------
    >>> known = facts_from_name("captures/g001_433.92M_250k.cu8")
    >>> known.freq_hz, known.rate_hz, known.sample_format
    (433920000.0, 250000.0, 'cu8')
    """
    name = PurePath(path).name
    freqs: set[float] = set()
    rates: set[float] = set()
    millions: list[float] = []
    for number, unit in _QUANTITY.findall(name):
        hertz = hertz_from_text(number + unit)
        if unit == "M":
            millions.append(hertz)
        else:
            (freqs if unit.endswith("Hz") else rates).add(hertz)
    if not (freqs or rates) and _is_freq_and_rate(millions):
        rates.add(millions.pop())
    freqs.update(millions)
    return Facts(
        freq_hz=freqs.pop() if len(freqs) == 1 else None,
        rate_hz=rates.pop() if len(rates) == 1 else None,
        start_ns=_start_from_name(name),
        sample_format=ENDINGS.get(ending_of(name)),
    )


def _is_freq_and_rate(millions: list[float]) -> bool:
    """Whether two numbers with ``M`` are a frequency and a rate."""
    return len(millions) == 2 and millions[1] < millions[0] and millions[1] <= MAX_NAMED_RATE_HZ


def ending_of(path: str) -> str:
    """Give the ending of a file name, looking through ``.gz``.

    Parameters
    ----------
    path : str
        Path or name.

    Returns
    -------
    str
        Lower-case ending without its dot; empty where there is none.

    Examples
    --------
    >>> ending_of("a.CU8.gz")
    'cu8'
    """
    name = PurePath(path).name.lower().removesuffix(".gz")
    return name.rpartition(".")[2] if "." in name else ""


def _start_from_name(name: str) -> int | None:
    moment = _MOMENT.search(name)
    if moment is None:
        return None
    year, month, day, hour, minute, second = moment.groups()
    try:
        return ns_from_iso(f"{year}-{month}-{day}T{hour}:{minute}:{second}+00:00")
    except ValueError:
        return None


def format_of(facts: Facts, *, source: str) -> SampleFormat:
    """Look the sample format up.

    Parameters
    ----------
    facts : Facts
        What is known.
    source : str
        Name of the recording, for messages.

    Returns
    -------
    SampleFormat
        The format.

    Raises
    ------
    InputError
        If nobody named one, or one that does not exist.
    """
    if facts.sample_format is None:
        raise InputError(
            source,
            expected=f"a file ending that names a sample format ({', '.join(FORMATS)})",
            found=f"the ending {ending_of(source)!r}",
            help_text="give --format cu8, put the format in front: cu8:FILE, or rename it",
        )
    if facts.sample_format not in FORMATS:
        raise InputError(
            source,
            expected=f"a sample format ({', '.join(FORMATS)})",
            found=repr(facts.sample_format),
        )
    return FORMATS[facts.sample_format]


def rate_of(facts: Facts, *, source: str) -> float:
    """Look the sample rate up and check it.

    Parameters
    ----------
    facts : Facts
        What is known.
    source : str
        Name of the recording, for messages.

    Returns
    -------
    float
        Samples a second.

    Raises
    ------
    InputError
        If nobody named it, or it is not a number within `MIN_RATE_HZ` and `MAX_RATE_HZ`.
    """
    if facts.rate_hz is None:
        raise InputError(
            source,
            expected="a sample rate",
            found="none in the file name, the metadata or the flags",
            help_text="give --rate 250k, or name the file like g001_433.92M_250k.cu8",
        )
    if not MIN_RATE_HZ <= facts.rate_hz <= MAX_RATE_HZ:
        raise InputError(
            source,
            expected=f"a sample rate of {MIN_RATE_HZ:g} to {MAX_RATE_HZ:g} samples a second",
            found=f"{facts.rate_hz:g}",
        )
    return float(facts.rate_hz)


def freq_of(facts: Facts, *, source: str) -> float:
    """Look the centre frequency up and check it.

    Parameters
    ----------
    facts : Facts
        What is known.
    source : str
        Name of the recording, for messages.

    Returns
    -------
    float
        Hertz; 0.0 where nobody knows it.

    Raises
    ------
    InputError
        If it is not a number within `MAX_FREQ_HZ`.
    """
    freq_hz = 0.0 if facts.freq_hz is None else facts.freq_hz
    if not math.isfinite(freq_hz) or abs(freq_hz) > MAX_FREQ_HZ:
        raise InputError(
            source, expected=f"a frequency of at most {MAX_FREQ_HZ:g} Hz", found=f"{freq_hz:g}"
        )
    return float(freq_hz)


def start_of(facts: Facts, *, source: str) -> int:
    """Look the time of the first sample up and check it.

    Parameters
    ----------
    facts : Facts
        What is known.
    source : str
        Name of the recording, for messages.

    Returns
    -------
    int
        UTC nanoseconds since 1970; 0 where nobody knows it.

    Raises
    ------
    InputError
        If it does not fit 64 bits.
    """
    start_ns = facts.start_ns or 0
    if abs(start_ns) > LAST_NS:
        raise InputError(
            source, expected="a start between the years 1678 and 2262", found=f"{start_ns} ns"
        )
    return start_ns
