"""The shipped policy table and a site's changes come in; checked policies go out, or mistakes.

A policy is a row: which detector, from which score on, how urgent, what to tell the person at the
bedside. The shipped rows stand in policies.toml beside this file. A site changes them by id
(``[policies.ID]``) and adds its own (``[[policy]]``); a row can be switched off, and a detector can
serve several rows with different options.

What is deliberately not done: a site's row may not change the detector of a shipped row. That
would be another rule under a known name; it belongs in a new row.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from pkgutil import get_data
from typing import Any

from medmon.config import Config, PolicyTable
from medmon.detect.options import options_from_mapping
from medmon.errors import ConfigError, PluginError
from medmon.plugins import load
from medmon.records import HOLD_S, AlarmKind, Finding, Priority, Verdict

_CUSTOM_ACTION = (
    "Check the patient and the pump's own display; show this to whoever looks after the monitor."
)


@dataclass(frozen=True, slots=True)
class Policy:
    """One row of the policy table, checked.

    Attributes
    ----------
    id : str
        Name of the row; alarms carry it.
    detector : str
        Name of the detector plugin.
    threshold : float
        Lowest score, 0 to 1, that leads to a verdict.
    priority : str
        How urgent its alarms are.
    kind : str
        "security" or "technical".
    title, action : str
        What happened, and what a person should do.
    latching : bool
        Whether the alarm stays until a person resets it.
    options : object
        The detector's own ``Options``.
    references : tuple of str
        Advisories, recalls and papers behind the row.
    hold_s : float
        How long the condition holds after its latest verdict; not shorter than the cadence of
        what is watched, or one thing that goes on becomes many alarms.
    """

    id: str
    detector: str
    threshold: float
    priority: Priority
    kind: AlarmKind
    title: str
    action: str
    latching: bool
    options: Any
    references: tuple[str, ...] = ()
    hold_s: float = HOLD_S

    def verdicts(self, findings: Sequence[Finding]) -> list[Verdict]:
        """Decide which findings deserve a response; one verdict for each device they are about.

        Parameters
        ----------
        findings : sequence of Finding
            What the row's detector found.

        Returns
        -------
        list of Verdict
            In the order of the first finding about each device.
        """
        groups: dict[tuple[str | None, str], list[Finding]] = {}
        for finding in findings:
            # A score that is no number must not pass for an ordinary one.
            if not finding.score < self.threshold:
                groups.setdefault((finding.protocol, finding.subject), []).append(finding)
        return [self._verdict(*device, found) for device, found in groups.items()]

    def _verdict(self, protocol: str | None, subject: str, findings: Sequence[Finding]) -> Verdict:
        return Verdict(
            policy=self.id,
            priority=self.priority,
            kind=self.kind,
            title=self.title,
            action=self.action,
            subject=subject,
            time_ns=max(finding.time_ns for finding in findings),
            findings=tuple(findings),
            latching=self.latching,
            protocol=protocol,
            hold_s=self.hold_s,
        )


def policies_from_config(config: Config, *, file: str = "medmon.toml") -> tuple[Policy, ...]:
    """Merge the shipped table with the site's changes and its own rows.

    Parameters
    ----------
    config : Config
        The site's configuration.
    file : str
        Name of the configuration, for messages.

    Returns
    -------
    tuple of Policy
        The rows that are switched on, shipped ones first.

    Raises
    ------
    ConfigError
        With every mistake: unknown rows, detectors and options, impossible thresholds.
    """
    mistakes: list[str] = []
    rows = {row.id: row for row in shipped_rows()}
    references = dict(_shipped_references())
    for change in config.policies:
        if change.id in rows:
            mistakes += _forbidden(change)
            rows[change.id] = _merged(rows[change.id], change)
        else:
            known = ", ".join(sorted(rows))
            mistakes.append(f"policies.{change.id}: no such policy; there are: {known}")
    for row in config.policy:
        if row.id in rows:
            mistakes.append(f"policy.{row.id}: the id is taken; change that row by [policies.ID]")
        rows.setdefault(row.id, row)
    policies = [_policy(row, references.get(row.id, ()), mistakes) for row in rows.values()]
    if mistakes:
        raise ConfigError(file, mistakes)
    return tuple(policy for policy in policies if policy is not None)


@cache
def shipped_rows() -> tuple[PolicyTable, ...]:
    """Return the rows of policies.toml as they stand; a test holds them to the checks of a site's.

    Returns
    -------
    tuple of PolicyTable
        In the order of the file.
    """
    return tuple(
        PolicyTable(**{k: v for k, v in row.items() if k != "references"})
        for row in _shipped_text()
    )


@cache
def _shipped_references() -> Mapping[str, tuple[str, ...]]:
    return {row["id"]: tuple(row["references"]) for row in _shipped_text()}


@cache
def _shipped_text() -> tuple[dict[str, Any], ...]:
    data = get_data("medmon.detect", "policies.toml")
    assert data is not None, "the policy table is part of the package"
    return tuple(tomllib.loads(data.decode())["policy"])


def _forbidden(change: PolicyTable) -> list[str]:
    """List what a change to a shipped row asks for and may not."""
    if change.detector is None:
        return []
    return [f"policies.{change.id}.detector: a shipped row keeps its detector; add a [[policy]]"]


def _merged(row: PolicyTable, change: PolicyTable) -> PolicyTable:
    """Lay a site's change over a shipped row; options are merged name by name."""
    values = {item.name: getattr(change, item.name) for item in fields(change)}
    given = {name: value for name, value in values.items() if value is not None}
    options = {**row.options, **change.options}
    return replace(row, **{**given, "detector": row.detector, "options": options})


def _policy(row: PolicyTable, references: tuple[str, ...], mistakes: list[str]) -> Policy | None:
    """Check one row; None when it is switched off or wrong, and then `mistakes` says why.

    A row that is switched off is checked all the same: its mistake would wait for the day on
    which somebody needs it.
    """
    before = len(mistakes)
    threshold = 0.5 if row.threshold is None else float(row.threshold)
    if not (math.isfinite(threshold) and 0 <= threshold <= 1):
        mistakes.append(f"policy {row.id}: threshold: expected 0 to 1, found {threshold}")
    options = _options(row, mistakes)
    if len(mistakes) > before or row.enable is False:
        return None
    return Policy(
        id=row.id,
        detector=row.detector or "",
        threshold=threshold,
        priority=row.priority or "medium",
        kind=row.kind or "security",
        title=row.title or f"Local rule {row.id}",
        action=row.action or _CUSTOM_ACTION,
        latching=row.latching is not False,
        options=options,
        references=references,
        hold_s=HOLD_S if row.hold_s is None else float(row.hold_s),
    )


def _options(row: PolicyTable, mistakes: list[str]) -> Any:
    """Read the options with the detector that will use them; None after a mistake."""
    if row.detector is None:
        mistakes.append(f"policy {row.id}: detector: expected the name of a detector, found none")
        return None
    try:
        plugin = load("detectors", row.detector)
    except PluginError as error:
        mistakes.append(f"policy {row.id}: detector: {error}")
        return None
    try:
        return options_from_mapping(plugin.Options, row.options)
    except ValueError as error:
        mistakes += [f"policy {row.id}: options.{line}" for line in str(error).splitlines()]
        return None
