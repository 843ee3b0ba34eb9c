"""How far work is goes in, a bar on stderr comes out, if somebody sits at a terminal.

Where stderr is a file or a pipe there is no bar and nothing is imported. Where stdout is the same
terminal, what is written to it is put above the bar.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import click

from medmon.cli.flags import Session

Told: TypeAlias = Callable[[float | None, int], None]
"""Takes the part that is done, 0 to 1, or None where nobody knows; and samples so far."""


@contextmanager
def bar(title: str) -> Iterator[Told]:
    """Show a progress bar while work goes on.

    Parameters
    ----------
    title : str
        What is being done.

    Yields
    ------
    callable
        To be told how far it is.
    """
    is_quiet = click.get_current_context().ensure_object(Session).verbosity < 0
    if is_quiet or not sys.stderr.isatty():
        yield _ignored
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[samples]}", markup=False),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns,
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
    ) as progress:
        task = progress.add_task(title, total=None, samples="")

        def told(share: float | None, samples: int) -> None:
            """Move the bar."""
            text = f"{samples / 1e6:.1f} M samples" if samples else ""
            total = None if share is None else 1.0
            progress.update(task, completed=share or 0.0, total=total, samples=text)

        yield told


def _ignored(share: float | None, samples: int) -> None:
    """Tell nobody."""
    del share, samples
