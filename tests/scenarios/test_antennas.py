"""From a SigMF recording of several channels to the fields of a JSON line, calibration included."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from medmon.cli import main
from signal_fixtures.antennas import (
    LIGHT_M_PER_S,
    Antenna,
    ArrayScene,
    Sender,
    write_array_sigmf,
)
from signal_fixtures.devices import medtronic
from signal_fixtures.emission import Emission
from signal_fixtures.waveform import ook

TUNED_HZ = 916.5e6
SIDE_M = 0.4 * LIGHT_M_PER_S / TUNED_HZ
FAULTS = ((0.0, 0.0, 0.0), (1.5, 70.0, 3_000.0), (-1.0, -130.0, 0.0), (0.5, 20.0, 0.0))
PLACES = ((0.0, 0.0), (SIDE_M, 0.0), (SIDE_M, SIDE_M), (0.0, SIDE_M))


def _written(folder: Path, name: str, bearing_deg: float, channels: int, packets: int = 1) -> str:
    chips = medtronic.on_air_chips(medtronic.sample_packets()[0])
    scene = ArrayScene(
        250e3,
        round((0.7 + 0.1 * packets) * 250e3),
        TUNED_HZ,
        [Antenna(*at, *fault) for at, fault in zip(PLACES, FAULTS, strict=True)][:channels],
        [
            Sender(Emission(chips, ook(16_384.0), 0.6 + 0.1 * at, -20.0, 30e3), bearing_deg)
            for at in range(packets)
        ],
        noise_dbfs=-50.0,
        seed=round(bearing_deg) % 100,
    )
    return str(write_array_sigmf(scene, folder / name))


def _config(folder: Path, channels: int, calibration: str = "") -> str:
    file = folder / "medmon.toml"
    places = ", ".join(f"[{x}, {y}]" for x, y in PLACES[:channels])
    file.write_text(f"[array]\npositions_m = [{places}]\n{calibration}", encoding="utf-8")
    return str(file)


def _radios(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main(["replay", *arguments, "-o", "json:-"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line["radio"] for line in lines if line["type"] == "transmission"]


@pytest.mark.parametrize(("channels", "bearing_deg"), [(2, -35.0), (4, 120.0)])
def test_reference_then_replay(
    channels: int, bearing_deg: float, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`inspect` prints what calibrates the antennas; with it `replay` tells where a pump is."""
    reference = _written(tmp_path, "reference", 20.0, channels, packets=3)
    config = _config(tmp_path, channels)
    assert main(["inspect", reference, "-c", config, "--reference-deg", "20"]) == 0
    said = capsys.readouterr().out
    calibration = said[said.index("[array.calibration]") :]
    recording = _written(tmp_path, "ward", bearing_deg, channels)
    (raw,) = _radios(capsys, recording, "-c", config)
    assert raw["tdoa_ns"] == pytest.approx(3_000, abs=4 * raw["tdoa_std_ns"])
    assert raw["aoa_deg"] is raw["aoa_std_deg"] is raw["aoa_ambiguous"] is None
    (radio,) = _radios(capsys, recording, "-c", _config(tmp_path, channels, calibration))
    assert abs(radio["aoa_deg"] - bearing_deg) < 4 * radio["aoa_std_deg"] < 2
    assert radio["aoa_ambiguous"] is False
    assert abs(radio["tdoa_ns"]) < 4 * radio["tdoa_std_ns"] < 1_000


def test_inspect_shows_delay_and_angle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As text for a person, and as numbers for a program."""
    recording = _written(tmp_path, "pair", 20.0, 2)
    known = '[array.calibration]\nfreq_hz = "916.5M"\ngains_db = [0, 1.5]\nphases_deg = [0, 70]\n'
    config = _config(tmp_path, 2, f"{known}delays_ns = [0, 3000]\n")
    assert main(["inspect", recording, "-c", config]) == 0
    said = capsys.readouterr().out
    assert "tdoa " in said
    assert "aoa 20." in said or "aoa 19." in said
    assert main(["inspect", recording, "-c", config, "--json", "--reference-deg", "20"]) == 0
    found = json.loads(capsys.readouterr().out)
    (burst,) = found["bursts"]
    assert burst["aoa_deg"] == pytest.approx(20.0, abs=0.5)
    assert burst["aoa_ambiguous"] is False
    assert found["calibration"]["gains_db"] == pytest.approx([0.0, 1.5], abs=0.1)


def test_configuration_of_another_array_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Four positions and two channels: status 78 and a message that says what to change."""
    recording = _written(tmp_path, "pair", 20.0, 2)
    assert main(["replay", recording, "-c", _config(tmp_path, 4), "-o", "json:-"]) == 78
    assert "array.positions_m: expected a position for each of the 2" in capsys.readouterr().err


def test_calibration_needs_positions_and_packets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without [array] it is a usage error; without a packet nothing is printed, which is said."""
    recording = _written(tmp_path, "pair", 20.0, 2)
    empty = tmp_path / "empty.toml"
    empty.write_text("", encoding="utf-8")
    assert main(["inspect", recording, "-c", str(empty), "--reference-deg", "20"]) == 2
    assert "--reference-deg needs [array]" in capsys.readouterr().err
    silent = _written(tmp_path, "silent", 20.0, 2, packets=0)
    config = _config(tmp_path, 2)
    assert main(["inspect", silent, "-c", config, "--reference-deg", "20"]) == 0
    answer = capsys.readouterr()
    assert "[array.calibration]" not in answer.out
    assert "nothing calibrates them" in answer.err
