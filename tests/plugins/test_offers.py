"""Whether packages are asked for plugins: always, but where nobody can have declared one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from medmon.plugins.offers import may_be_offered


def _package(folder: Path, declared: str) -> None:
    metadata = folder / "toy-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: toy\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(declared)


def test_an_installed_package_is_found_by_what_it_declares(tmp_path: Path) -> None:
    """From the file that pip writes to the list of names, in a process of its own."""
    _package(tmp_path, "[medmon.sinks]\ntoy = toy_package:PLUGIN\n")
    code = "from medmon import plugins; print('toy' in plugins.names('sinks'))"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
    )  # fmt: skip
    assert answer.stdout == "True\n"


def test_listing_is_quick_where_nobody_declares_a_plugin() -> None:
    """`importlib.metadata` takes a tenth of a short replay to say that there is nothing."""
    code = (
        "import sys; from medmon import plugins;"
        "[plugins.names(kind) for kind in ('sources', 'protocols', 'detectors', 'sinks')];"
        "print('importlib.metadata' in sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout == f"{may_be_offered(sys.path)}\n"


def test_packages_that_declare_nothing_for_us_need_not_be_asked(tmp_path: Path) -> None:
    """Our own command is no plugin; nor is a place that is not there, or empty."""
    _package(tmp_path, "[console_scripts]\nmedmon = medmon.cli:main\n")
    (tmp_path / "bare-1.0.egg-info").mkdir()
    assert not may_be_offered([str(tmp_path), str(tmp_path / "nowhere")])


@pytest.mark.parametrize("name", ["toy.egg", "toy-1.0.egg-info", "toy.zip"])
def test_what_cannot_be_looked_into_is_asked(tmp_path: Path, name: str) -> None:
    """A plugin that is left out without a word is an attack that nobody notices."""
    place = tmp_path / name
    if name.endswith("info"):
        place.mkdir()
        (place / "entry_points.txt").write_text("[medmon.detectors]\ntoy = toy:PLUGIN\n")
    else:
        place.touch()
    assert may_be_offered([str(place if name.endswith("zip") else tmp_path)])


def test_a_finder_of_its_own_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """It knows packages that stand in no folder of sys.path."""
    finder = SimpleNamespace(find_distributions=list)
    assert not may_be_offered([])
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, finder])
    assert may_be_offered([])
