"""``medmon config``: check a configuration, show the one in force, describe what may be in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from medmon.cli import flags

if TYPE_CHECKING:
    from medmon.config import Draft

_WITHOUT_EFFECT = {
    "source": "[[source]]",
    "detector": "[detector]",
    "store": "[store]",
    "web": "[web]",
    "response": "[response]",
}
_PASSWORD = re.compile(r"(://[^/:@\s]*):[^/@\s]+@")


@click.group(epilog="Example: medmon config check -c medmon.toml")
def config() -> None:
    """Check, show and describe the configuration."""


@config.command(epilog="Example: medmon config check -c medmon.toml")
@flags.config
@flags.verbose
@flags.quiet
def check(config: tuple[Path, ...]) -> None:
    """Check a configuration and list all its mistakes."""
    from medmon.config import draft_from_files, find_config

    files = find_config(config)
    names = ", ".join(str(file) for file in files)
    draft = draft_from_files(files)
    _refuse([*draft.mistakes, *_unknown_names(draft)], names)
    if click.get_current_context().ensure_object(flags.Session).verbosity >= 0:
        for note in _notes(draft):
            click.echo(f"{names}: note: {note}", err=True)
        click.echo(f"{names or 'no configuration file; the defaults'}: no mistakes", err=True)


@config.command(epilog="Example: medmon config show --origin")
@click.option("--origin", is_flag=True, help="One value a line, with the file that set it.")
@flags.config
@flags.verbose
@flags.quiet
def show(*, config: tuple[Path, ...], origin: bool) -> None:
    """Print the configuration in force as TOML, defaults included; passwords in URIs are hidden."""
    from medmon.config import config_from_files, find_config, plain_from_table, toml_from_tables

    loaded = config_from_files(find_config(config))
    tables = plain_from_table(loaded.config)
    tables["policies"] = {row.pop("id"): row for row in tables["policies"]}
    if not origin:
        click.echo(_hidden(toml_from_tables(tables)), nl=False)
        return
    for path, value in _leaves(tables):
        place = loaded.origins.get(path, "default")
        text = json.dumps(value, ensure_ascii=False)
        key = ".".join(str(part) for part in path)
        click.echo(f"{key} = {_hidden(text)}  # {place}")


@config.command(epilog="Example: medmon config schema > medmon-config.schema.json")
@flags.verbose
@flags.quiet
def schema() -> None:
    """Print the JSON Schema of the configuration."""
    from medmon.config import json_schema

    click.echo(json.dumps(json_schema(), indent=2))


def _hidden(text: str) -> str:
    """Cover the passwords of URIs; they do not belong there, and less still on a screen."""
    return _PASSWORD.sub(r"\1:***@", text)


def _refuse(mistakes: Sequence[str], file: str) -> None:
    from medmon.errors import ConfigError

    if mistakes:
        raise ConfigError(file, mistakes)


def _unknown_names(draft: Draft) -> list[str]:
    """Compare the names a configuration uses with the plugins there are."""
    from medmon.errors import ConfigError
    from medmon.monitor import all_decoders, mistakes_of
    from medmon.respond.addresses import addresses_from_uris

    mistakes = mistakes_of(draft.config, all_decoders(), device_rows=draft.device_rows)
    try:
        addresses_from_uris([output.uri for output in draft.config.output])
    except ConfigError as error:
        mistakes += error.mistakes
    return mistakes


def _notes(draft: Draft) -> Iterator[str]:
    """Say which tables nobody reads yet: a limit that is believed to work and does not is worse."""
    idle = [text for name, text in _WITHOUT_EFFECT.items() if name in draft.tables]
    if idle:
        has = "has" if len(idle) == 1 else "have"
        yield f"{', '.join(idle)} {has} no effect in this version"
    if draft.config.output:
        yield "[[output]] has no effect in this version: replay writes where its -o says"


def _leaves(
    value: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Walk a tree of tables down to its values."""
    if isinstance(value, dict):
        for key, below in value.items():
            yield from _leaves(below, (*path, key))
    elif isinstance(value, list) and any(isinstance(item, dict) for item in value):
        for index, below in enumerate(value):
            yield from _leaves(below, (*path, index))
    else:
        yield path, value
