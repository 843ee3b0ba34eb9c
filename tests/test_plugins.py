"""The registry, and every plugin against every promise; a new plugin is picked up by itself.

Decoders are tried with the packets of the independent builder of the same name
(`signal_fixtures.devices.X.sample_packets`); without one, what needs packets is skipped, and the
decoder's own test has to run the suite. Detectors bring their own sample options. Sources and
sinks need something to read from or write to: those that work on plain files are tried here, any
other one calls the suite in its own test file, which is checked.
"""

from __future__ import annotations

import io
import json
import sqlite3
import subprocess
import sys
import wave
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import EntryPoint, EntryPoints
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from medmon import plugins
from medmon.capture import Facts, open_source
from medmon.errors import AccessError, PluginError
from medmon.records import Block
from signal_fixtures.checks import (
    DECODER_CHECKS,
    DETECTOR_CHECKS,
    NEED_PACKETS,
    SINK_CHECKS,
    SOURCE_CHECKS,
)

ROOT = Path(__file__).parents[1]
KINDS: tuple[plugins.Kind, ...] = ("sources", "protocols", "detectors", "sinks")


def _ids(check: object) -> str:
    return getattr(check, "__name__", str(check))


@pytest.mark.parametrize("check", DECODER_CHECKS, ids=_ids)
@pytest.mark.parametrize("name", plugins.names("protocols"))
def test_every_decoder_keeps_its_promises(name: str, check: Callable[..., None]) -> None:
    """Whatever the family: total, pure, careful about noise, with units and sources."""
    builder = f"signal_fixtures.devices.{name.replace('-', '_')}"
    is_built = find_spec(builder) is not None
    if not is_built and check in NEED_PACKETS:
        pytest.skip(f"no packets of {name!r}: add sample_packets() to {builder}")
    packets = import_module(builder).sample_packets() if is_built else ()
    check(plugins.load("protocols", name), packets)


@pytest.mark.parametrize("name", plugins.names("protocols"))
def test_a_decoder_without_a_builder_calls_the_suite_itself(name: str) -> None:
    """Somebody has to give it good packets: a builder for everybody, or its own test."""
    module = name.replace("-", "_")
    test = ROOT / "tests" / "protocols" / f"test_{module}.py"
    is_built = find_spec(f"signal_fixtures.devices.{module}") is not None
    assert is_built or "check_decoder(" in _text(test), f"{test} does not call check_decoder"


@pytest.mark.parametrize("check", DETECTOR_CHECKS, ids=_ids)
@pytest.mark.parametrize("name", plugins.names("detectors"))
def test_every_detector_keeps_its_promises(name: str, check: Callable[..., None]) -> None:
    """Whatever the idea: scoring is looking, memory is bounded, findings explain themselves."""
    check(plugins.load("detectors", name))


SAMPLES = np.random.default_rng(5).integers(0, 256, (9_000, 2), dtype=np.uint8)


def _iq_file(folder: Path) -> str:
    path = folder / "g001_916.5M_250k.cu8"
    path.write_bytes(SAMPLES.tobytes())
    return str(path)


def _sigmf_file(folder: Path) -> str:
    (folder / "toy.sigmf-data").write_bytes(SAMPLES.tobytes())
    meta = {
        "global": {"core:datatype": "cu8", "core:sample_rate": 250e3, "core:version": "1.0.0"},
        "captures": [
            {
                "core:sample_start": 0,
                "core:frequency": 916.5e6,
                "core:datetime": "2026-11-23T00:00:00Z",
            }
        ],
        "annotations": [],
    }
    path = folder / "toy.sigmf-meta"
    path.write_text(json.dumps(meta), encoding="utf-8")
    return str(path)


def _wav_file(folder: Path) -> str:
    path = folder / "g001_916.5M_250k.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(1)
        file.setframerate(250_000)
        file.writeframes(SAMPLES.tobytes())
    return str(path)


SOURCE_FILES = {"iq-file": _iq_file, "sigmf-file": _sigmf_file, "wav-file": _wav_file}
WITHOUT_SAMPLES = {"records-file"}
"""Reads what was decoded already; there are no blocks to hold it to."""


