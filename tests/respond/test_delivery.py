"""Every record reaches those it is meant for, and one broken outlet holds up no other."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from medmon.config import Output, Privacy
from medmon.errors import AccessError, ConfigError, MedmonError, SinkError, StorageError
from medmon.records import Priority
from medmon.respond import Sink, delivery
from medmon.respond.addresses import address_from_uri
from medmon.respond.delivery import Decision, Outlet, Outlets, open_outlets
from medmon.store import Readings

SALT = b"sixteen bytes at least"
HEARD: dict[str, Any] = {
    "schema": "medmon/1", "type": "transmission", "time": "1970-01-01T00:00:00.000000Z",
    "time_ns": 1, "id": "t1", "device": {"id": "350535", "asset": None, "name": None},
    "raw_hex": "a7350535", "fields": {},
}  # fmt: skip


def _alarm(priority: Priority) -> dict[str, Any]:
    return {
        "schema": "medmon/1", "type": "alarm", "time": "1970-01-01T00:00:00.000000Z", "time_ns": 2,
        "id": "a1", "state": "active", "priority": priority, "subject": "350535", "device": None,
        "kind": "security",
    }  # fmt: skip


class Memory:
    """A sink that keeps what it got, and fails when it is told to."""

    options: ClassVar[tuple[str, ...]] = ("append",)
    leaves_machine: ClassVar[bool] = False
    made: ClassVar[list["Memory"]] = []

    def __init__(self, target: str = "", options: Mapping[str, str] | None = None) -> None:
        self.target = target
        self.given = dict(options or {})
        self.lines: list[Mapping[str, Any]] = []
        self.error: Exception | None = None
        self.error_at_close: Exception | None = None
        self.is_closed = False
        self.made.append(self)

    def emit(self, line: Mapping[str, Any]) -> None:
        if self.error is not None:
            raise self.error
        self.lines.append(line)

    def close(self) -> None:
        self.is_closed = True
        if self.error_at_close is not None:
            raise self.error_at_close


class Network(Memory):
    """The same on another machine."""

    leaves_machine: ClassVar[bool] = True


def _outlet(sink: Sink, min_priority: Priority | None = None, salt: bytes | None = None) -> Outlet:
    return Outlet(address_from_uri("memory:x"), sink, min_priority, salt)


def test_least_priority() -> None:
    """A pager gets what it was asked for, a log gets everything."""
    log, pager = Memory(), Memory()
    outlets = Outlets([_outlet(log), _outlet(pager, "medium")])
    decisions = [outlets.deliver(line) for line in (HEARD, _alarm("low"), _alarm("medium"))]
    assert decisions == [
        (Decision.SENT, Decision.NOT_ASKED),
        (Decision.SENT, Decision.BELOW_PRIORITY),
        (Decision.SENT, Decision.SENT),
    ]
    assert pager.lines == [_alarm("medium")]
    assert len(log.lines) == 3
    outlets.close()
    assert log.is_closed
    assert pager.is_closed


def test_findings_on_request() -> None:
    """The contract has them with -v only."""
    finding = {"type": "finding"}
    for findings, decision in ((False, Decision.NOT_ASKED), (True, Decision.SENT)):
        assert Outlets([_outlet(Memory())], findings=findings).deliver(finding) == (decision,)


@pytest.mark.parametrize(
    "error", [SinkError("memory:x", reason="down"), StorageError("full"), OSError("gone")]
)
def test_broken_outlet_holds_up_no_other(error: Exception) -> None:
    """The alarm arrives where it can; the failure and the losses are told, and it tries again."""
    broken, well = Memory(), Memory()
    outlets = Outlets([_outlet(broken), _outlet(well)])
    broken.error = error
    assert outlets.deliver(HEARD) == (Decision.LOST, Decision.SENT)
    assert outlets.deliver(HEARD) == (Decision.LOST, Decision.SENT)
    (failure,) = outlets.failures
    assert str(error) in str(failure)
    broken.error = None
    assert outlets.deliver(HEARD) == (Decision.SENT, Decision.SENT)
    with pytest.raises(MedmonError) as caught:
        outlets.close()
    assert caught.value is failure
    assert caught.value.__notes__ == ["2 records lost"]
    assert broken.is_closed
    assert well.is_closed


def test_several_failures_are_told_together() -> None:
    """None of them hides another, and closing goes on to the last."""
    sinks = [Memory(), Memory(), Memory()]
    sinks[0].error = StorageError("disk full")
    sinks[1].error_at_close = OSError("cable out")
    outlets = Outlets([_outlet(sink) for sink in sinks])
    outlets.deliver(HEARD)
    with pytest.raises(
        SinkError, match=r"disk full \(1 record lost\); memory:x: cable out \(0 rec"
    ):
        outlets.close()
    assert all(sink.is_closed for sink in sinks)


def test_reader_that_went_away_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """`| head` ends quietly; the other outlets go on."""
    abandoned: list[bool] = []
    monkeypatch.setattr(delivery, "_abandon_stdout", lambda: abandoned.append(True))
    pipe, log = Memory(), Memory()
    pipe.error = BrokenPipeError()
    outlets = Outlets([_outlet(pipe), _outlet(log)])
    assert outlets.deliver(HEARD) == (Decision.DESERTED, Decision.SENT)
    pipe.error = None
    assert outlets.deliver(HEARD) == (Decision.DESERTED, Decision.SENT)
    assert (abandoned, outlets.failures, outlets.is_deserted) == ([True], (), False)
    outlets.close()


def test_nobody_listens_any_more() -> None:
    """The command line can stop the work; without any output it does not."""
    pipe = Memory()
    pipe.error = BrokenPipeError()
    outlets = Outlets([_outlet(pipe)])
    outlets.deliver({"type": "gap"})
    assert outlets.is_deserted
    assert not Outlets([]).is_deserted


def test_closed_pipe_ends_without_a_word() -> None:
    """A real pipe whose reader takes one line: no traceback, no complaint of the interpreter."""
    program = (
        "from medmon.config import Output\n"
        "from medmon.respond.delivery import open_outlets\n"
        "outlets = open_outlets([Output(uri='json:-')])\n"
        "while not outlets.is_deserted:\n"
        "    outlets.deliver({'type': 'gap', 'reason': 'x' * 1000})\n"
        "outlets.close()\n"
    )
    root = Path(delivery.__file__).parents[2]
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=root, env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        assert json.loads(process.stdout.readline())["type"] == "gap"
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_records_reach_real_outputs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """File, table, database and standard output, each from its URI."""
    uris = [f"json:{tmp_path}/a.jsonl", f"csv:{tmp_path}/a.csv", f"sqlite:{tmp_path}/s", "json:-"]
    outlets = open_outlets([Output(uri=uri) for uri in uris])
    assert set(outlets.deliver(HEARD)) == {Decision.SENT}
    outlets.close()
    assert json.loads((tmp_path / "a.jsonl").read_text()) == HEARD
    assert "350535" in (tmp_path / "a.csv").read_text()
    with Readings(tmp_path / "s") as readings:
        assert readings.lines("transmission") == [HEARD]
    assert json.loads(capsys.readouterr().out) == HEARD


def test_defaults_go_to_those_who_understand_them(tmp_path: Path) -> None:
    """A replay begins files anew, unless the URI says otherwise."""
    outputs = [
        Output(uri=f"json:{tmp_path}/new"),
        Output(uri=f"json:{tmp_path}/old?append=yes"),
        Output(uri=f"sqlite:{tmp_path}/s"),
    ]
    for _ in range(2):
        outlets = open_outlets(outputs, defaults={"append": "no"})
        outlets.deliver(HEARD)
        outlets.close()
    assert len((tmp_path / "new").read_text().splitlines()) == 1
    assert len((tmp_path / "old").read_text().splitlines()) == 2


def test_output_that_cannot_be_opened_closes_the_others(tmp_path: Path) -> None:
    """The message is about the one that failed; the store is free for the next run."""
    outputs = [Output(uri=f"sqlite:{tmp_path}/s"), Output(uri=f"json:{tmp_path}/none/a")]
    for _ in range(2):
        with pytest.raises(StorageError, match="No such file"):
            open_outlets(outputs)


def test_unknown_output_opens_nothing(tmp_path: Path) -> None:
    """A mistake in the second URI leaves no file of the first."""
    with pytest.raises(ConfigError, match="no output named 'parquet'"):
        open_outlets([Output(uri=f"json:{tmp_path}/a"), Output(uri="parquet:b")])
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def salt_file(tmp_path: Path) -> Path:
    path = tmp_path / "salt"
    path.write_bytes(SALT)
    return path


def _plug(monkeypatch: pytest.MonkeyPatch, plugin: type[Memory]) -> list[Memory]:
    """Put a plugin in the place of every sink, and give the list of those that are made."""
    monkeypatch.setattr(delivery, "load", lambda _kind, _name: plugin)
    made: list[Memory] = []
    monkeypatch.setattr(Memory, "made", made)
    return made


@pytest.mark.parametrize(
    ("plugin", "uri", "shows", "is_hashed"),
    [
        (Memory, "json:x", False, False),
        (Memory, "json:x?hash=yes", False, True),
        (Memory, "json:x?hash=yes", True, True),
        (Network, "json:x", False, True),
        (Network, "json:x", True, False),
        (Network, "json:x?hash=no", False, False),
    ],
)
def test_identifiers_leave_the_machine_only_on_request(
    monkeypatch: pytest.MonkeyPatch, salt_file: Path, *, plugin: type[Memory], uri: str,
    shows: bool, is_hashed: bool,
) -> None:  # fmt: skip
    """Local outputs name the device, outputs to other machines do not, and the URI decides."""
    made = _plug(monkeypatch, plugin)
    privacy = Privacy(show_identifiers=shows, salt_file=salt_file)
    outlets = open_outlets([Output(uri=uri)], privacy=privacy, known=["350535"])
    outlets.deliver(HEARD | {"note": "see 350535"})
    (line,) = made[0].lines
    assert ("350535" not in json.dumps(line)) == is_hashed
    assert made[0].given == {}


def test_what_decoders_vouch_for_stays_beside_pseudonyms(
    monkeypatch: pytest.MonkeyPatch, salt_file: Path
) -> None:
    """A dose reaches the research server, the address of the companion device does not."""
    made = _plug(monkeypatch, Network)
    outlets = open_outlets([Output(uri="json:x")], privacy=Privacy(salt_file=salt_file))
    fields = {"units_iu": 1.5, "peer": "abcdef", "new_and_unknown": 7}
    outlets.deliver(HEARD | {"protocol": "medtronic", "fields": fields, "text": "not 1f0e89f0"})
    (line,) = made[0].lines
    assert line["fields"]["units_iu"] == 1.5
    assert line["fields"]["peer"].startswith("h:")
    assert line["fields"]["new_and_unknown"].startswith("h:")
    assert line["text"].startswith("not h:")


def test_pseudonyms_need_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without one, all addresses could be tried; the message says how to make it."""
    _plug(monkeypatch, Network)
    with pytest.raises(ConfigError, match=r"privacy\.salt_file.*\n.*head -c 32 /dev/urandom"):
        open_outlets([Output(uri="json:x")])


@pytest.mark.parametrize(("content", "text"), [(b"short", "found 5"), (b"x" * 65, "found 65")])
def test_weak_secret_is_refused(tmp_path: Path, content: bytes, text: str) -> None:
    """A truncated or mistaken file is found at the start."""
    path = tmp_path / "salt"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=f"expected 16 to 64 bytes, {text}"):
        open_outlets([Output(uri="json:-?hash=yes")], privacy=Privacy(salt_file=path))


def test_secret_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing and forbidden are told apart."""
    privacy = Privacy(salt_file=tmp_path / "none")
    with pytest.raises(ConfigError, match="none: No such file"):
        open_outlets([Output(uri="json:-?hash=yes")], privacy=privacy)

    def forbidden(_path: Path) -> bytes:
        raise PermissionError

    monkeypatch.setattr(Path, "read_bytes", forbidden)
    with pytest.raises(AccessError, match="no permission to read the secret"):
        open_outlets([Output(uri="json:-?hash=yes")], privacy=privacy)
