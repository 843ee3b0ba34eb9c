"""The architecture as tests: sizes, names, imports, and that nothing here can transmit."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("medmon", "signal_fixtures")
MODULE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
FORBIDDEN_NAMES = {
    "utils", "util", "helpers", "helper", "common", "misc", "manager", "base", "core", "impl",
}  # fmt: skip
COMPILED_ENDINGS = {".c", ".h", ".so", ".pyd"}
TEXT_ENDINGS = {".py", ".md", ".toml", ".txt", ".json", ".jsonl", ".csv", ".cfg", ".yml", ""}

MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function without its docstring."""
    docstring = ast.get_docstring(function, clean=False)
    total = (function.end_lineno or 0) - function.lineno + 1
    return total - (docstring.count("\n") + 1 if docstring else 0)


def _tracked() -> list[Path]:
    """List what belongs to the project: all files that git does not ignore."""
    git = shutil.which("git")
    if git and (ROOT / ".git").exists():
        listing = subprocess.run(
            [git, "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard"],
            capture_output=True,
            text=True,
            check=True,
        )
        named = (ROOT / line for line in listing.stdout.splitlines())
    else:
        named = (
            path
            for top in (*PACKAGES, "tests", "docs", "README.md", "CHANGELOG.md", "pyproject.toml")
            for path in ([ROOT / top] if (ROOT / top).is_file() else (ROOT / top).rglob("*"))
            if "_build" not in path.parts and "__pycache__" not in path.parts
        )
    return [path for path in named if path.is_file()]


def _texts() -> list[Path]:
    return [path for path in _tracked() if path.suffix in TEXT_ENDINGS]


def _test_file(path: Path) -> Path:
    """Name the test file of a module: the same place under tests/, the same stem."""
    package, *rest = path.relative_to(ROOT).parts
    folders = rest[:-1] if package == "medmon" else [package, *rest[:-1]]
    return ROOT.joinpath("tests", *folders, f"test_{path.stem}.py")


OWN_NAME = [path for path in MODULES if not path.stem.startswith("__")]


@pytest.mark.parametrize("path", OWN_NAME, ids=_name)
def test_every_module_has_a_test_file_of_its_name(path: Path) -> None:
    """Whoever changes a module knows where its tests are."""
    assert _test_file(path).is_file(), f"missing: {_name(_test_file(path))}"


def test_no_test_file_is_left_behind() -> None:
    """A test whose module is gone tests nothing, or something that nobody finds."""
    expected = {_test_file(path) for path in OWN_NAME}
    # A room's own machine stands in its __init__ and may be tested under any name beside it.
    rooms = {_test_file(path).parent for path in MODULES if path.name == "__init__.py"}
    stray = [
        _name(path)
        for path in TESTS
        if path.name.startswith("test_") and path not in expected and path.parent not in rooms
        if not set(path.relative_to(ROOT / "tests").parts) & {"scenarios", "golden", "faults"}
    ]
    assert stray == []


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_modules_are_short(path: Path) -> None:
    """What passes the cap becomes a folder of the same name."""
    assert path.read_text(encoding="utf-8").count("\n") <= MODULE_LINES_MAX


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_functions_are_short(path: Path) -> None:
    """A function that does not fit on a screen does more than one thing."""
    long = [
        f"{function.name}: {_lines(function)}"
        for function in _functions(TREES[path])
        if _lines(function) > FUNCTION_LINES_MAX
    ]
    assert long == []


