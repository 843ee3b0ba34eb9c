"""Tables printed as TOML read back as the same tables, whatever the values are."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from medmon.config import toml_from_tables

KEYS = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**60), 2**60),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXTS,
)
VALUES = SCALARS | st.lists(TEXTS, min_size=1, max_size=3)
ROWS = st.dictionaries(KEYS, VALUES, min_size=1, max_size=4)
DEEPER = st.dictionaries(KEYS, VALUES | ROWS, min_size=1, max_size=4)
TABLES = st.dictionaries(
    KEYS, VALUES | DEEPER | st.lists(DEEPER, min_size=1, max_size=3), max_size=5
)


@given(TABLES)
def test_tables_read_back(tables: dict[str, Any]) -> None:
    """The parser is the standard library's, so the two sides share nothing."""
    assert tomllib.loads(toml_from_tables(tables)) == tables


def test_empty_lists_and_tables_are_left_out() -> None:
    """A page of empty brackets helps nobody."""
    assert toml_from_tables({"a": {}, "b": [], "c": {"d": []}}) == ""
