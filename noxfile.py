"""The sessions of `.ci/run`, one by one: `nox -s lint`, `nox -s tests -- tests/phy`."""

from __future__ import annotations

from pathlib import Path

import nox

nox.options.sessions = ["lint", "types", "tests", "docs"]
nox.options.reuse_existing_virtualenvs = True


def _sources() -> list[str]:
    return [
        str(path) for root in ("medmon", "signal_fixtures") for path in Path(root).rglob("*.py")
    ]


@nox.session(python="3.11")
def lint(session: nox.Session) -> None:
    """Check style, architecture, spelling, docstrings."""
    session.install("-e", ".[dev]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports")
    session.run("vulture")
    prose = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"]
    session.run("codespell", "medmon", "signal_fixtures", "tests", "docs", *prose)
    session.run("numpydoc", "lint", *_sources())


@nox.session(python="3.11")
def types(session: nox.Session) -> None:
    """Check types strictly, tests included."""
    session.install("-e", ".[dev]")
    session.run("mypy")


@nox.session(python="3.11")
def tests(session: nox.Session) -> None:
    """Run all tests, or those that are named behind ``--``."""
    session.install("-e", ".[dev]")
    session.run("pytest", "-n", "auto", *session.posargs)


@nox.session(python="3.11")
def docs(session: nox.Session) -> None:
    """Build the documentation; a warning is an error."""
    session.install("-e", ".[dev]")
    session.run("sphinx-build", "-W", "--keep-going", "-b", "html", "docs", "docs/_build/html")
