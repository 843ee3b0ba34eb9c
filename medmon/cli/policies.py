"""``medmon policies``: list the policies in force, or check those that a site changed or added."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from medmon.cli import flags

if TYPE_CHECKING:
    from medmon.detect.policy import Policy


@click.group(epilog="Example: medmon policies list")
def policies() -> None:
    """List and check the policies: what is reported, how urgently, and what to do then."""


@policies.command(name="list", epilog="Example: medmon policies list --json -c medmon.toml")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@flags.config
@flags.verbose
@flags.quiet
def list_policies(*, config: tuple[Path, ...], as_json: bool) -> None:
    """List the policies that are switched on, with the detector behind each."""
    for policy in _in_force(config):
        row = [policy.id, policy.priority, f"{policy.threshold:g}", policy.detector, policy.title]
        click.echo(json.dumps(asdict(policy)) if as_json else "\t".join(row))


@policies.command(epilog="Example: medmon policies check -c medmon.toml")
@flags.config
@flags.verbose
@flags.quiet
def check(config: tuple[Path, ...]) -> None:
    """Check the rows of a configuration: unknown ids, detectors, options, thresholds."""
    count = len(_in_force(config))
    if click.get_current_context().ensure_object(flags.Session).verbosity >= 0:
        click.echo(f"{count} policies are switched on; no mistakes", err=True)


def _in_force(given: tuple[Path, ...]) -> tuple[Policy, ...]:
    from medmon.config import config_from_files, find_config
    from medmon.detect.policy import policies_from_config

    loaded = config_from_files(find_config(given))
    file = ", ".join(str(name) for name in loaded.files) or "defaults"
    return policies_from_config(loaded.config, file=file)
