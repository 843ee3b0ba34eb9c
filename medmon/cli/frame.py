"""Arguments that need more than the root help page go in, an exit status comes out.

A verb is a file of this folder: ``replay.py`` holds the click command ``replay``. Verbs are
listed by file name and imported when they are called, so that a verb pays for its own imports
only. The one-line helps that shell completion shows are read from the stored page.

Exceptions become exit statuses here and nowhere else: `medmon.errors` says which. What nobody
expected goes to `sys.excepthook` as a line of its own and ends with status 1.

``python -m medmon.cli.frame`` writes the stored help page anew, from the verbs themselves.
"""

from __future__ import annotations

import atexit
import errno
import gc
import os
import pkgutil
import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import click

from medmon import __version__
from medmon.cli import page_file
from medmon.cli.flags import Session
from medmon.errors import MedmonError, PluginError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_NOT_VERBS = {"flags", "frame", "progress"}
_INTERRUPTED = 130
_PIPE_CLOSED = 141
_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 96}


class Verbs(click.Group):
    """The root command: its subcommands are the files of this folder."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the verbs without importing them.

        Parameters
        ----------
        ctx : click.Context
            Ignored.

        Returns
        -------
        list of str
            Their names, sorted.
        """
        del ctx
        folder = str(Path(__file__).parent)
        found = {info.name for info in pkgutil.iter_modules([folder])}
        return sorted(found - _NOT_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one verb.

        Parameters
        ----------
        ctx : click.Context
            Ignored.
        cmd_name : str
            Its name.

        Returns
        -------
        click.Command or None
            The command; None when there is no such verb.

        Raises
        ------
        PluginError
            If the file holds no command of its own name.
        """
        if cmd_name not in self.list_commands(ctx):
            return None
        verb = getattr(import_module(f"medmon.cli.{cmd_name}"), cmd_name, None)
        if not isinstance(verb, click.Command):
            raise PluginError(f"medmon/cli/{cmd_name}.py holds no click command {cmd_name!r}")
        return verb

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the verb that was asked for, or name the nearest one.

        Parameters
        ----------
        ctx : click.Context
            The root's context.
        args : list of str
            The verb and what stands behind it.

        Returns
        -------
        tuple of (str, click.Command, list of str)
            The verb's name, the verb, and its arguments.

        Raises
        ------
        click.UsageError
            If there is no such verb.
        """
        if args[0].startswith("-") or args[0] in self.list_commands(ctx):
            return super().resolve_command(ctx, args)
        import difflib

        near = difflib.get_close_matches(args[0], self.list_commands(ctx), n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise click.UsageError(f"No such command {args[0]!r}.{hint}", ctx)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete a verb's name without importing any verb.

        Parameters
        ----------
        ctx : click.Context
            The root's context.
        incomplete : str
            What stands before the cursor.

        Returns
        -------
        list of CompletionItem
            The verbs that begin so, then the root's options.
        """
        from click.shell_completion import CompletionItem

        helps = short_helps(Path(page_file()).read_text(encoding="utf-8"))
        verbs = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*(CompletionItem(name, help=helps.get(name)) for name in verbs), *options]


@click.group(cls=Verbs, context_settings=_SETTINGS, epilog="Begin with: medmon demo")
@click.version_option(__version__, message="medmon %(version)s")
def root() -> None:
    """Hear who talks to an insulin pump or a glucose monitor, and say when it is a stranger.

    medmon only listens: it never transmits. It is not a medical device.
    """


def run(arguments: Sequence[str]) -> int:
    """Carry out one call of the command line.

    Parameters
    ----------
    arguments : sequence of str
        What stands behind the program's name.

    Returns
    -------
    int
        The exit status.
    """
    session = Session()
    # Python looks through all that is left for rubbish before it ends: 5 % of a short replay.
    atexit.register(gc.freeze)
    sys.excepthook = partial(_say_unexpected, session)
    if "_MEDMON_COMPLETE" in os.environ:
        root.main(list(arguments), "medmon")
    try:
        # Not root.main, which would end with status 1 when the reader of stdout hangs up.
        with root.make_context("medmon", list(arguments), obj=session) as context:
            result = root.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    except MedmonError as error:
        click.echo(f"medmon: {error}", err=True)
        return error.exit_code
    except OSError as error:
        return _status_of(error)
    return result if isinstance(result, int) else 0


def short_helps(page: str) -> dict[str, str]:
    r"""Read the one-line helps out of a root help page.

    Parameters
    ----------
    page : str
        The page.

    Returns
    -------
    dict of str to str
        Help of each verb; the first line of it where it is broken into several.

    Examples
    --------
    >>> short_helps("Commands:\n  demo    Show what medmon does.\n\n  Begin with: demo")
    {'demo': 'Show what medmon does.'}
    """
    _, _, section = page.partition("Commands:\n")
    section, _, _ = section.partition("\n\n")
    rows = [line.split(maxsplit=1) for line in section.splitlines() if line[2:3].strip()]
    return {row[0]: row[-1] for row in rows}


def page_text() -> str:
    """Render the root help page from the verbs.

    Returns
    -------
    str
        What click would print at a width of 96 columns.
    """
    context = root.make_context("medmon", [], resilient_parsing=True, terminal_width=96)
    return root.get_help(context) + "\n"


def _status_of(error: OSError) -> int:
    """Say what the operating system refused; a closed pipe is nothing to talk about."""
    if error.errno == errno.EPIPE:
        # Python flushes stdout once more when it ends; let that go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return _PIPE_CLOSED
    place = f"{error.filename}: " if error.filename else ""
    click.echo(f"medmon: {place}{error.strerror or error}", err=True)
    return 77 if isinstance(error, PermissionError) else 74


def _say_unexpected(
    session: Session,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
) -> None:
    """Report our own bug in one line; Python itself then ends with status 1."""
    if session.verbosity > 0:
        import traceback

        traceback.print_exception(kind, error, trace)
    hint = "" if session.verbosity > 0 else " (once more with -v shows where)"
    click.echo(f"medmon: unexpected {kind.__name__}: {error}{hint}", err=True)


if __name__ == "__main__":
    Path(page_file()).write_text(page_text(), encoding="utf-8")