def test_sizes_meet_the_bar() -> None:
    """The figures of the house: the caps are for the worst case, these are for the habit."""
    medmon = [path for path in MODULES if _name(path).startswith("medmon/")]
    modules = sorted(n for p in medmon if (n := p.read_text(encoding="utf-8").count("\n")))
    functions = sorted(_lines(f) for path in medmon for f in _functions(TREES[path]))
    assert median(modules) <= 150
    assert modules[int(0.9 * len(modules))] <= 300
    assert median(functions) <= 10
    assert functions[int(0.9 * len(functions))] <= 30


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_file_names_say_what_is_inside(path: Path) -> None:
    """A drawer named `utils` collects everything."""
    words = set(path.stem.strip("_").split("_")) | set(path.relative_to(ROOT).parts[:-1])
    assert not words & FORBIDDEN_NAMES


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_everything_public_is_documented(path: Path) -> None:
    """Modules, classes and functions say what comes in and what goes out."""
    tree = TREES[path]
    if path.read_text(encoding="utf-8").strip():
        assert ast.get_docstring(tree)
    protocols = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for inner in ast.walk(node)
        if inner is not node
    }
    public = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and not (node in protocols and isinstance(node, ast.ClassDef))
    ]
    bare = [node.name for node in public if not ast.get_docstring(node)]
    assert bare == []


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_every_raise_is_documented(path: Path) -> None:
    """The caller of a public function reads in its docstring what may come out of it."""
    silent = [
        function.name
        for function in _functions(TREES[path])
        if not function.name.startswith("_")
        and any(isinstance(node, ast.Raise) and node.exc for node in ast.walk(function))
        and "Raises\n" not in (ast.get_docstring(function) or "")
    ]
    assert silent == []


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_everything_is_typed(path: Path) -> None:
    """Every argument and every result has a type; mypy checks the rest."""
    bare = [
        function.name
        for function in _functions(TREES[path])
        if function.returns is None
        or any(
            argument.annotation is None
            for argument in (*function.args.posonlyargs, *function.args.args,
                             *function.args.kwonlyargs)
            if argument.arg not in {"self", "cls"}
        )
    ]  # fmt: skip
    assert bare == []


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_dataclasses_have_slots(path: Path) -> None:
    """A misspelt attribute is a mistake and not a new field."""
    loose = [
        node.name
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.ClassDef)
        for mark in map(ast.unparse, node.decorator_list)
        if mark.startswith("dataclass") and "slots=True" not in mark
    ]
    assert loose == []


