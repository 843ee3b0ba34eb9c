"""A recording comes in, what rtl_433 reads in it goes out, if rtl_433 is there.

rtl_433 is the receiver that people use today: C, hundreds of decoders, Debian's package
``rtl-433``. It knows neither of our device families, so for sensitivity it is told the waveform
with a flexible decoder, and a packet counts where all of its chips stand in one row of bits.
"""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from medmon.bench.processes import Spent, said_by, spent_by
from signal_fixtures.waveform import ChipArray

ABSENT = (
    "rtl_433 is not installed, so nothing is compared with it; "
    "Debian has it: apt-get install rtl-433"
)


@dataclass(frozen=True, slots=True)
class Peer:
    """An rtl_433 that can be run.

    Attributes
    ----------
    program : str
        Where it is.
    version : str
        What it calls itself.
    """

    program: str
    version: str

    def replay(self, recording: Path) -> Spent:
        """Let it read a recording with its default decoders.

        Parameters
        ----------
        recording : Path
            The file, whose name tells the rate.

        Returns
        -------
        Spent
            What it cost.

        Raises
        ------
        SourceError
            If it fails.
        """
        return self._run(["-r", str(recording)], recording.parent)

    def listen(self, pieces: Iterable[bytes], rate_hz: float, folder: Path) -> Spent:
        """Let it read samples from a pipe with its default decoders.

        Parameters
        ----------
        pieces : iterable of bytes
            Samples, cu8.
        rate_hz : float
            Sample rate.
        folder : Path
            Where it runs.

        Returns
        -------
        Spent
            What it cost.

        Raises
        ------
        SourceError
            If it fails.
        """
        return self._run(["-s", f"{rate_hz:.0f}", "-r", "cu8:-"], folder, pieces)

    def rows(self, recording: Path, flex: str, options: Sequence[str]) -> list[str]:
        """Let it read chips.

        Parameters
        ----------
        recording : Path
            The file, whose name tells the rate.
        flex : str
            The flexible decoder.
        options : sequence of str
            Values of its ``-Y``.

        Returns
        -------
        list of str
            Rows of zeros and ones.

        Raises
        ------
        SourceError
            If it fails.
        """
        switches = [word for option in options for word in ("-Y", option)]
        spent = self._run(
            ["-R", "0", "-X", flex, *switches, "-r", str(recording)], recording.parent
        )
        return rows_from_json(spent.output.read_text(encoding="utf-8", errors="replace"))

    def _run(
        self, arguments: Sequence[str], folder: Path, fed: Iterable[bytes] | None = None
    ) -> Spent:
        command = [self.program, "-c", "/dev/null", "-F", "json", *arguments]
        return spent_by(command, folder, fed=fed)


def find_peer(program: str = "rtl_433") -> Peer | None:
    """Look for rtl_433.

    Parameters
    ----------
    program : str
        Its name, or where it is.

    Returns
    -------
    Peer or None
        None if it is not there.
    """
    found = shutil.which(program)
    if found is None:
        return None
    version = re.search(r"rtl_433 version (\S+)", said_by([found, "-V"]))
    return Peer(found, version[1] if version else "unknown")


def rows_from_json(lines: str) -> list[str]:
    r"""Read the rows of bits that a flexible decoder found.

    Parameters
    ----------
    lines : str
        JSON, one object a line; other lines are passed over.

    Returns
    -------
    list of str
        Rows of zeros and ones; those of one burst are joined, because a long burst is cut.

    Examples
    --------
    >>> rows_from_json('{"rows": [{"len": 5, "data": "a8"}, {"len": 4, "data": "f"}]}\n')
    ['101011111']
    """
    found = []
    for line in lines.splitlines():
        if line.startswith("{"):
            rows = json.loads(line).get("rows", [])
            found.append("".join(_bits(row["data"])[: row["len"]] for row in rows))
    return found


def _bits(digits: str) -> str:
    return "".join(f"{int(digit, 16):04b}" for digit in digits)


def count_found(rows: Iterable[str], wanted: Iterable[ChipArray]) -> int:
    """Count the packets that stand in the rows, bit for bit.

    Parameters
    ----------
    rows : iterable of str
        Rows of zeros and ones.
    wanted : iterable of ndarray of uint8
        Chips of each packet.

    Returns
    -------
    int
        How many were found.
    """
    text = " ".join(rows)
    return sum("".join(map(str, chips.tolist())) in text for chips in wanted)


def models_in(lines: str) -> dict[str, int]:
    """Count what the default decoders read.

    Parameters
    ----------
    lines : str
        JSON, one object a line.

    Returns
    -------
    dict of str to int
        Lines of each model.
    """
    return dict(
        sorted(
            Counter(
                str(json.loads(line).get("model", "unknown"))
                for line in lines.splitlines()
                if line.startswith("{")
            ).items()
        )
    )
