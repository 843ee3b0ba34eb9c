"""The frame of the command line: verbs found by file name, errors mapped to exit statuses."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from medmon import errors
from medmon.cli import frame, main, page_file

VERBS = frame.root.list_commands(click.Context(frame.root))


def _medmon(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "medmon", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **more},
    )


def _commands(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, click.Command]]:
    yield " ".join(path), command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _commands(below, (*path, name))


ALL = dict(_commands(frame.root, ("medmon",)))


@pytest.fixture
def verb(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[BaseException | int | None]]:
    """A verb named ``toy`` that raises or returns what the test puts in the list."""
    outcome: list[BaseException | int | None] = [None]

    @click.command()
    def toy() -> int | None:
        if isinstance(outcome[0], BaseException):
            raise outcome[0]
        return outcome[0]

    monkeypatch.setattr(frame.Verbs, "list_commands", lambda *_: ["toy"])
    monkeypatch.setattr(frame.Verbs, "get_command", lambda *_: toy)
    hook = sys.excepthook
    yield outcome
    sys.excepthook = hook


def test_stored_help_page_is_what_the_verbs_say() -> None:
    """A stale page would hide a verb; `python -m medmon.cli.frame` writes it anew."""
    stored = Path(page_file()).read_text(encoding="utf-8")
    assert stored == frame.page_text(), "run: python -m medmon.cli.frame"


@pytest.mark.parametrize("arguments", [[], ["-h"], ["--help"]])
def test_root_page_names_every_verb(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """Without arguments the page goes to stderr with status 2, else to stdout with 0."""
    status = main(arguments)
    streams = capsys.readouterr()
    text = streams.out if arguments else streams.err
    assert status == (0 if arguments else 2)
    assert all(f"\n  {name} " in text for name in VERBS)
    assert "never transmits" in text


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], [], ["--version"]])
def test_root_page_imports_neither_click_nor_anything_scientific(arguments: list[str]) -> None:
    """The promise of an answer in under three starts of Python rests on this."""
    code = (
        "import sys; from medmon.cli import main; main(sys.argv[1:]);"
        "print(sorted(set(sys.modules) & {'click', 'numpy', 'scipy', 'sklearn', 'pydantic',"
        "'pathlib', 'typing'}))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True
    )
    assert answer.stdout.splitlines()[-1] == "[]"


def test_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    """The fast answer and click's answer are the same."""
    from medmon import __version__

    assert main(["--version"]) == 0
    assert frame.run(["--version"]) == 0
    assert capsys.readouterr().out == f"medmon {__version__}\n" * 2


