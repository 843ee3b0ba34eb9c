"""Tables are checked as a whole: a table comes out, or every mistake with its place."""

from __future__ import annotations

from typing import Any

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
    given = {"site": {"colour": 7}, "device": [{"id": "1a", "role": "boss"}]}
    none, mistakes = checked(Config, given)
    assert none is None
    assert [mistake.place for mistake in mistakes] == [
        ("site", "colour"), ("device", 0, "protocol"), ("device", 0, "role"),
    ]  # fmt: skip
    assert mistakes[0].told() == "site.colour: unknown key (there are: name, bed, timezone)"
    assert mistakes[1].told() == "device.0.protocol: this key has to be there"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"patients": {}}, "patients: unknown key (did you mean patient?)"),
        (
            {"patient": {"max_basal": 3}},
            "patient.max_basal: unknown key (did you mean max_basal_iu_per_h?)",
        ),
        (
            {"policies": {"a": True, "b": {"thresholds": 0.3}}},
            "policies.b.thresholds: unknown key (did you mean threshold?)",
        ),
        (
            {"array": {"calibration": {"phase_deg": []}}},
            "array.calibration.phase_deg: unknown key (did you mean phases_deg?)",
        ),
    ],
)
def test_a_misspelt_key_is_answered_with_the_right_one(given: dict[str, Any], told: str) -> None:
    """In every table, and rows of policies are called what the file calls them."""
    assert told in [mistake.told() for mistake in checked(Config, given)[1]]


def test_a_mistake_of_a_whole_table_does_not_repeat_it() -> None:
    """Limits and asset numbers of a bed are no part of a message."""
    device = {"id": "554321", "protocol": "medtronic"}
    given = {"device": [device | {"role": "pump", "asset": "A-17"}], "neighbour": [device]}
    (mistake,) = checked(Config, given)[1]
    assert "neighbour.0 and device.0 are both medtronic 554321" in mistake.told()
    assert "A-17" not in mistake.told()


def test_a_mistake_names_the_file_that_set_the_value() -> None:
    """With files of conf.d laid over each other nobody else knows."""
    mistake = Mistake(("site", "bad"), "unknown key")
    assert mistake.told({("site", "bad"): "a.toml"}) == "site.bad: unknown key in a.toml"
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
