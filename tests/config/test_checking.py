"""Tables are checked as a whole: a table comes out, or every mistake with its place."""

from __future__ import annotations

import pytest

from medmon.config import Config, Device, Mistake, checked, json_schema
from medmon.config.tables import PolicyTable
from medmon.config.writing import plain_from_table
from medmon.detect.policy import shipped_rows


def test_a_right_table_comes_out_as_itself() -> None:
    """Types are those that were declared, whatever stood in the file."""
    device, mistakes = checked(Device, {"id": "1A", "protocol": "x", "role": "pump"})
    assert (device, mistakes) == (Device(id="1a", protocol="x", role="pump"), ())


def test_nothing_given_is_the_defaults() -> None:
    """The defaults are not checked when the program runs, so they are here."""
    assert checked(Config, {}) == (Config(), ())
    assert checked(Config, plain_from_table(Config())) == (Config(), ())


def test_every_mistake_comes_at_once_with_its_key_path() -> None:
    """Somebody who corrects one line at a time gives up."""
    given = {"site": {"bad": 7}, "device": [{"id": "1a", "role": "boss"}]}
    none, mistakes = checked(Config, given)
    assert none is None
    assert [mistake.place for mistake in mistakes] == [
        ("site", "bad"), ("device", 0, "protocol"), ("device", 0, "role"),
    ]  # fmt: skip
    assert mistakes[0].told() == "site.bad: unknown key, found 7"


def test_a_mistake_names_the_file_that_set_the_value() -> None:
    """With files of conf.d laid over each other nobody else knows."""
    mistake = Mistake(("site", "bad"), "unknown key, found 7")
    assert mistake.told({("site", "bad"): "a.toml"}) == "site.bad: unknown key, found 7 in a.toml"
    assert Mistake((), "expected less").told() == "(top): expected less"


@pytest.mark.parametrize("row", shipped_rows(), ids=lambda row: row.id)
def test_a_shipped_row_is_what_the_check_would_make_of_it(row: PolicyTable) -> None:
    """The program trusts its own table; its rows are held to the rules of a site's rows here."""
    found, mistakes = checked(PolicyTable, plain_from_table(row))
    assert (found, mistakes) == (row, ())


def test_the_schema_says_the_limits_in_its_own_words() -> None:
    """An editor underlines a negative time only where the schema says ``minimum``."""
    keys = json_schema()["$defs"]["Patient"]["properties"]
    assert keys["min_bolus_interval_s"]["anyOf"][0] == {"type": "number", "minimum": 0}
    assert keys["max_bolus_iu"]["anyOf"][0] == {"type": "number", "exclusiveMinimum": 0}
