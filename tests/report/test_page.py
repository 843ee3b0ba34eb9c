"""The page: complete, honest, harmless, and in need of nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from medmon.records import SEVERAL_DEVICES
from medmon.report.account import Account, Hindsight, Line, account_from_lines
from medmon.report.page import TRANSMISSIONS_MAX, Picture, page_from_account

PICTURE = Picture("p", "A picture", 'alt "text"', "how to read it", b"\x89PNG")
VOID = {"meta", "img", "br", "link", "hr", "input"}


class _Reader(HTMLParser):
    """Notes tags, addresses and text; checks that tags are closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        named = {"src", "href", "action", "data", "srcset"}
        self.addresses += [value or "" for name, value in attrs if name in named]
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_needs_nothing_from_anywhere(known_evening: Account) -> None:
    """It is opened on machines without a network, and must not tell anybody that it is read."""
    page = page_from_account(known_evening, [PICTURE, PICTURE])
    read = _Reader(page)
    assert not {"script", "link", "iframe", "object", "base", "form"} & set(read.tags)
    assert [a for a in read.addresses if not a.startswith("data:image/png;base64,")] == []
    assert len(read.addresses) == 2
    assert "://" not in page
    assert not re.search(r"@import|url\(", page)


def test_every_attack_and_every_alarm_is_listed(known_evening: Account) -> None:
    """With what became of it; the missed one in so many words."""
    text = _Reader(page_from_account(known_evening)).text
    for expected in (
        "bolus-injection", "suspend", "high alarm 1 after 0.50 s", "MISSED", "1 missed",
        "Order above the limit", "A bolus of 18 IU; the limit is 10 IU.", "Go to the patient.",
        "Anna's pump (123456)", "not a medical device", "never transmits", "2 of 2",
    ):  # fmt: skip
        assert expected in text


def test_a_crowd_of_strangers_is_called_several_devices(alarm: Callable[..., Line]) -> None:
    """Who reads the alarm of invented addresses is not sent to look for one of them."""
    line = {**alarm(6.5), "subject": SEVERAL_DEVICES, "device": None}
    several = account_from_lines([line], title="t", intro="i")
    assert "Order above the limitseveral devices" in _Reader(page_from_account(several)).text


def test_needless_alarms_are_listed(known_evening: Account) -> None:
    """False alarms are what makes people switch a monitor off."""
    hindsight = replace(known_evening.hindsight or Hindsight(), needless=("a1",))
    text = _Reader(page_from_account(replace(known_evening, hindsight=hindsight))).text
    assert "Alarm 1 was raised without an attack" in text
    assert (
        "No alarm was raised without an attack." in _Reader(page_from_account(known_evening)).text
    )


def test_without_the_truth_none_is_invented(evening: Account) -> None:
    """The report of an incident at a real bed has no such table."""
    text = _Reader(page_from_account(evening)).text
    assert "truth" not in text
    assert "red edge" not in text


HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=y>\x1b[2J\u202e"


def test_whatever_is_heard_is_text(
    evening: Account, transmission: Callable[..., Line], alarm: Callable[..., Line]
) -> None:
    """A device name, a field, an alarm, a configuration, a gap: nothing becomes markup."""
    lines = [
        transmission(1, device=HOSTILE, note=HOSTILE), alarm(2, title=HOSTILE, text=HOSTILE),
        {"type": "gap", "time_ns": evening.start_ns, "samples_lost": 5, "reason": HOSTILE},
    ]  # fmt: skip
    account = replace(
        account_from_lines(lines, title=HOSTILE, intro=HOSTILE),
        configuration=f"# {HOSTILE}",
        facts={HOSTILE: HOSTILE},
        devices=(replace(evening.devices[0], name=HOSTILE, asset=HOSTILE),),
    )
    page = page_from_account(account, [replace(PICTURE, alt=HOSTILE, caption=HOSTILE)])
    read = _Reader(page)
    assert "script" not in read.tags
    assert read.tags.count("img") == 1
    assert "\x1b" not in page
    assert "\u202e" not in page
    assert read.text.count("<script>alert(1)</script>") >= 9


def test_priorities_are_words_and_shapes(evening: Account) -> None:
    """Printed on grey paper they must still be told apart."""
    page = page_from_account(evening)
    assert re.search(r'class="badge high"><span aria-hidden="true">▲</span> high<', page)


def test_a_long_list_is_cut_and_says_so(
    evening: Account, transmission: Callable[..., Line]
) -> None:
    """A day of traffic would make a page that no phone opens."""
    many = tuple(transmission(n / 100) for n in range(TRANSMISSIONS_MAX + 5))
    text = _Reader(page_from_account(replace(evening, transmissions=many))).text
    assert "The first 200 of 205 transmissions" in text


def test_a_number_that_is_missing_is_a_question_mark(
    evening: Account, transmission: Callable[..., Line]
) -> None:
    """What could not be measured is null in a line."""
    line = dict(transmission(1, protocol=None))
    line["radio"] = dict(line["radio"]) | {"rssi_dbfs": None, "cfo_hz": None}
    text = _Reader(page_from_account(replace(evening, transmissions=(line,)))).text
    assert "not understood" in text
    assert "(check: none)" in text
    assert text.count("?") == 2


def test_a_quiet_night_has_a_page() -> None:
    """Nothing heard, nothing told, nothing registered."""
    quiet = account_from_lines([], title="Night", intro="Nothing happened.")
    text = _Reader(page_from_account(quiet)).text
    assert "No alarm was raised." in text
    assert "every device is a stranger" in text
    known = _Reader(page_from_account(replace(quiet, hindsight=Hindsight()))).text
    assert "There was no attack." in known


@pytest.mark.parametrize(
    "wanted", ['lang="en"', 'name="viewport"', "@media print", "<!DOCTYPE html>"]
)
def test_it_can_be_read_aloud_on_a_phone_and_printed(evening: Account, wanted: str) -> None:
    """What accessible pages need at least."""
    assert wanted in page_from_account(evening)


def test_the_same_account_gives_the_same_page(known_evening: Account) -> None:
    """No time of writing: two reports can be compared."""
    assert page_from_account(known_evening) == page_from_account(known_evening)


def test_pictures_have_texts(evening: Account) -> None:
    """Every picture says what it shows, escaped as everything else."""
    page = page_from_account(evening, [PICTURE])
    assert 'alt="alt &#34;text&#34;"' in page
    assert "how to read it" in page


def test_words_in_tables_are_not_broken_on_a_telephone(known_evening: Account) -> None:
    """ "medtro nic" is no protocol: a table that is too wide is pushed sideways instead."""
    page = page_from_account(known_evening)
    (cells,) = re.findall(r"^th, td \{(.*)\}$", page, re.MULTILINE)
    assert "overflow-wrap: anywhere" not in cells
    assert ".wide { overflow-x: auto; }" in page
    assert page.count("<table") == page.count('<div class="wide"><table')