@pytest.mark.parametrize("check", SOURCE_CHECKS, ids=_ids)
@pytest.mark.parametrize("name", SOURCE_FILES)
def test_every_recording_keeps_its_promises(
    name: str, check: Callable[..., None], tmp_path: Path
) -> None:
    """Whatever the format: every sample once, in time, however it is cut."""
    path = SOURCE_FILES[name](tmp_path)
    check(lambda size: open_source(path, facts=Facts(), block_samples=size))


@pytest.mark.parametrize("check", SOURCE_CHECKS, ids=_ids)
def test_standard_input_keeps_its_promises(
    check: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe gives the same samples as a file, however it is cut."""

    def opened(size: int) -> Any:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(SAMPLES.tobytes())))
        return open_source("-", facts=Facts(rate_hz=250e3, freq_hz=916.5e6), block_samples=size)

    check(opened)


def _json_arrived(folder: Path) -> list[str]:
    return (folder / "out").read_text(encoding="utf-8").splitlines()


def _csv_arrived(folder: Path) -> list[str]:
    lines = [path.read_text(encoding="utf-8").splitlines()[1:] for path in folder.glob("out*")]
    return [line for part in lines for line in part]


def _sqlite_arrived(folder: Path) -> list[Any]:
    database = sqlite3.connect(folder / "out")
    rows = [
        *database.execute("select id from transmissions").fetchall(),
        *database.execute("select id from alarms").fetchall(),
    ]
    database.close()
    return rows


SINK_FILES: dict[str, Callable[[Path], list[Any]]] = {
    "json": _json_arrived,
    "csv": _csv_arrived,
    "sqlite": _sqlite_arrived,
}


@pytest.mark.parametrize("check", SINK_CHECKS, ids=_ids)
@pytest.mark.parametrize("name", SINK_FILES)
def test_every_file_sink_keeps_its_promises(
    name: str, check: Callable[..., None], tmp_path: Path
) -> None:
    """Whatever the format: every record is taken, none is changed, none is lost."""
    sink = plugins.load("sinks", name)

    def opened() -> Any:
        for path in tmp_path.iterdir():
            path.unlink()
        return sink(str(tmp_path / "out"), {})

    check(opened, lambda: SINK_FILES[name](tmp_path))


@pytest.mark.parametrize("check", SINK_CHECKS, ids=_ids)
def test_the_terminal_keeps_its_promises(
    check: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    """What people watch is held to the same as what machines read."""
    sink = plugins.load("sinks", "console")

    def opened() -> Any:
        capsys.readouterr()
        return sink("-", {})

    def printed() -> list[str]:
        return capsys.readouterr().out.splitlines()

    check(opened, printed)


@pytest.mark.parametrize(
    ("kind", "folder", "suite", "tried_here"),
    [
        ("sources", "capture/sources", "check_source(", {*SOURCE_FILES, *WITHOUT_SAMPLES, "stdin"}),
        ("sinks", "respond/sinks", "check_sink(", {*SINK_FILES, "console"}),
    ],
)
def test_every_other_source_and_sink_calls_the_suite_itself(
    kind: plugins.Kind, folder: str, suite: str, tried_here: set[str]
) -> None:
    """A receiver or a network outlet knows best how to stand up its other end."""
    silent = [
        name
        for name in plugins.names(kind)
        if name not in tried_here
        and suite not in _text(ROOT / "tests" / folder / f"test_{name.replace('-', '_')}.py")
    ]
    assert silent == [], f"their test files do not call {suite}...)"


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


@pytest.mark.parametrize("kind", KINDS)
def test_plugins_are_the_files_of_their_folder(kind: plugins.Kind) -> None:
    """One file is enough: its name, with hyphens, is the plugin's, and it holds PLUGIN."""
    for name in plugins.names(kind):
        plugin = plugins.load(kind, name)
        assert getattr(plugin, "name", name) == name


def test_listing_imports_no_plugin() -> None:
    """`medmon --help` and a configuration check stay quick, and a broken plugin is its own."""
    code = (
        "import sys; from medmon import plugins; plugins.names('protocols');"
        "print([name for name in sys.modules if name.startswith('medmon.protocols.')])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = set(answer.stdout.strip()[1:-1].replace("'", "").split(", ")) - {""}
    shared = ("conversation", "headings", "opened")
    assert loaded <= {f"medmon.protocols.{name}" for name in shared}


def test_unknown_plugin_is_refused_with_the_names_there_are() -> None:
    """A slip of the keys gets the list."""
    with pytest.raises(PluginError, match=r"no protocol named 'medtronix'; there are .*medtronic"):
        plugins.load("protocols", "medtronix")


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> list[EntryPoint]:
    """Entry points of packages that are not ours."""
    given: list[EntryPoint] = []
    monkeypatch.setattr(
        plugins, "_foreign", lambda kind: EntryPoints(given).select(group=f"medmon.{kind}")
    )
    return given


def test_a_foreign_package_adds_a_plugin_by_an_entry_point(
    foreign: list[EntryPoint], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to fork medmon to add a device family."""
    module = ModuleType("toy_package")
    vars(module)["PLUGIN"] = "the toy"
    monkeypatch.setitem(sys.modules, "toy_package", module)
    foreign.append(EntryPoint("toy", "toy_package:PLUGIN", "medmon.protocols"))
    assert "toy" in plugins.names("protocols")
    assert "toy" not in plugins.names("sinks")
    assert plugins.load("protocols", "toy") == "the toy"


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("import no_such_library\nPLUGIN = 1\n", "ModuleNotFoundError: No module named 'no_such"),
        ("OTHER = 1\n", "AttributeError: module 'broken_toy' has no attribute 'PLUGIN'"),
        ("PLUGIN = 1 / 0\n", "ZeroDivisionError: division by zero"),
        ("PLUGIN =\n", "SyntaxError: invalid syntax"),
        (None, "ModuleNotFoundError: No module named 'broken_toy'"),
    ],
)
def test_a_broken_plugin_is_named_with_its_cause(
    foreign: list[EntryPoint],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    body: str | None,
    cause: str,
) -> None:
    """Status 78 and the package to repair, not an unexpected error of medmon."""
    if body is not None:
        (tmp_path / "broken_toy.py").write_text(body)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "broken_toy", raising=False)
    foreign.append(EntryPoint("toy", "broken_toy:PLUGIN", "medmon.detectors"))
    with pytest.raises(PluginError) as caught:
        plugins.load("detectors", "toy")
    assert f"the detector 'toy' (broken_toy:PLUGIN) is broken: {cause}" in str(caught.value)
    assert caught.value.exit_code == 78
    assert isinstance(caught.value.__cause__, Exception)


def test_a_plugin_that_says_itself_why_it_does_not_load_is_heard(
    foreign: list[EntryPoint], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its own words are better than ours."""
    (tmp_path / "choosy_toy.py").write_text(
        "from medmon.errors import AccessError\nraise AccessError('plug it in')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    foreign.append(EntryPoint("toy", "choosy_toy:PLUGIN", "medmon.sinks"))
    with pytest.raises(AccessError, match="plug it in"):
        plugins.load("sinks", "toy")


def test_a_foreign_reader_without_endings_and_magic_is_in_nobodys_way(
    foreign: list[EntryPoint], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Own recordings, found by their ending or by their first bytes, still open."""
    module = ModuleType("toy_package")
    vars(module)["PLUGIN"] = lambda *_: None
    monkeypatch.setitem(sys.modules, "toy_package", module)
    foreign.append(EntryPoint("a-toy-file", "toy_package:PLUGIN", "medmon.sources"))
    for path in (_iq_file(tmp_path), _wav_file(tmp_path)):
        bare = Path(path).rename(Path(path).with_suffix(".raw"))
        facts = Facts(sample_format="cu8") if path.endswith("cu8") else Facts()
        with open_source(str(bare), facts=facts) as source:
            assert sum(block.iq.shape[-1] for block in source if isinstance(block, Block)) == 9_000


def test_two_plugins_of_one_name_are_refused(foreign: list[EntryPoint]) -> None:
    """Which of them judges must not depend on the order of installation; both are named."""
    foreign.append(EntryPoint("medtronic", "toy_package:PLUGIN", "medmon.protocols"))
    with pytest.raises(PluginError, match=r"medmon\.protocols\.medtronic.* and toy_package"):
        plugins.names("protocols")


def test_two_foreign_plugins_of_one_name_are_refused(foreign: list[EntryPoint]) -> None:
    """The same among strangers."""
    foreign.append(EntryPoint("toy", "one:PLUGIN", "medmon.sinks"))
    foreign.append(EntryPoint("toy", "two:PLUGIN", "medmon.sinks"))
    with pytest.raises(PluginError, match="one:PLUGIN and two:PLUGIN"):
        plugins.load("sinks", "toy")
