"""The program comes in, reference pages go out, so that they cannot say anything else than it.

`conf.py` calls this before each build; what it writes is ignored by git. Each page is made by one
function of `PAGES`.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, get_type_hints

import click

from medmon import errors, plugins
from medmon.cli.frame import root
from medmon.config import Config, Table, json_schema
from medmon.detect.policy import policies_from_config
from medmon.quantities import text_from_hertz
from medmon.report.words import lasting

ROOT = Path(__file__).parents[1]


def write_pages(folder: Path) -> None:
    """Write all pages; a page that is the same already is left, so that builds stay quick."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in PAGES.items():
        path, text = folder / f"{name}.md", make()
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def commands() -> str:
    """Every verb, with its own help page."""
    parts = [
        "# Commands",
        "Every verb understands `-h`; what it prints stands here.",
        "Frequencies, rates and durations are written as people write them: `916.5M`, `1h23m`.",
    ]
    for path, context in _contexts():
        heading = f"## {path}" if " " in path else ""
        parts += [heading, f"```text\n{context.get_help()}\n```"]
    return _page(parts)


def configuration() -> str:
    """Every table of medmon.toml, every key."""
    parts = [
        "# Configuration",
        (
            "A configuration is a TOML file. The first of these places that has one is taken: the "
            "files named with `--config`, `$MEDMON_CONFIG`, `./medmon.toml`, "
            "`$XDG_CONFIG_HOME/medmon/config.toml`, `/etc/medmon/config.toml` with every file of "
            "`/etc/medmon/conf.d` laid over it. `medmon config show --origin` says which value "
            "came from where."
        ),
        (
            "Unknown keys are mistakes, and `medmon config check` lists all mistakes at once. "
            "Secrets stand in files of their own, never in here."
        ),
    ]
    meanings = json_schema()["$defs"]
    tables = get_type_hints(Config)
    for name, annotation in ((field.name, tables[field.name]) for field in fields(Config)):
        table = _table_of(annotation)
        heading = f"[[{name}]]" if "tuple" in str(annotation) else f"[{name}]"
        if name == "policies":
            heading = "[policies.ID]"
        parts += [f"## `{heading}`", *_described(table, meanings)]
        for key, kind in get_type_hints(table).items():
            if "Table" in str(kind) and is_dataclass(_table_of(kind)):
                parts += [f"## `[{name}.{key}]`", *_described(_table_of(kind), meanings)]
    return _page(parts)


def _described(table: type[Table], meanings: Mapping[str, Any]) -> list[str]:
    kinds, properties = get_type_hints(table), meanings[table.__name__]["properties"]
    rows = [
        (f"`{key.name}`", _kind(kinds[key.name]), _default(key),
         properties[key.name]["description"])
        for key in fields(table)
    ]  # fmt: skip
    return [inspect.getdoc(table) or "", _grid(("key", "value", "default", "meaning"), rows)]


def policies() -> str:
    """Every shipped policy with its detector, options and references."""
    parts = [
        "# Policies",
        (
            "A policy is a row of a table: which detector, from which score on, how urgent, what "
            "to do. A site changes a row with `[policies.ID]` and adds rows with `[[policy]]`; "
            "[how to do that](../../how-to/add-a-policy.md)."
        ),
    ]
    for policy in policies_from_config(Config()):
        options = ", ".join(f"`{name} = {value}`" for name, value in _options(policy.options))
        parts += [
            f"## {policy.id}",
            (
                f"**{policy.title}** {policy.priority} priority, {policy.kind}, "
                f"{'latching' if policy.latching else 'not latching'}. "
                f"It holds for {lasting(policy.hold_s)} after it was last seen."
            ),
            f"What to do: {policy.action}",
            (
                f"Detector [{policy.detector}](detectors.md#{policy.detector}), "
                f"from a score of {policy.threshold:g} on."
            ),
            f"Options: {options or 'none'}.",
        ]
        parts.append("\n".join(f"- {source}" for source in policy.references))
    return _page(parts)


