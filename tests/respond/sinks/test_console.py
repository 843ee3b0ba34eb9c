"""Sentences for the person who watches, and nothing that steers their terminal."""

from typing import Any

import pytest

from medmon.errors import ConfigError
from medmon.records import SEVERAL_DEVICES
from medmon.respond.sinks.console import PLUGIN, Console

HEAD = {"schema": "medmon/1", "time": "2026-11-23T11:15:03.000001Z", "time_ns": 1}
WHEN = "2026-11-23 11:15:03.00"
ALARM: dict[str, Any] = HEAD | {
    "type": "alarm", "id": "a1", "phase": "start", "state": "active", "priority": "high",
    "title": "Bolus above the limit", "action": "Check the pump.", "subject": "350535",
    "device": {"id": "350535", "name": "Bed 3 pump", "asset": "INV-7"}, "count": 1,
    "reasons": [{"text": f"Reason {n}."} for n in range(5)],
}  # fmt: skip
HEARD: dict[str, Any] = HEAD | {
    "type": "transmission", "protocol": "medtronic", "integrity": "ok", "command": "bolus",
    "device": {"id": "350535"}, "fields": {"units_iu": 2.5}, "repeats": 3,
    "radio": {"freq_hz": 916_500_000.0, "rssi_dbfs": -31.26, "snr_db": 20.0},
}  # fmt: skip
SUMMARY: dict[str, Any] = HEAD | {
    "type": "summary", "seconds": 60.0, "real_time_factor": 38.04,
    "transmissions": {"medtronic": {"ok": 3, "failed": 1}}, "alarms": {"high": {"dose": 1}},
}  # fmt: skip


def _told(capsys: pytest.CaptureFixture[str], line: dict[str, Any], **options: str) -> str:
    sink = PLUGIN("", options)
    sink.emit(line)
    sink.close()
    out, err = capsys.readouterr()
    assert out == ""
    return err


def test_alarm_says_what_who_why_and_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    """Everything a person needs in the first lines, the stars as on a patient monitor."""
    assert _told(capsys, ALARM).splitlines() == [
        f"{WHEN} *** Bolus above the limit: Bed 3 pump, INV-7, 350535. Check the pump.",
        "                           why: Reason 0.",
        "                           why: Reason 1.",
        "                           why: Reason 2.",
        "                           alarm a1",
    ]


@pytest.mark.parametrize(
    ("changes", "stars", "text"),
    [
        ({"phase": "update", "count": 8}, "***", "active, seen 8 times"),
        (
            {"phase": "update", "state": "latched", "priority": "medium"},
            "** ",
            "latched, seen once",
        ),
        ({"phase": "end", "state": "cleared", "priority": "low"}, "*  ", "ended, seen once"),
        ({"phase": "end", "state": "cleared", "priority": "info"}, "   ", "ended, seen once"),
    ],
)
def test_later_phases_are_one_line(
    capsys: pytest.CaptureFixture[str], changes: dict[str, Any], stars: str, text: str
) -> None:
    """A flood does not push the first line off the screen."""
    assert _told(capsys, ALARM | changes | {"device": None}) == (
        f"2026-11-23 11:15:03.00 {stars} Bolus above the limit: 350535: {text}, alarm a1\n"
    )