def test_nothing_is_left_for_later_or_silenced() -> None:
    """An open matter is an issue, and a silenced checker is a checker less."""
    # The brackets keep these patterns from finding themselves.
    marks = re.compile(
        r"\b(TOD[O]|FIXM[E]|XX[X]|HAC[K])\b|#\s*(type:\s*ignor[e]|noq[a]|pragma:\s*n[o])"
    )
    found = [
        f"{_name(path)}:{number}"
        for path in (*MODULES, *TESTS)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert found == []


def test_the_tree_names_no_workplace() -> None:
    """Absolute paths of the place where a line was written mean nothing to a reader."""
    absolute = re.compile(r"(?<![\w.:/-])/(work|home|root|Users|mnt)/")
    found = [
        f"{_name(path)}:{number}"
        for path in _texts()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if absolute.search(line) and path != Path(__file__)
    ]
    # /home/n is the example of a home folder in the tests of the search order.
    assert [place for place in found if not place.startswith("tests/config/")] == []


def test_code_reaches_for_no_foreign_host() -> None:
    """Nothing is fetched when it runs: hosts in code are loopback or an example's."""
    host = re.compile(r"(?:https?|wss?)://([^/\s\"'<>{}`)\]:]+)")
    allowed = re.compile(
        r"(127\.0\.0\.1|localhost|\[?::1\]?|.*\.?example(\.\w+)?|.*\.test|.*\.invalid|host|HOST|"
        r"json-schema\.org|www\.w3\.org)"
    )
    foreign = [
        f"{_name(path)}: {name}"
        for path in MODULES
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if not _is_docstring(TREES[path], node)
        for name in host.findall(node.value)
        if not allowed.fullmatch(name)
    ]
    assert foreign == []


def _is_docstring(tree: ast.Module, constant: ast.Constant) -> bool:
    return any(isinstance(node, ast.Expr) and node.value is constant for node in ast.walk(tree))


def test_rooms_and_plugins_keep_their_import_contracts() -> None:
    """The layers of pyproject.toml hold: rooms are strangers, the core has no clock and no I/O."""
    answer = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()",
         "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout + answer.stderr


TRANSMITTING = re.compile(
    r"transmit\w*|(\w+_)?tx(_\w+)?|sendto|sendall|sendmsg|writestream|(start|stop|set)tx\w*|"
    r"hackrf_transfer",
    re.IGNORECASE,
)
SENDING_CALLS = {"write", "writelines", "send", "sendall", "sendto", "sendmsg", "ioctl"}


def _writing_calls(tree: ast.Module) -> list[str]:
    return [
        f"line {node.lineno}: {node.func.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in SENDING_CALLS
    ]


SOURCES = [path for path in MODULES if _name(path).startswith("medmon/capture/sources/")]


def _names_in(tree: ast.Module) -> Iterator[str]:
    """Give every name that the code uses, defines or imports, its parts one by one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg | ast.keyword) and node.arg:
            yield node.arg
        elif isinstance(node, ast.alias):
            yield from node.name.split(".")


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_no_code_knows_how_to_transmit(path: Path) -> None:
    """No room, no plugin and no synthesiser has a name for it, whatever library it would use."""
    assert [name for name in _names_in(TREES[path]) if TRANSMITTING.fullmatch(name)] == []


@pytest.mark.parametrize("path", SOURCES, ids=_name)
def test_no_source_can_write(path: Path) -> None:
    """A source reads. Whoever has to configure a receiver does it by a module named `allowed`.

    Sticks and network receivers need commands (frequency, rate): those go through one module that
    knows a list of receive-only commands, and nothing else in a source may write anywhere.
    """
    if not path.stem.startswith("allowed"):
        assert _writing_calls(TREES[path]) == []


def test_the_search_for_sending_calls_finds_one() -> None:
    """The test above must be able to fail."""
    tree = ast.parse("import socket\ns = socket.socket()\ns.send(b'x')\n")
    assert _writing_calls(tree) == ["line 3: send"]


@pytest.mark.parametrize(
    "code",
    [
        "radio.start_tx()",
        "from hackrf import transmit",
        "device.setupStream(SOAPY_SDR_TX)",
        "def tx_gain_db(): ...",
        "stream.writeStream(samples)",
        "set_up(tx=True)",
    ],
)
def test_the_search_for_transmitting_names_finds_one(code: str) -> None:
    """Called, imported, defined or passed on."""
    assert any(TRANSMITTING.fullmatch(name) for name in _names_in(ast.parse(code)))


@pytest.mark.parametrize(
    "name", ["transmission", "transmissions_max", "Transmission", "text", "ctx"]
)
def test_the_search_for_transmitting_names_leaves_the_nouns_alone(name: str) -> None:
    """What is heard is a transmission."""
    assert not TRANSMITTING.fullmatch(name)


def test_only_capture_opens_radios_and_only_capture_and_respond_open_the_network() -> None:
    """A detector or a decoder that opens a socket would be a surprise."""
    network = {"socket", "socketserver", "http", "urllib3", "ssl", "asyncio", "serial", "usb"}
    allowed = ("medmon/capture/", "medmon/respond/sinks/", "medmon/bedside/")
    found = [
        f"{_name(path)} imports {name}"
        for path in MODULES
        if not _name(path).startswith(allowed)
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [alias.name.split(".")[0] for alias in node.names]
            if isinstance(node, ast.Import)
            else [(node.module or "").split(".")[0]]
        )
        if name in network
    ]
    assert found == []


def test_code_that_unpacks_objects_is_not_used() -> None:
    """A baseline or a bundle is data; pickle and its kin would run what stands in it."""
    risky = {"pickle", "marshal", "shelve", "dill", "joblib", "cloudpickle"}
    found = [
        _name(path)
        for path in MODULES
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [a.name for a in node.names] if isinstance(node, ast.Import) else [node.module]
        )
        if (name or "").split(".")[0] in risky
    ]
    assert found == []


def test_readme_and_the_check_of_a_change_run_the_same_command() -> None:
    """`.ci/run` takes the test command out of the README; this is how it finds it."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for mark in ("demo-command", "test-command"):
        block = re.search(rf"<!-- {mark} -->\n```bash\n(.+)\n```\n", readme)
        assert block, mark
        assert block[1].startswith("python3.11 -m venv .venv && .venv/bin/pip install ")
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "<!-- test-command -->" in script
    assert "pip install" not in script


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_that_code_reads_is_installed(package: str) -> None:
    """A page that only a checkout has fails at the user's, who installed a wheel."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"][package]
    installed = {path for pattern in patterns for path in (ROOT / package).glob(pattern)}
    ours = {path for path in _tracked() if path.is_relative_to(ROOT / package)}
    left_out = [
        _name(path)
        for path in sorted(ours - installed)
        if path.suffix not in COMPILED_ENDINGS | {".py"}
    ]
    assert left_out == []
