"""The documentation says everything there is, nothing that is not, and its examples run."""

from __future__ import annotations

import ast
import dataclasses
import importlib.util
import inspect
import os
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import click
import pytest

from medmon import records
from medmon.cli import frame
from medmon.config import config_from_text
from medmon.detect import policies_from_config
from medmon.wire import schema

if TYPE_CHECKING:
    from tests.conftest import Scene
else:
    Scene = Any

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(
    path
    for path in [*DOCS.rglob("*.md"), *ROOT.glob("*.md")]
    if "_build" not in path.parts and "generated" not in path.parts
)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE = re.compile(r"<!-- file: (\S+) -->\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def _generator() -> ModuleType:
    """Load docs/generate.py, which stands in no package."""
    spec = importlib.util.spec_from_file_location("generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def _page(name: str) -> str:
    text = _generator().PAGES[name]()
    assert isinstance(text, str)
    return text


def _blocks(language: str) -> list[Any]:
    return [
        pytest.param(text, id=f"{_name(path)}:{index}")
        for path in PAGES
        for index, (kind, text) in enumerate(BLOCK.findall(path.read_text(encoding="utf-8")))
        if kind == language
    ]


@pytest.mark.parametrize("kind", ["commands", "policies", "detectors", "protocols", "sources",
                                  "sinks", "exit-codes"])  # fmt: skip
def test_everything_has_its_entry_in_the_reference(kind: str) -> None:
    """A verb, a policy, a plugin or an error that nobody can look up does not exist for users."""
    page = _page(kind)
    for name in _generator().documented_names()[kind]:
        mark = f"`{name}`" if kind == "exit-codes" else f"## {name}\n"
        assert mark in page, name


@pytest.mark.parametrize("kind", ["policies", "detectors", "protocols", "sources", "sinks"])
def test_no_entry_is_empty(kind: str) -> None:
    """A heading without a text is not documentation."""
    for entry in re.split(r"^## ", _page(kind), flags=re.MULTILINE)[1:]:
        assert len(entry.split()) > 15, entry


def test_every_key_of_the_configuration_is_in_the_reference() -> None:
    """Each table, each key, with a sentence."""
    rows = re.findall(r"^\| `(\w+)` \|.*\| (.+) \|$", _page("configuration"), re.MULTILINE)
    assert all(meaning.endswith(".") for _, meaning in rows)
    keys = {key for table in _schema_tables() for key in table}
    assert keys <= {key for key, _ in rows}


def _schema_tables() -> list[list[str]]:
    from medmon.config import json_schema

    definitions = json_schema()["$defs"]
    return [list(table.get("properties", {})) for table in definitions.values()]


def test_every_field_of_a_record_is_in_the_reference() -> None:
    """The page is made from the docstrings, so a field without a word there fails here."""
    page = _page("records")
    for name, record in inspect.getmembers(records, dataclasses.is_dataclass):
        section = page.split(f"\n## {name}\n")[1].split("\n## ")[0]
        for field in dataclasses.fields(record):
            assert f"| `{field.name}` |" in section, f"{name}.{field.name}"


def _keys(node: Any) -> set[str]:
    """Collect the property names of a JSON Schema."""
    if isinstance(node, list):
        return set().union(*map(_keys, node)) if node else set()
    if not isinstance(node, dict):
        return set()
    here = set(node.get("properties", {}))
    return here.union(*(_keys(value) for value in node.values()))


def test_the_glossary_has_every_field_and_every_key() -> None:
    """One name everywhere, and one place that says what it means."""
    glossary = (DOCS / "reference" / "words.md").read_text(encoding="utf-8")
    defined = set(re.findall(r"`([^`]+)`", glossary))
    fields = {
        field.name
        for _, record in inspect.getmembers(records, dataclasses.is_dataclass)
        for field in dataclasses.fields(record)
    }
    assert sorted((fields | _keys(schema())) - defined) == []


def test_the_glossary_defines_no_word_twice() -> None:
    """Two meanings of one word are the beginning of a misunderstanding."""
    glossary = (DOCS / "reference" / "words.md").read_text(encoding="utf-8")
    heads = re.findall(r"^\| (`[^|]+) \|", glossary, re.MULTILINE)
    words = [word for head in heads for word in re.findall(r"`([^`]+)`", head)]
    assert sorted({word for word in words if words.count(word) > 1}) == []


def _command_lines() -> list[Any]:
    """List the calls of medmon in all shell examples."""
    lines = []
    for parameter in _blocks("bash"):
        for line in parameter.values[0].splitlines():
            for part in re.split(r"&&|\|", line):
                words = part.split("#")[0].split(">")[0].split()
                if words and words[0].rsplit("/")[-1] == "medmon":
                    lines.append(pytest.param(words[1:], id=f"{parameter.id} {' '.join(words)}"))
    return lines


@pytest.mark.parametrize("words", _command_lines())
def test_shell_examples_use_verbs_and_flags_that_exist(words: list[str]) -> None:
    """Whoever copies a line from a page must not get a usage error."""
    command: click.Command = frame.root
    context = click.Context(command)
    while words and isinstance(command, click.Group) and not words[0].startswith("-"):
        below = command.get_command(context, words[0])
        assert below is not None, f"no verb {words[0]!r}"
        command, words = below, words[1:]
    flags = {flag for option in command.params for flag in option.opts}
    flags |= {"-h", "--help"}
    assert {word for word in words if word.startswith("-") and word != "-"} <= flags


def _typed(page: Path, folder: Path) -> str:
    """Type the shell examples of a page, without installing; give what was printed."""
    blocks = [text for kind, text in BLOCK.findall(page.read_text(encoding="utf-8"))
              if kind == "bash" and "pip install" not in text]  # fmt: skip
    tools = folder / "tools"
    tools.mkdir()
    for name, body in (
        ("medmon", f'exec {sys.executable} -m medmon "$@"'),
        ("rtl_sdr", "exec cat dump.bin"),
    ):
        (tools / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    environment = _alone() | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    answer = subprocess.run(
        ["/bin/bash", "-x", "-e", "-o", "pipefail", "-c", "\n".join(blocks)],
        cwd=folder, env=environment, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout
    return answer.stdout


def test_the_commands_for_a_recording_of_your_own_work(scene: Scene, tmp_path: Path) -> None:
    """The page is for people in whose hands a file lies; its lines are typed as they stand."""
    for name in ("g001_916.5M_250k.cu8", "dump.bin", "ward.sigmf-data"):
        shutil.copy(scene.data, tmp_path / name)
    shutil.copy(scene.sigmf, tmp_path / "ward.sigmf-meta")
    _typed(DOCS / "how-to" / "read-a-recording.md", tmp_path)


def test_the_tutorial_works_as_it_stands(tmp_path: Path) -> None:
    """A first user sees what the page says: the attack and the gaps, and no false alarm."""
    said = _typed(DOCS / "tutorial" / "first-replay.md", tmp_path)
    stranger, known = said.split("+ medmon config check")
    assert "first.sigmf-meta: 46." in stranger
    assert "A command for a device that is not registered" in stranger
    summary = [line.split() for line in known.splitlines() if re.search(r"\*\*.*: \d+$", line)]
    assert [row[-2:] for row in summary] == [["dose-limit:", "1"], ["monitor-deaf:", "1"]]
    assert "A bolus of 12 IU was ordered from pump (554321); the limit is 10 IU." in known


def test_the_page_about_early_alarms_shows_what_is_printed(tmp_path: Path) -> None:
    """Whoever types its lines reads its words; only identifiers may be others elsewhere."""
    page = DOCS / "how-to" / "early-alarms.md"
    printed = _without_ids(_typed(page, tmp_path))
    shown = [text for kind, text in BLOCK.findall(page.read_text(encoding="utf-8"))
             if kind == "text"]  # fmt: skip
    assert shown
    assert [line for text in shown for line in _without_ids(text) if line not in printed] == []


def _without_ids(text: str) -> list[str]:
    return [re.sub(r"alarm [0-9a-f]{16}$", "alarm", line) for line in text.splitlines()]


@pytest.mark.parametrize("text", _blocks("toml"))
def test_configuration_examples_are_without_mistakes(text: str) -> None:
    """What a page tells people to write into medmon.toml passes `medmon config check`."""
    tables = tomllib.loads(text)
    if "project" in tables:
        return
    policies_from_config(config_from_text(text))


@pytest.mark.parametrize(
    "page", [page for page in PAGES if FILE.search(page.read_text(encoding="utf-8"))], ids=_name
)
def test_complete_examples_run_in_a_tree_of_their_own(page: Path, tmp_path: Path) -> None:
    """The how-to pages promise: one file and one test. Both are put in place, and their line run.

    Nothing else is added to the copy of the tree, so a suite that asks for a third file fails.
    """
    text = page.read_text(encoding="utf-8")
    files = FILE.findall(text)
    assert [name.split("/")[0] for name, _ in files] == ["medmon", "tests"]
    for name in ("medmon", "signal_fixtures", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, body in files:
        (tmp_path / name).write_text(body, encoding="utf-8")
    (words,) = re.findall(r"^\.venv/bin/pytest (.*)$", text, re.MULTILINE)
    assert "tests/test_plugins.py" in words
    plugin = files[0][0]
    # Its own example, too. The options of the outer run, such as worker processes, are not ours.
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words.split(), plugin],
        cwd=tmp_path, env=_alone(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout + answer.stderr


def _alone() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


@pytest.mark.parametrize(
    "text", [text for page in PAGES for _, text in FILE.findall(page.read_text(encoding="utf-8"))]
)
def test_complete_examples_keep_the_rules_of_the_house(text: str) -> None:
    """An example is copied with all its habits, so it has good ones."""
    answer = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--quiet", "--stdin-filename", "tests/x.py", "-"],
        input=text, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "No module named ruff" in answer.stderr:
        pytest.skip("ruff is not installed")
    assert answer.returncode == 0, answer.stdout
    assert all(
        function.returns is not None
        for function in ast.walk(ast.parse(text))
        if isinstance(function, ast.FunctionDef) and function.name != "__init__"
    )


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """A dead link costs the trust of the reader who needed it."""
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?://|#)([^)#]+)(?:#[^)]*)?\)", text):
        path = (page.parent / target).resolve()
        is_generated = path.parent.name == "generated" and path.stem in _generator().PAGES
        assert path.exists() or is_generated, f"{target} from {_name(page)}"


@pytest.mark.parametrize("page", [page for page in PAGES if page.is_relative_to(DOCS)], ids=_name)
def test_prose_has_one_sentence_a_line(page: Path) -> None:
    """A change of a sentence is then a change of one line."""
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    text = re.sub(r"^```\{.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    crowded = [
        line
        for line in text.splitlines()
        if not line.startswith(("|", "#")) and re.search(r"[a-z)`][.!?] [A-Z]", line)
    ]
    assert crowded == []


def test_decisions_are_numbered_and_have_their_four_parts() -> None:
    """Question, answer, what was rejected, and what would change our mind."""
    pages = sorted((DOCS / "decisions").glob("*.md"))
    assert [page.name[:4] for page in pages] == [f"{n:04d}" for n in range(1, len(pages) + 1)]
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for part in ("## Question", "## Answer", "## Rejected", "## What would change our mind"):
            assert part in text, f"{page.name}: {part}"
