"""Signal strengths come in; a finding goes out for each that is outside the device's band.

Score: higher is more anomalous; the share of the device's last few transmissions, this one
included, that were outside. So a threshold of 0.6 with five transmissions is "three of five".

The band is the registered one (`rssi_min_dbfs`, `rssi_max_dbfs`) where somebody measured it, else
median +- k * 1.4826 * MAD of what was learned, never narrower than `floor_db` to each side and
never wider than `ceiling_db`. A device and its controller carry one address in many protocols; the
band is kept for each protocol, address and direction, and a registered band is taken for what comes
from the device.

Learned is what is trusted and inside the band: traffic that raised an alarm does not move the band,
nor does a single packet outside that stayed below the threshold. Whoever stays inside can shift the
median little by little; so it counts as at most `max_drift_db` away from the first median of all,
which is less than `floor_db`: the place where the device was first stays usual.

Sees: a sender in another place, or with another power. Cannot see: an attacker who matches the
power, the first of his few packets, or one who drags the band along as far as `max_drift_db`; the
devices of known neighbours are not judged. Cost: a sort of at most `history_count` numbers.

Known false positives: patients move. Traces of fixed transmitters in an office spread by 0.7 to
5.5 dB (standard deviation), on a body by 5 to 20 dB; so this must never be an urgent alarm by
itself. A device that was moved for good stays remarkable until its memory is deleted.

References: MedMon (IEEE TBCAS 7(6), 2013): RSSI as physical anomaly; BLE-SAD traces of BLEGuard
(MobiSys 2024) for the spread.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from medmon.detect.commands import SECOND_NS, heard, remark
from medmon.detect.history import Entry, Ledger, Memoryless, State
from medmon.detect.roster import Roster
from medmon.records import Finding, Setting, Transmission

_SIGMA_FROM_MAD = 1.4826
"""Standard deviation over MAD for a normal distribution (1 / 0.6745)."""
_KEEP_NS = 30 * 86_400 * SECOND_NS


class RssiBand(Memoryless):
    """Compare signal strengths with each device's band.

    Parameters
    ----------
    setting : Setting
        The registered devices and their bands.
    options : Options
        Width of the band and what it takes to learn one.
    """

    name = "rssi-band"

    @dataclass(frozen=True, slots=True)
    class Options:
        """Width of the band and what it takes to learn one.

        Attributes
        ----------
        k : float
            Robust standard deviations to each side of the median.
        floor_db : float
            Least distance to each side of the median.
        ceiling_db : float
            Most distance to each side of the median.
        max_drift_db : float
            Farthest that the median moves from where it was learned first.
        min_count : int
            Transmissions to learn before a band is used.
        history_count : int
            Transmissions the band is made of.
        recent_count : int
            Transmissions over which the share outside is taken.
        """

        k: float = 5.0
        floor_db: float = 10.0
        ceiling_db: float = 25.0
        max_drift_db: float = 6.0
        min_count: int = 20
        history_count: int = 128
        recent_count: int = 5

    def __init__(self, setting: Setting, options: Options) -> None:
        self._options = options
        self._roster = Roster(setting)
        self._bands = {
            f"{device.protocol}:{device.id.lower()}": (
                -math.inf if device.rssi_min_dbfs is None else device.rssi_min_dbfs,
                math.inf if device.rssi_max_dbfs is None else device.rssi_max_dbfs,
            )
            for device in setting.devices
            if device.rssi_min_dbfs is not None or device.rssi_max_dbfs is not None
        }
        ids = self._roster.keys
        self._normal = Ledger(keep_ns=_KEEP_NS, max_entries=options.history_count, pinned=ids)
        recent_count = max(1, options.recent_count - 1)
        self._first = Ledger(keep_ns=_KEEP_NS, max_entries=1, pinned=ids)
        self._recent = Ledger(keep_ns=_KEEP_NS, max_entries=recent_count, pinned=ids)

    @classmethod
    def sample_options(cls) -> Options:
        """Return options that learn a band from a few transmissions.

        Returns
        -------
        Options
            For tests.
        """
        return cls.Options(min_count=4, recent_count=2)

    def score(self, transmission: Transmission) -> Sequence[Finding]:
        """Report a signal strength outside the band.

        Parameters
        ----------
        transmission : Transmission
            What was heard.

        Returns
        -------
        sequence of Finding
            At most one.
        """
        key = self._key(transmission)
        band = self._band(key) if key else None
        rssi_dbfs = transmission.radio.rssi_dbfs
        if band is None or _is_inside(rssi_dbfs, band):
            return ()
        recent = [entry.amount for entry in self._recent.entries(key)]
        outside = 1 + sum(not _is_inside(level_dbfs, band) for level_dbfs in recent)
        finding = remark(
            self.name,
            transmission,
            seen=("rssi_dbfs", round(rssi_dbfs, 2)),
            expected=f"{band[0]:.1f} to {band[1]:.1f} dBFS",
            text=f"The signal of {self._roster.called(transmission)} came with another strength "
            "than usual: from another place, or from another sender.",
            score=min(1.0, outside / max(1, self._options.recent_count)),
        )
        return (finding,)

    def learn(self, transmission: Transmission, *, trusted: bool) -> None:
        """Note the strength, and learn it as normal where it is trusted.

        Parameters
        ----------
        transmission : Transmission
            What was heard.
        trusted : bool
            Whether it was free of alarms.
        """
        key = self._key(transmission)
        if not key:
            return
        entry = Entry(transmission.time_ns, transmission.radio.rssi_dbfs)
        self._recent.add(key, entry)
        band = self._band(key)
        if not trusted or (band is not None and not _is_inside(entry.amount, band)):
            return
        self._normal.add(key, entry)
        levels_dbfs = self._levels_dbfs(key)
        if not self._first.entries(key) and len(levels_dbfs) >= max(1, self._options.min_count):
            self._first.add(key, entry._replace(amount=_median(levels_dbfs)))

    def state(self) -> State:
        """Return what is remembered.

        Returns
        -------
        dict
            As JSON can hold it.
        """
        return {name: ledger.state() for name, ledger in self._ledgers().items()}

    def restore(self, state: Mapping[str, object]) -> None:
        """Remember what `state` says and nothing else.

        Parameters
        ----------
        state : mapping
            What `state` returned.

        Raises
        ------
        ValueError
            If it has another shape.
        """
        for name, ledger in self._ledgers().items():
            given = state.get(name, {})
            if not isinstance(given, dict):
                raise ValueError(f"{name}: expected a table, found {type(given).__name__}")
            ledger.restore(given)

    def _band(self, key: str) -> tuple[float, float] | None:
        """Return lowest and highest ordinary level, None while there is no telling."""
        device, _, direction = key.partition("/")
        if device in self._bands and direction != "to-device":
            return self._bands[device]
        levels_dbfs = self._levels_dbfs(key)
        if len(levels_dbfs) < max(1, self._options.min_count):
            return None
        middle_dbfs = _median(levels_dbfs)
        mad_db = _median([abs(level_dbfs - middle_dbfs) for level_dbfs in levels_dbfs])
        for first in self._first.entries(key):
            drift_db = self._options.max_drift_db
            middle_dbfs = min(max(middle_dbfs, first.amount - drift_db), first.amount + drift_db)
        half_db = min(self._options.k * _SIGMA_FROM_MAD * mad_db, self._options.ceiling_db)
        half_db = max(half_db, self._options.floor_db)
        return middle_dbfs - half_db, middle_dbfs + half_db

    def _levels_dbfs(self, key: str) -> list[float]:
        return [entry.amount for entry in self._normal.entries(key)]

    def _ledgers(self) -> dict[str, Ledger]:
        return {"normal": self._normal, "first": self._first, "recent": self._recent}

    def _key(self, transmission: Transmission) -> str:
        """Return whose band it is: device and direction; empty where it cannot be judged."""
        message = heard(transmission)
        if message is None or self._roster.is_neighbour(transmission):
            return ""
        if not math.isfinite(transmission.radio.rssi_dbfs):
            return ""
        return f"{self._roster.key(transmission)}/{message.direction}"


def _median(levels_db: Sequence[float]) -> float:
    """Give the middle one, or the mean of both: `statistics` takes 6 ms to be imported."""
    ordered, middle = sorted(levels_db), len(levels_db) // 2
    return (ordered[middle] + ordered[~middle]) / 2


def _is_inside(rssi_dbfs: float, band: tuple[float, float]) -> bool:
    return band[0] <= rssi_dbfs <= band[1]


PLUGIN = RssiBand
