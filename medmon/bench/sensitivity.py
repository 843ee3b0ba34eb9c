"""Nothing but the effort comes in, the share of packets that are read against the level goes out.

For each kind of packet and each sample rate, stretches of packets are made at levels from faint to
strong, and given to medmon and to rtl_433. A packet is read where every byte of it is right: by
medmon where the check passes and the decoder believes it, by rtl_433 where all its chips are right.
Of a device that no decoder knows all bits behind the sync word have to be right. Levels close to
the bound show medmon, those above it rtl_433; both hear all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from medmon.bench.bounds import level_for
from medmon.bench.fitting import level_of
from medmon.bench.hearing import bits_in, packets_in
from medmon.bench.job import Job
from medmon.bench.kind import Kind
from medmon.bench.packets import KINDS
from medmon.bench.peer import count_found
from medmon.bench.results import Bound, Crossing, Curve, Effort, Point, Sensitivity
from medmon.bench.stretches import Stretch, stretch

GOAL_DB = 0.7
SHARES = (0.5, 0.9)


@dataclass(frozen=True, slots=True)
class _Plan:
    """How many rates, levels over the 50 % point of the bound, strong levels, packets at each."""

    rates: int | None
    packets: int
    near_db: tuple[float, ...]
    strong_packets: int
    strong_db: tuple[float, ...]


_PLANS: Mapping[Effort, _Plan] = {
    "quick": _Plan(1, 24, (-1.5, 0.0, 1.0, 2.0, 3.5), 10, (18.0, 22.0, 26.0, 30.0)),
    "full": _Plan(
        None,
        250,
        (-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0),
        40,
        tuple(np.arange(15.0, 33.0, 2.0).tolist()),
    ),
}


def measure(job: Job) -> Sensitivity:
    """Measure every kind of packet at every rate.

    Parameters
    ----------
    job : Job
        How much is to be done.

    Returns
    -------
    Sensitivity
        Bounds and curves.

    Raises
    ------
    SourceError
        If rtl_433 fails.
    """
    run, plan = job.run(), _PLANS[job.effort]
    limits = {name: bound_of(kind) for name, kind in KINDS.items()}
    work = [
        (kind, rate_hz, level_db, count)
        for kind in KINDS.values()
        for rate_hz in sorted(kind.rates_hz[: plan.rates])
        for level_db, count in _levels(plan, limits[kind.name])
    ]
    heard: dict[tuple[str, float], list[_Heard]] = {}
    for kind, rate_hz, level_db, count in job.each(work):
        seed = job.seed + round(1000 * level_db)
        made = stretch([kind], rate_hz, level_db, count, seed=seed)
        heard.setdefault((kind.name, rate_hz), []).append(_listened(job, made, kind, level_db))
    curves = [
        curve
        for (name, rate_hz), points in heard.items()
        for curve in _curves(KINDS[name], rate_hz, points, limits[name])
    ]
    return Sensitivity(
        run=run, goal_db=GOAL_DB, bounds=tuple(limits.values()), curves=tuple(curves)
    )


def bound_of(kind: Kind) -> Bound:
    """Compute the bound for a kind of packet.

    Parameters
    ----------
    kind : Kind
        What it is.

    Returns
    -------
    Bound
        Its curve and its two points.
    """
    half_db, ninety_db = (round(level_for(kind.right, share), 2) for share in SHARES)
    levels_db = np.arange(np.floor(half_db) - 4, half_db + 6, 0.25).tolist()
    return Bound(
        packet=kind.name,
        knows_phase=kind.knows_phase,
        half_db=half_db,
        ninety_db=ninety_db,
        points=tuple((level_db, round(kind.right(level_db), 4)) for level_db in levels_db),
    )


@dataclass(frozen=True, slots=True)
class _Heard:
    """Packets read at one level: by medmon, and by rtl_433 with each of its options."""

    ecn0_db: float
    sent: int
    medmon: int
    peer: tuple[int, ...]


def _levels(plan: _Plan, bound: Bound) -> list[tuple[float, int]]:
    near_db = [round(bound.half_db + step_db, 1) for step_db in plan.near_db]
    strong_db = [level_db for level_db in plan.strong_db if level_db > near_db[-1] + 1]
    return [
        *((level_db, plan.packets) for level_db in near_db),
        *((level_db, plan.strong_packets) for level_db in strong_db),
    ]


def _listened(job: Job, made: Stretch, kind: Kind, level_db: float) -> _Heard:
    recording = made.write(job.folder)
    wanted = [kind.coded(one.packet) for one in made.sent]
    if kind.modem is None:
        found = packets_in(recording)
        mine = sum(one.packet in found for one in made.sent)
    else:
        mine = count_found(bits_in(recording, kind.modem), wanted)
    peers = () if job.peer is None else kind.flex_options
    counts = tuple(
        count_found(job.peer.rows(recording, kind.flex, options), wanted)
        for options in peers
        if job.peer is not None
    )
    recording.unlink()
    return _Heard(level_db, len(made.sent), mine, counts)


def _curves(kind: Kind, rate_hz: float, heard: Sequence[_Heard], bound: Bound) -> list[Curve]:
    ordered = sorted(heard, key=lambda one: one.ecn0_db)
    mine = [Point(ecn0_db=one.ecn0_db, sent=one.sent, read=one.medmon) for one in ordered]
    curves = [_curve(kind, rate_hz, "medmon", "", mine, bound)]
    totals = np.array([one.peer for one in ordered]).sum(axis=0)
    if totals.size:
        best = int(totals.argmax())
        theirs = [Point(ecn0_db=o.ecn0_db, sent=o.sent, read=o.peer[best]) for o in ordered]
        options = " ".join(f"-Y {option}" for option in kind.flex_options[best])
        curves.append(_curve(kind, rate_hz, "rtl_433", options, theirs, bound))
    return curves


def _curve(
    kind: Kind,
    rate_hz: float,
    receiver: str,
    options: str,
    points: Sequence[Point],
    bound: Bound,
) -> Curve:
    half, ninety = (
        _crossing(points, share, limit_db)
        for share, limit_db in zip(SHARES, (bound.half_db, bound.ninety_db), strict=True)
    )
    return Curve.model_validate(
        {
            "packet": kind.name,
            "rate_hz": rate_hz,
            "receiver": receiver,
            "options": options,
            "points": tuple(points),
            "half": half,
            "ninety": ninety,
        }
    )


def _crossing(points: Sequence[Point], share: float, bound_db: float) -> Crossing | None:
    found = level_of(points, share)
    if found is None:
        return None
    middle, low, high = found
    return Crossing(
        db=round(middle, 2),
        low_db=round(low, 2),
        high_db=round(high, 2),
        over_bound_db=round(middle - bound_db, 2),
    )
