"""Arguments go in, an exit status comes out; the fast door of the command line.

The root help page and the version are answered from a text file before click is imported, so
that ``medmon --help`` costs little more than starting Python. Everything else is handed to
`medmon.cli.frame`. Importing this module must stay free of heavy modules: pathlib, typing and
importlib.metadata are heavy here (decision 0002).
"""

from __future__ import annotations

import os
import sys

_PAGES = {(): 2, ("-h",): 0, ("--help",): 0}
"""Arguments that are answered with the stored page, and the exit status that goes with each.

No arguments at all is a usage mistake (2), so that a script with an empty variable notices.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : list of str or None
        What stands behind the program's name; None takes it from the process.

    Returns
    -------
    int
        The exit status, as listed in docs/reference/exit-codes.md.
    """
    given = sys.argv[1:] if arguments is None else arguments
    completing = "_MEDMON_COMPLETE" in os.environ
    if not completing and tuple(given) in _PAGES:
        return _show_page(_PAGES[tuple(given)])
    if not completing and given == ["--version"]:
        from medmon import __version__

        sys.stdout.write(f"medmon {__version__}\n")
        return 0
    from medmon.cli.frame import run

    return run(given)


def page_file() -> str:
    """Name the file that holds the root help page.

    Returns
    -------
    str
        Its path; `python -m medmon.cli.frame` writes it anew.
    """
    return os.path.dirname(__file__) + "/help.txt"


def _show_page(status: int) -> int:
    """Copy the stored page, to stdout when it was asked for and to stderr when it was not."""
    stream = sys.stderr if status else sys.stdout
    with open(page_file(), encoding="utf-8") as page:
        stream.write(page.read())
    return status
