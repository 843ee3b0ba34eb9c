"""A rehearsal and what was said in it come in, its `Account` comes out, truth included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from medmon.pictures import PowerRows
from medmon.quantities import text_from_hertz
from medmon.rehearsal import Rehearsal, Said
from medmon.report.account import Account, account_from_lines
from medmon.report.air import Air
from medmon.report.words import lasting
from medmon.wire import line_from_record

INTRO = (
    "This is synthetic. The radio of every device in the scene, and of an attacker, was computed, "
    "and a receiver's samples of it, with noise; no radio was used, and no patient is behind it. "
    "On these samples medmon did what it does at a bed: it found bursts, read packets, judged them "
    "against the bed's configuration, and raised alarms."
)


def account_from_rehearsal(rehearsal: Rehearsal, said: Sequence[Said]) -> Account:
    """Tell a rehearsal.

    Parameters
    ----------
    rehearsal : Rehearsal
        What was played.
    said : sequence of Said
        All that the monitor said.

    Returns
    -------
    Account
        With the truth beside it.
    """
    recording = rehearsal.recording
    scenario, band = recording.scenario, recording.tuned
    lines = [line_from_record(item.record, devices=rehearsal.devices) for item in said]
    seconds = recording.sample_count / band.rate_hz
    account = account_from_lines(
        lines,
        title=f"medmon rehearsal: {scenario.name}",
        intro=f"{scenario.title} {INTRO}",
    )
    return replace(
        account,
        start_ns=recording.epoch_ns,
        end_ns=recording.epoch_ns + round(seconds * 1e9),
        devices=tuple(rehearsal.devices.values()),
        configuration=rehearsal.configuration,
        facts={
            "scene": f"{scenario.name}, seed {recording.seed}",
            "receiver": f"{text_from_hertz(band.freq_hz)}, {text_from_hertz(band.rate_hz)} wide",
            "listened": lasting(seconds),
            "registered devices": str(len(rehearsal.devices)),
            "transmissions": str(len(account.transmissions)),
            "alarms": str(len(account.alarms)),
        },
        hindsight=rehearsal.hindsight(said),
    )


def air_from_rows(rehearsal: Rehearsal, rows: PowerRows) -> Air:
    """Describe the power on the air.

    Parameters
    ----------
    rehearsal : Rehearsal
        What was played.
    rows : PowerRows
        What looked at its blocks.

    Returns
    -------
    Air
        For the pictures.
    """
    band = rehearsal.recording.tuned
    return Air(rows.power_dbfs(), rows.seconds, band.freq_hz, band.rate_hz)