def test_verbs_help_needs_no_numerical_library() -> None:
    """Looking up a flag is not worth a second of imports."""
    code = (
        "import sys; from medmon.cli import main\n"
        f"for verb in {VERBS!r}: main([verb, '-h'])\n"
        "print(sorted(set(sys.modules) & {'numpy', 'scipy', 'sklearn', 'matplotlib'}))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("path", [path for path in ALL if path != "medmon"])
def test_every_help_page_has_an_example(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An example is the quickest help; -h shows it."""
    assert frame.run([*path.split()[1:], "-h"]) == 0
    page = capsys.readouterr().out
    assert "Example: medmon " in " ".join(page.split())


@pytest.mark.parametrize("path", list(ALL))
def test_every_option_says_what_it_does(path: str) -> None:
    """A flag without help is a riddle."""
    for option in ALL[path].params:
        assert isinstance(option, click.Argument) or getattr(option, "help", None), option.name


def test_unknown_verb_is_a_usage_mistake_that_names_the_nearest(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A slip of the keys gets a helping hand, status 2."""
    assert main(["polices"]) == 2
    assert "Did you mean policies?" in capsys.readouterr().err


def test_unknown_root_option_is_a_usage_mistake(capsys: pytest.CaptureFixture[str]) -> None:
    """Options before the verb go through click too."""
    assert main(["--nonsense"]) == 2
    assert "--nonsense" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.InputError("a.cu8", expected="an even size", found="7 bytes", offset=6), 65),
        (errors.ConfigError("m.toml", ["site.name: wrong"]), 78),
        (errors.SourceError("rtl_tcp://h:1", tried="connecting"), 69),
        (errors.SinkError("mqtt://h", reason="refused"), 69),
        (errors.StorageError("disk full"), 74),
        (errors.AccessError("no permission for /dev/x"), 77),
        (errors.IntegrityError("record 7 was changed"), 11),
        (errors.PluginError("two of that name"), 78),
        (PermissionError(13, "Permission denied", "/dev/y"), 77),
        (OSError(28, "No space left on device", "out.csv"), 74),
    ],
)
def test_errors_end_with_the_contracts_status_and_no_traceback(
    verb: list[BaseException | int | None],
    error: Exception,
    status: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Scripts rely on the status, people on a message without a traceback."""
    verb[0] = error
    assert frame.run(["toy"]) == status
    streams = capsys.readouterr()
    assert streams.out == ""
    assert streams.err.startswith("medmon: ")
    assert "Traceback" not in streams.err


@pytest.mark.parametrize(("value", "status"), [(None, 0), (0, 0), (10, 10)])
def test_a_verb_returns_its_status(
    verb: list[BaseException | int | None], value: int | None, status: int
) -> None:
    """`--fail-on` ends with 10 by returning it."""
    verb[0] = value
    assert frame.run(["toy"]) == status


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_interruption_ends_with_130(
    verb: list[BaseException | int | None], error: BaseException
) -> None:
    """Ctrl-C is not a failure of medmon."""
    verb[0] = error
    assert frame.run(["toy"]) == 130


def test_unexpected_error_is_one_line_and_status_1() -> None:
    """Our own bug does not drown the screen, and says how to see more."""
    code = (
        "import sys, click; from medmon.cli import frame, flags\n"
        "@click.command()\n@flags.verbose\ndef toy(): raise ZeroDivisionError('no data')\n"
        "frame.Verbs.list_commands = lambda *_: ['toy']\n"
        "frame.Verbs.get_command = lambda *_: toy\n"
        "sys.exit(frame.run(sys.argv[1:]))"
    )
    short, long = (
        subprocess.run(
            [sys.executable, "-c", code, "toy", *more], capture_output=True, text=True, check=False
        )
        for more in ([], ["-v"])
    )
    assert (short.returncode, long.returncode) == (1, 1)
    assert short.stderr == (
        "medmon: unexpected ZeroDivisionError: no data (once more with -v shows where)\n"
    )
    assert "Traceback" in long.stderr
    assert long.stderr.endswith("medmon: unexpected ZeroDivisionError: no data\n")


def test_reader_that_hangs_up_is_nothing_to_talk_about() -> None:
    """`medmon ... | head` must not end in a traceback."""
    with subprocess.Popen(
        [sys.executable, "-m", "medmon", "config", "schema"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        said = process.stderr.read()
    assert said == b""
    assert process.returncode == 141


def test_shell_completion_lists_verbs_with_their_help() -> None:
    """Completion answers from the stored page, without importing a verb."""
    answer = _medmon(_MEDMON_COMPLETE="bash_complete", COMP_WORDS="medmon pol", COMP_CWORD="1")
    assert answer.stdout.strip() == "plain,policies"
    source = _medmon(_MEDMON_COMPLETE="bash_source")
    assert "_medmon_completion" in source.stdout


def test_completion_of_an_empty_word_offers_every_verb() -> None:
    """A newcomer presses tab twice."""
    items = frame.root.shell_complete(click.Context(frame.root), "")
    assert [item.value for item in items] == VERBS
    assert all(item.help for item in items)


def test_file_without_its_command_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A verb's file that forgets the command of its name is found at once."""
    monkeypatch.setattr(frame.Verbs, "list_commands", lambda *_: ["flags"])
    with pytest.raises(errors.PluginError, match="holds no click command 'flags'"):
        frame.root.get_command(click.Context(frame.root), "flags")
