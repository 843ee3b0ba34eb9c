"""Bytes come in, chips go out: NRZ, both Manchester conventions, 4b6b, and framing.

Chips are uint8 zeros and ones, first on the air first; bytes go most significant bit first.

========  ===========================  ==========================================
NRZ       1 -> 1, 0 -> 0               one chip a bit
802.3     1 -> 01, 0 -> 10             Manchester as in IEEE 802.3
Thomas    1 -> 10, 0 -> 01             Manchester as in G. E. Thomas
4b6b      nibble -> six chips          high nibble first, table below
========  ===========================  ==========================================

A 4b6b stream that does not end on a byte boundary is filled up with chips 0101, as the senders of
the ecc1/medtronic project do (packet/encoding.go at 721237c). The table's sources are
ps2/minimed_rf lib/minimed_rf/codes.rb at 3a2dc81 and jberian/mmcommander crc_4b6b.c at 5ce9c29.
"""

from __future__ import annotations

import numpy as np

from signal_fixtures.waveform import ChipArray

_SYMBOLS_4B6B = (
    *("010101", "110001", "110010", "100011", "110100", "100101", "100110", "010110"),
    *("011010", "011001", "101010", "001011", "101100", "001101", "001110", "011100"),
)
_FILL_4B6B = "0101"


def chips_from_text(text: str) -> ChipArray:
    """Read chips written as zeros and ones; blanks separate.

    Parameters
    ----------
    text : str
        For example ``"1010 1100"``.

    Returns
    -------
    ndarray of uint8, shape (n,)
        The chips.

    Raises
    ------
    ValueError
        If another character occurs.

    Examples
    --------
    >>> chips_from_text("1010 11").tolist()
    [1, 0, 1, 0, 1, 1]
    """
    plain = "".join(text.split())
    if not set(plain) <= {"0", "1"}:
        raise ValueError(f"expected zeros and ones, found {text!r}")
    return np.frombuffer(plain.encode("ascii"), np.uint8) - np.uint8(ord("0"))


def nrz(data: bytes) -> ChipArray:
    """Send each bit as one chip.

    Parameters
    ----------
    data : bytes
        What to send.

    Returns
    -------
    ndarray of uint8, shape (8 * len(data),)
        The chips.
    """
    return np.unpackbits(np.frombuffer(data, np.uint8))


def manchester_802_3(data: bytes) -> ChipArray:
    """Send bit 1 as chips 01 and bit 0 as chips 10.

    Parameters
    ----------
    data : bytes
        What to send.

    Returns
    -------
    ndarray of uint8, shape (16 * len(data),)
        The chips.

    Examples
    --------
    >>> "".join(map(str, manchester_802_3(bytes([0xA0]))[:8]))
    '01100110'
    """
    bits = nrz(data)
    return np.stack([1 - bits, bits], axis=1).astype(np.uint8).reshape(-1)


def manchester_thomas(data: bytes) -> ChipArray:
    """Send bit 1 as chips 10 and bit 0 as chips 01.

    Parameters
    ----------
    data : bytes
        What to send.

    Returns
    -------
    ndarray of uint8, shape (16 * len(data),)
        The chips.
    """
    return 1 - manchester_802_3(data)


def four_to_six(data: bytes) -> ChipArray:
    """Send each nibble as six chips and fill the last byte of chips with 0101.

    Parameters
    ----------
    data : bytes
        What to send.

    Returns
    -------
    ndarray of uint8, shape (n,)
        The chips; n is a multiple of 8.

    Examples
    --------
    >>> np.packbits(four_to_six(bytes([0xA7]))).tobytes().hex()
    'a965'
    """
    text = "".join(_SYMBOLS_4B6B[int(nibble, 16)] for nibble in data.hex())
    # An odd number of bytes leaves four chips over, an even number none.
    return chips_from_text(text + _FILL_4B6B * (len(data) % 2))


def framed(preamble: ChipArray, repeats: int, sync: ChipArray, payload: ChipArray) -> ChipArray:
    """Put a repeated preamble and a sync word before coded chips.

    Parameters
    ----------
    preamble : ndarray of uint8, shape (n,)
        One period of the preamble.
    repeats : int
        How many periods.
    sync : ndarray of uint8, shape (m,)
        The sync word.
    payload : ndarray of uint8, shape (k,)
        Chips after the sync word.

    Returns
    -------
    ndarray of uint8, shape (n * repeats + m + k,)
        All chips of the burst.
    """
    return np.concatenate([np.tile(preamble, repeats), sync, payload])