def detectors() -> str:
    """Every detector: what its module says about it, and its options."""
    parts = ["# Detectors", "What each can see, what it cannot, and its options."]
    for name in plugins.names("detectors"):
        plugin = plugins.load("detectors", name)
        parts += [f"## {name}", _prose(plugin.__module__)]
        meanings = _attributes(inspect.getdoc(plugin.Options) or "")
        rows = [
            (f"`{key}`", f"`{value}`", meanings.get(key, ""))
            for key, value in _options(plugin.Options())
        ]
        parts.append(_grid(("option", "default", "meaning"), rows) if rows else "No options.")
    return _page(parts)


def protocols() -> str:
    """Every decoder: how its devices sound, and what its module says."""
    parts = ["# Protocols", "How the devices of each family sound, and what is decoded."]
    for name in plugins.names("protocols"):
        plugin = plugins.load("protocols", name)
        parts.append(f"## {name}")
        for modem in plugin.modems:
            freqs = ", ".join(text_from_hertz(freq_hz) for freq_hz in modem.freqs_hz)
            deviation = (
                "" if modem.deviation_hz is None else f", {text_from_hertz(modem.deviation_hz)}"
            )
            parts.append(
                f"Modem `{modem.name}`: {freqs}; {modem.modulation.upper()}{deviation}, "
                f"{modem.symbol_rate_hz:,.0f} chips a second, {modem.line_code}, "
                f"{modem.min_bits} to {modem.max_bits} bits."
            )
        parts.append(_prose(type(plugin).__module__))
    return _page(parts)


def sources() -> str:
    """Every source of samples."""
    return _plugin_page("sources", "# Sources", "Where samples come from.")


def sinks() -> str:
    """Every outlet for records."""
    return _plugin_page("sinks", "# Sinks", "Where records go: the URIs of `-o` and `[[output]]`.")


def exit_codes() -> str:
    """Every exit status, and the error behind it."""
    rows = [("0", "done", "")]
    rows += [("1", "unexpected error; once more with `-v` shows where", "")]
    rows += [("2", "usage", "")]
    rows += [("10", "finished, and an alarm at or above `--fail-on` was found", "")]
    for name, error in inspect.getmembers(errors, inspect.isclass):
        if issubclass(error, errors.MedmonError) and error is not errors.MedmonError:
            summary = (inspect.getdoc(error) or "").splitlines()[0]
            rows.append((str(error.exit_code), summary.removesuffix("."), f"`{name}`"))
    rows += [("130", "interrupted, after a clean close", "")]
    rows += [("141", "whoever read the output hung up", "")]
    rows.sort(key=lambda row: int(row[0]))
    return _page(["# Exit codes", _grid(("status", "meaning", "error"), rows)])


def records() -> str:
    """Every noun, every field, from the docstrings of `medmon.records`."""
    module = import_module("medmon.records")
    parts = [
        "# Records",
        (
            "What one room hands to the next, and what leaves the house. The JSON Lines carry the "
            "same names; `medmon.wire` holds their JSON Schema."
        ),
    ]
    for name, record in vars(module).items():
        if inspect.isclass(record) and hasattr(record, "__dataclass_fields__"):
            text = inspect.getdoc(record) or ""
            parts += [f"## {name}", _markdown(text.split("\n\nAttributes\n")[0])]
            types = {key: str(item.type) for key, item in record.__dataclass_fields__.items()}
            rows = [
                (f"`{key}`", f"`{types.get(key, '')}`".replace("|", "\\|"), meaning)
                for key, meaning in _attributes(text).items()
            ]
            parts.append(_grid(("field", "type", "meaning"), rows))
    return _page(parts)


PAGES: Mapping[str, Callable[[], str]] = {
    "commands": commands,
    "configuration": configuration,
    "policies": policies,
    "detectors": detectors,
    "protocols": protocols,
    "sources": sources,
    "sinks": sinks,
    "records": records,
    "exit-codes": exit_codes,
}
"""Name of each page and the function that makes it."""


def _contexts() -> Iterator[tuple[str, click.Context]]:
    """Walk over all verbs; a context knows its parent, as in a real call."""
    waiting = [root.make_context("medmon", [], resilient_parsing=True, terminal_width=92)]
    while waiting:
        context = waiting.pop(0)
        yield context.command_path, context
        if isinstance(context.command, click.Group):
            for name in reversed(context.command.list_commands(context)):
                below = context.command.get_command(context, name)
                if below is not None:
                    given: list[str] = []
                    waiting.insert(
                        0, below.make_context(name, given, context, resilient_parsing=True)
                    )


