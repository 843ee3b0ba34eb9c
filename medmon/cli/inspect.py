"""``medmon inspect``: what is in this recording."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import click

from medmon.cli import flags
from medmon.cli.progress import bar
from medmon.quantities import iso_from_ns, text_from_hertz

if TYPE_CHECKING:
    from medmon.config import Config
    from medmon.playback.inspection import Found, Inspection
    from medmon.records import Radio

_HEADS = "time s   offset kHz   length ms    rssi    snr  modulation  protocol, command, device"
_ROW = "{:10.6f} {:+11.3f} {:11.3f} {:>7} {:>6}  {:<10}  {}"


class _Given(flags.Known):
    duration_s: float | None
    plot: Path | None
    as_json: bool
    config: tuple[Path, ...]
    reference_deg: float | None


@click.command(epilog="Example: medmon inspect g001_433.92M_1000k.cs8 --plot picture.png")
@click.argument("file")
@click.option(
    "--plot", type=flags.Picture(".png"), help="Draw a spectrogram with every burst boxed: a PNG."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object instead of text.")
@click.option(
    "--reference-deg", type=float, metavar="ANGLE",
    help="All packets came from this angle: print what calibrates the antennas of [array].",
)  # fmt: skip
@flags.config
@flags.known
@flags.duration
@flags.verbose
@flags.quiet
def inspect(file: str, **given: Unpack[_Given]) -> int:
    """Say what is in a recording: format, level, gaps, and every burst.

    Bursts are listed as they are, nothing is joined or judged; `medmon replay` does that. Of the
    configuration only [array] is used.
    """
    from medmon.playback import Interrupt, Plan, Watch
    from medmon.playback.inspection import inspect as look_through

    reference_deg = given["reference_deg"]
    config = _configuration(given["config"], needs_array=reference_deg is not None)
    plan = Plan(config, flags.facts_from_flags(given), duration_s=given["duration_s"])
    with Interrupt() as interrupt, bar("inspect") as told:
        watch = Watch(flags.remark, told, lambda: interrupt.is_asked)
        found = look_through(file, plan, watch, reference_deg=reference_deg)
    if given["plot"] is not None:
        from medmon.playback.showing import picture_of

        given["plot"].write_bytes(picture_of(found, title=Path(file).name))
        if found.burst_count > len(found.bursts):
            boxed = f"the first {len(found.bursts)} of {found.burst_count} bursts are boxed"
            flags.remark(f"{given['plot']}: {boxed}")
    if given["as_json"]:
        click.echo(json.dumps(_mapping(file, found), allow_nan=False))
    else:
        for line in (*_summary(file, found), *_table(found), *_calibration(found)):
            click.echo(line)
    if reference_deg is not None and found.calibration is None:
        flags.remark(f"{file}: no packet on several channels, so nothing calibrates them")
    if remark := found.level.remark():
        flags.remark(f"{file}: {remark}")
    if found.fault is not None:
        click.echo(f"medmon: {found.fault.text}", err=True)
        return found.fault.exit_code
    return 130 if interrupt.is_asked else 0


def _configuration(files: tuple[Path, ...], *, needs_array: bool) -> Config:
    from medmon.config import config_from_files, find_config

    config = config_from_files(find_config(files)).config
    if needs_array and config.array is None:
        raise click.UsageError("--reference-deg needs [array] in the configuration: positions_m")
    return config


def _summary(file: str, found: Inspection) -> Iterator[str]:
    level, tuned = found.level, text_from_hertz(found.freq_hz) if found.freq_hz else "not known"
    rate = text_from_hertz(found.rate_hz).replace("Hz", "S/s")
    yield f"file       {file}"
    yield f"format     {found.sample_format or 'not known'}, {rate}, tuned to {tuned}"
    yield f"time       {iso_from_ns(found.start_ns)}, {found.duration_s:.6f} s"
    gaps = "1 gap" if found.gap_count == 1 else f"{found.gap_count} gaps"
    yield f"samples    {level.samples}, {found.samples_lost} lost in {gaps}"
    for reason, count in found.gaps.most_common():
        yield f"           {count}: {reason}"
    clipped = f"{100 * level.clipped_share:.3g} % clipped"
    yield f"level      peak {level.peak_dbfs:.1f} dBFS, mean {level.rms_dbfs:.1f} dBFS, {clipped}"
    yield f"constant   {_constant(level.dc)}, {level.dc_dbfs:.1f} dBFS"
    if found.noise_dbfs is not None:
        yield f"noise      {found.noise_dbfs:.1f} dBFS over the whole band"
    yield f"bursts     {found.burst_count}"


def _constant(dc: complex) -> str:
    """Write a level without the minus of a rounded nothing."""
    real, imag = (round(part, 4) + 0.0 for part in (dc.real, dc.imag))
    return f"{real:.4f}{imag:+.4f}j"


def _table(found: Inspection) -> Iterator[str]:
    if found.bursts:
        yield f"\n{_HEADS}"
    for burst in found.bursts:
        radio = burst.radio
        yield _ROW.format(
            burst.start_s,
            (radio.freq_hz - found.freq_hz) / 1e3,
            radio.duration_us / 1e3,
            _number(radio.rssi_dbfs),
            _number(radio.snr_db),
            radio.modulation,
            " ".join(filter(None, [_words(burst), *_arrival(radio)])),
        ).rstrip()
    if found.burst_count > len(found.bursts):
        yield f"and {found.burst_count - len(found.bursts)} more"


def _arrival(radio: Radio) -> Iterator[str]:
    """Say what several antennas tell."""
    if radio.tdoa_ns is not None:
        yield f"tdoa {radio.tdoa_ns:.1f} ns (+-{radio.tdoa_std_ns:.1f})"
    if radio.aoa_deg is not None:
        ambiguous = " ambiguous" if radio.aoa_ambiguous else ""
        yield f"aoa {radio.aoa_deg:.2f} deg (+-{radio.aoa_std_deg:.2f}{ambiguous})"


def _calibration(found: Inspection) -> Iterator[str]:
    """Write the table that calibrates the antennas, ready for medmon.toml."""
    from medmon.config import toml_from_tables

    if found.calibration is not None:
        yield f"\n{toml_from_tables({'array': {'calibration': _calibrating(found)}})}".rstrip()


def _calibrating(found: Inspection) -> dict[str, Any] | None:
    if found.calibration is None:
        return None
    return {
        key: [round(one, 4) for one in value] if isinstance(value, tuple) else round(value, 4)
        for key, value in asdict(found.calibration).items()
    }


def _words(burst: Found) -> str:
    if burst.protocol is None:
        return ""
    check = "" if burst.integrity == "ok" else "check failed"
    return " ".join(filter(None, [burst.protocol, burst.command, burst.device, check]))


def _number(value: float) -> str:
    return f"{value:.1f}" if math.isfinite(value) else "?"


def _mapping(file: str, found: Inspection) -> dict[str, Any]:
    level = found.level
    return {
        "schema": "medmon/1",
        "type": "inspection",
        "time": iso_from_ns(found.start_ns),
        "file": file,
        "sample_format": found.sample_format,
        "rate_hz": found.rate_hz,
        "freq_hz": found.freq_hz or None,
        "duration_s": found.duration_s,
        "samples": level.samples,
        "samples_lost": found.samples_lost,
        "gap_count": found.gap_count,
        "gaps": dict(found.gaps),
        "peak_dbfs": level.peak_dbfs,
        "rms_dbfs": level.rms_dbfs,
        "clipped_share": level.clipped_share,
        "dc_i": level.dc.real,
        "dc_q": level.dc.imag,
        "noise_dbfs": found.noise_dbfs,
        "burst_count": found.burst_count,
        "calibration": _calibrating(found),
        "bursts": [_burst(burst, found.freq_hz) for burst in found.bursts],
    }


def _burst(burst: Found, tuned_hz: float) -> dict[str, Any]:
    radio = burst.radio
    measured = {
        "offset_hz": radio.freq_hz - tuned_hz,
        "bandwidth_hz": radio.bandwidth_hz,
        "duration_us": radio.duration_us,
        "rssi_dbfs": radio.rssi_dbfs,
        "snr_db": radio.snr_db,
        "symbol_rate_hz": radio.symbol_rate_hz,
        "deviation_hz": radio.deviation_hz,
        "tdoa_ns": radio.tdoa_ns,
        "tdoa_std_ns": radio.tdoa_std_ns,
        "aoa_deg": radio.aoa_deg,
        "aoa_std_deg": radio.aoa_std_deg,
    }
    return {
        "start_s": burst.start_s,
        "sample_start": burst.sample_start,
        "sample_count": burst.sample_count,
        **{k: v if v is not None and math.isfinite(v) else None for k, v in measured.items()},
        "aoa_ambiguous": radio.aoa_ambiguous,
        "modulation": radio.modulation,
        "protocol": burst.protocol,
        "integrity": burst.integrity,
        "device": burst.device,
        "command": burst.command,
    }
