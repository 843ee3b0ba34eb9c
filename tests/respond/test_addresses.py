"""URIs of outputs are understood or refused before anything is opened."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medmon.errors import ConfigError
from medmon.respond.addresses import address_from_uri, addresses_from_uris


@pytest.mark.parametrize(
    ("uri", "scheme", "target", "options"),
    [
        ("json:-", "json", "-", {}),
        ("json:ward.jsonl", "json", "ward.jsonl", {}),
        ("csv:/var/log/a b.csv?append=no", "csv", "/var/log/a b.csv", {"append": "no"}),
        ("console:", "console", "", {}),
        ("console:?verbose=yes", "console", "", {"verbose": "yes"}),
        ("json:what?", "json", "what?", {}),
        ("json:a?b.jsonl", "json", "a?b.jsonl", {}),
        ("json:a?b=1?hash=yes&append=no", "json", "a?b=1", {"hash": "yes", "append": "no"}),
        ("json:a?table=x%20y", "json", "a", {"table": "x y"}),
        ("syslog+udp://host:514", "syslog+udp", "//host:514", {}),
    ],
)
def test_parts_of_a_uri(uri: str, scheme: str, target: str, options: dict[str, str]) -> None:
    """File names are taken as they are, also with odd characters."""
    address = address_from_uri(uri)
    assert (address.scheme, address.target, address.options) == (scheme, target, options)
    assert address.uri == uri


@given(st.text().filter(lambda text: "=" not in text))
def test_any_file_name_is_a_target(name: str) -> None:
    """Nobody has to know which characters are special."""
    assert address_from_uri(f"json:{name}").target == name


@pytest.mark.parametrize("uri", ["", "ward.jsonl", ":x", "JSON:x", "/srv/a:b"])
def test_other_forms_are_refused(uri: str) -> None:
    """A bare file name gets an example of what is missing."""
    with pytest.raises(ValueError, match="expected SCHEME:TARGET such as json:ward"):
        address_from_uri(uri)


def test_every_mistake_is_told_at_once() -> None:
    """One run shows all that is wrong, each with what would be right."""
    uris = [
        "parquet:a", "json:ok", "json:b?hash=perhaps", "csv:c?colour=red", "ward", "csv:ok",
        "sqlite:d?append=no", "console:", "console:",
    ]  # fmt: skip
    with pytest.raises(ConfigError) as caught:
        addresses_from_uris(uris)
    mistakes = caught.value.mistakes
    assert [mistake.split(":")[0] for mistake in mistakes] == [
        f"output {number}" for number in (1, 3, 4, 5, 6, 7)
    ]
    for mistake, text in zip(
        mistakes,
        [
            "parquet:a: no output named 'parquet'; there are console, csv, json, sqlite",
            "hash: expected yes or no",
            "colour: no such option; there are append, table, hash",
            "expected SCHEME:TARGET",
            "csv:ok: writes to the same place as json:ok",
            "append: no such option; there are hash",
        ],
        strict=True,
    ):
        assert text in mistake


def test_two_tables_on_one_standard_output_are_refused() -> None:
    """Mixed lines could be read by nobody."""
    with pytest.raises(ConfigError, match=r"csv:-: writes to the same place as json:-"):
        addresses_from_uris(["json:-", "csv:-"])


def test_addresses_keep_the_order() -> None:
    """The first output stays the first."""
    assert [a.target for a in addresses_from_uris(["json:b", "csv:a", "json:-"])] == ["b", "a", "-"]