def _verbs(lines: list[dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> list[str]:
    sink = PLUGIN("", {})
    for line in lines:
        sink.emit(line)
    return [line.strip() for line in capsys.readouterr().err.splitlines()]


@pytest.mark.parametrize(
    ("stage", "text"),
    [
        ("heading", "not yet checked: the packet is still on the air"),
        ("checked", "its check holds; not yet confirmed by the whole transmission"),
    ],
)
def test_an_early_alarm_says_how_sure_it_is(
    capsys: pytest.CaptureFixture[str], stage: str, text: str
) -> None:
    """A packet whose check holds is over: nobody is told that it is still on the air."""
    told = _told(capsys, ALARM | {"early": True, "stage": stage}).splitlines()
    assert [line.strip() for line in told[-2:]] == [text, "alarm a1"]


def test_an_early_alarm_is_confirmed_once_and_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever was told early reads that it is certain now; later lines need not repeat it."""
    later = {"phase": "update", "early": False, "stage": "confirmed"}
    told = _verbs([ALARM | {"early": True, "stage": "heading"}, *2 * [ALARM | later]], capsys)
    assert [line.partition("350535: ")[2] for line in told[-2:]] == [
        "confirmed by the whole transmission, active, seen once, alarm a1",
        "active, seen once, alarm a1",
    ]


def test_an_alarm_is_withdrawn_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    """A nurse who ran reads why it ended; an early alarm that merely lapses was not withdrawn."""
    early = ALARM | {"early": True, "stage": "checked"}
    ends = [
        {"phase": "end", "state": "cleared", "stage": stage} for stage in ("withdrawn", "checked")
    ]
    told = [_verbs([early, early | end], capsys)[-1].partition("350535: ")[2] for end in ends]
    assert told == [
        "withdrawn, no whole transmission confirmed it, seen once, alarm a1",
        "ended, seen once, alarm a1",
    ]


def test_what_became_worse_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Somebody who was told of a clock that was set reads that a bolus followed."""
    sink = PLUGIN("", {})
    clock, bolus = {"text": "The clock was set."}, {"text": "A bolus."}
    sink.emit(ALARM | {"reasons": [clock]})
    for phase in ("update", "update", "end", "update"):
        sink.emit(ALARM | {"phase": phase, "count": 2, "reasons": [bolus, clock]})
    whys = [line.strip() for line in capsys.readouterr().err.splitlines() if "why:" in line]
    assert whys == ["why: The clock was set.", "why: A bolus."]


def test_several_devices_stand_where_a_device_does(capsys: pytest.CaptureFixture[str]) -> None:
    """A crowd of invented addresses reads as what it is, with the action of its policy."""
    told = _told(capsys, ALARM | {"device": None, "subject": SEVERAL_DEVICES, "reasons": []})
    assert "*** Bolus above the limit: several devices. Check the pump." in told


def test_transmissions_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    """With -v everything that was heard."""
    assert _told(capsys, HEARD) == ""
    assert _told(capsys, HEARD, verbose="yes") == (
        "2026-11-23 11:15:03.00     medtronic 350535 bolus x3 units_iu=2.5"
        "  [916.500 MHz, -31.3 dBFS, SNR 20.0 dB]\n"
    )


def test_burst_that_nobody_understands(capsys: pytest.CaptureFixture[str]) -> None:
    """Unknown things are named as unknown."""
    line = HEARD | {
        "protocol": None, "integrity": "none", "command": "unknown", "device": {"id": None},
        "fields": {}, "repeats": 1,
        "radio": {"freq_hz": 916_500_000.0, "rssi_dbfs": None, "snr_db": None},
    }  # fmt: skip
    assert _told(capsys, line, verbose="yes") == (
        "2026-11-23 11:15:03.00     unknown - unknown (integrity none)"
        "  [916.500 MHz, ? dBFS, SNR ? dB]\n"
    )


def test_summary(capsys: pytest.CaptureFixture[str]) -> None:
    """The last lines say what was heard and what was wrong."""
    assert _told(capsys, SUMMARY).splitlines() == [
        "2026-11-23 11:15:03.00     60.0 s heard, 38.0 times real time: 4 transmissions",
        "                           medtronic: 3 ok, 1 failed",
        "                           *** dose: 1",
    ]
    quiet = _told(capsys, SUMMARY | {"alarms": {}, "transmissions": {}, "real_time_factor": None})
    assert quiet.splitlines()[0].endswith("60.0 s heard: 0 transmissions")
    assert quiet.splitlines()[1].strip() == "no alarms"


@pytest.mark.parametrize(
    ("line", "is_always", "text"),
    [
        ({"type": "gap", "samples_lost": 500, "reason": "overrun"}, True,
         "500 samples lost: overrun"),
        ({"type": "finding", "detector": "dose-limit", "text": "Too much.", "score": 0.75}, False,
         "dose-limit: Too much. (score 0.75)"),
        ({"type": "heading", "protocol": "medtronic", "device": {"id": "350535"},
          "command": "bolus", "radio": {"freq_hz": 916.5e6, "rssi_dbfs": -31.25}}, False,
         "still on the air: medtronic 350535 bolus  [916.500 MHz, -31.2 dBFS]"),
        ({"type": "status", "samples": 9, "drops": 2, "noise_dbfs": None}, False,
         "listening: 9 samples, 2 lost, noise ? dBFS"),
    ],
)  # fmt: skip
def test_other_records(
    capsys: pytest.CaptureFixture[str], *, line: dict[str, Any], is_always: bool, text: str
) -> None:
    """Lost samples are always told, the rest on request."""
    assert (_told(capsys, HEAD | line) != "") == is_always
    assert _told(capsys, HEAD | line, verbose="yes") == f"2026-11-23 11:15:03.00     {text}\n"


def test_type_of_a_later_version_is_left(capsys: pytest.CaptureFixture[str]) -> None:
    """A newer monitor does not break an older terminal."""
    assert _told(capsys, HEAD | {"type": "invented-later"}, verbose="yes") == ""


def test_nothing_heard_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Escapes, line breaks and reversed writing are shown as what they are."""
    told = _told(capsys, ALARM | {"title": "a\x1b[2J\nb\x9b\u202e\r"})
    assert "a\\x1b[2J\\nb\\x9b\\u202e\\r: " in told
    assert told.replace("\n", "").isprintable()


def test_standard_output_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    """Messages go to standard error, unless they are the data."""
    Console("-", {}).emit(ALARM)
    out, err = capsys.readouterr()
    assert out.startswith("2026-11-23 11:15:03.00 *** ")
    assert err == ""


@pytest.mark.parametrize(("target", "options"), [("file", {}), ("", {"verbose": "very"})])
def test_mistakes_are_named(target: str, options: dict[str, str]) -> None:
    """A person learns what is possible."""
    with pytest.raises(ConfigError, match="expected console:"):
        Console(target, options)


def test_the_most_urgent_alarms_come_first(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever reads two lines of the summary reads the two that matter; one is not several."""
    alarms = {"high": {"dose": 1}, "info": {"new": 2}, "later": {"x": 1}, "low": {"clock": 1},
              "medium": {"deaf": 3}}  # fmt: skip
    told = _told(capsys, SUMMARY | {"alarms": alarms, "transmissions": {"medtronic": {"ok": 1}}})
    assert told.splitlines()[0].endswith(": 1 transmission")
    rows = [line.strip() for line in told.splitlines()[2:]]
    assert rows == ["*** dose: 1", "**  deaf: 3", "*   clock: 1", "new: 2", "x: 1"]


def test_packets_of_one_second_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    """A conversation takes a second; its order and pauses are what a reader looks for."""
    told = _told(capsys, ALARM | {"time": "2026-11-23T11:15:03.456789Z"})
    assert told.startswith("2026-11-23 11:15:03.45 *** ")