def _plugin_page(kind: plugins.Kind, heading: str, opening: str) -> str:
    parts = [heading, opening]
    for name in plugins.names(kind):
        parts += [f"## {name}", _prose(plugins.load(kind, name).__module__)]
    return _page(parts)


def _prose(module: str) -> str:
    """Turn a module's docstring into Markdown."""
    return _markdown(inspect.getdoc(sys.modules[module]) or "")


def _markdown(text: str) -> str:
    """Turn our plain reStructuredText into Markdown; layouts, tables and examples become blocks."""
    parts: list[str] = []
    for block in re.split(r"\n\s*\n", text):
        lines = block.splitlines()
        is_drawn = block.startswith((" ", ">>>", "=", "|")) or any(
            line.startswith("    ") for line in lines
        )
        if is_drawn and parts and parts[-1].startswith("```text"):
            parts[-1] = parts[-1].removesuffix("\n```") + f"\n\n{block}\n```"
        elif is_drawn:
            parts.append(f"```text\n{block}\n```")
        else:
            joined = " ".join(lines) if not lines[0].startswith(("-", "*")) else block
            parts.append(_escaped(re.sub(r"::$", ":", joined)))
    return "\n\n".join(parts)


def _escaped(text: str) -> str:
    """Keep characters that Markdown would take for its own, and code spans as they are."""
    text = re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", text)
    pieces = re.split(r"(``.+?``)", text)
    return "".join(
        piece if piece.startswith("``") else re.sub(r"([\[\]*_<>#|])", r"\\\1", piece)
        for piece in pieces
    )


def _attributes(docstring: str) -> dict[str, str]:
    """Read the Attributes section of a numpydoc docstring: name to meaning."""
    _, _, section = docstring.partition("Attributes\n----------\n")
    section = re.split(r"\n\w+\n-{3,}\n", section)[0]
    found: dict[str, str] = {}
    for block in re.split(r"\n(?=\S)", section):
        head, *lines = block.splitlines() or [""]
        for name in head.partition(" : ")[0].split(","):
            if name.strip():
                found[name.strip()] = _escaped(" ".join(line.strip() for line in lines))
    return found


def _options(options: Any) -> list[tuple[str, Any]]:
    return [(name, getattr(options, name)) for name in options.__dataclass_fields__]


def _table_of(annotation: Any) -> type[Table]:
    inner = getattr(annotation, "__args__", (annotation,))[0]
    assert issubclass(inner, Table)
    return inner


def _kind(annotation: Any) -> str:
    """Say in words what a key takes."""
    text = re.sub(r"\b(?:pathlib|typing)\.", "", str(annotation))
    if "Literal" in text:
        return ", ".join(f"`{word}`" for word in re.findall(r"'([^']+)'", text))
    if "Table" in text:
        return "a table"
    number = "numbers" if "tuple" in text else "a number"
    words = {"bool": "true or false", "float": number, "str": "text", "Path": "a path"}
    found = [word for name, word in words.items() if re.search(rf"\b{name}\b", text)]
    return "a table" if "dict" in text else " or ".join(found[:1])


def _default(field: Field[Any]) -> str:
    made = field.default_factory
    value = field.default if made is MISSING else made()
    if value is MISSING:
        return "must be given"
    return "none" if value is None else f"`{value!r}`"


def _grid(heading: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heading, ("---",) * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _page(parts: list[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"


def documented_names() -> dict[str, set[str]]:
    """Return what has to be documented: kind to names. The tests ask for it."""
    tree = ast.parse((ROOT / "medmon" / "errors.py").read_text(encoding="utf-8"))
    return {
        "commands": {path for path, _ in _contexts() if " " in path},
        "policies": {policy.id for policy in policies_from_config(Config())},
        "detectors": set(plugins.names("detectors")),
        "protocols": set(plugins.names("protocols")),
        "sources": set(plugins.names("sources")),
        "sinks": set(plugins.names("sinks")),
        "exit-codes": {
            node.name
            for node in tree.body
            if isinstance(node, ast.ClassDef) and node.name != "MedmonError"
        },
    }
