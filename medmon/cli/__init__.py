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

_THREADS = ("OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS")
"""Variables by which OpenBLAS learns how many threads to start, the strongest first."""


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
    _open_closed_streams()
    if "_MEDMON_COMPLETE" not in os.environ:
        try:
            if tuple(given) in _PAGES:
                return _show_page(_PAGES[tuple(given)])
            if given == ["--version"]:
                from medmon import __version__

                return _say(f"medmon {__version__}\n", 0)
        except OSError:
            pass  # Nobody takes the text; the frame fails in the same way and says it in one line.
    _keep_to_one_thread()
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


def _keep_to_one_thread() -> None:
    """Ask for a linear algebra without threads, unless the user said how many there should be.

    OpenBLAS, which comes inside numpy, starts a thread on every further processor when it is
    loaded, and each spins a while for work: 0.13 s of CPU time on two processors, half of what
    numpy costs. The products of medmon are too small to be shared out; a replay takes as long
    with one thread as with two.
    """
    if not any(name in os.environ for name in _THREADS):
        os.environ[_THREADS[0]] = "1"


def _show_page(status: int) -> int:
    """Copy the stored page, to stdout when it was asked for and to stderr when it was not."""
    with open(page_file(), encoding="utf-8") as page:
        return _say(page.read(), status)


def _say(text: str, status: int) -> int:
    stream = sys.stderr if status else sys.stdout
    stream.write(text)
    stream.flush()
    return status


def _open_closed_streams() -> None:
    """Put /dev/null where the shell closed a stream (``>&-``): nobody reads, nothing breaks."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))
