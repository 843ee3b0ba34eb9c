"""The results file: it validates, is read back as it was, and refuses what it does not know."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from medmon.bench.results import Results, schema

jsonschema = pytest.importorskip("jsonschema")


def test_results_satisfy_their_schema(results: Results) -> None:
    """Other programs read the file by it."""
    line = json.loads(results.model_dump_json(by_alias=True))
    jsonschema.Draft202012Validator.check_schema(schema())
    jsonschema.Draft202012Validator(schema()).validate(line)
    assert (line["schema"], line["type"]) == ("medmon/1", "bench")


def test_the_schema_refuses_another_thing(results: Results) -> None:
    """The test above must be able to fail."""
    line = json.loads(results.model_dump_json(by_alias=True)) | {"silence": {"seconds": "long"}}
    assert not jsonschema.Draft202012Validator(schema()).is_valid(line)


def test_results_are_read_back_as_they_were(results: Results) -> None:
    """The page is made from the file, days later."""
    assert Results.model_validate_json(results.model_dump_json(by_alias=True)) == results


def test_unknown_keys_are_mistakes(results: Results) -> None:
    """A file of a later version is not half understood."""
    line = json.loads(results.model_dump_json(by_alias=True)) | {"vibes": 1}
    with pytest.raises(ValidationError, match="vibes"):
        Results.model_validate(line)


def test_every_key_is_described() -> None:
    """The page of the documentation prints these sentences."""
    described = schema()
    for name, record in {"Results": described, **described["$defs"]}.items():
        for key, item in record["properties"].items():
            assert item.get("description", "").endswith((".", '"')), f"{name}.{key}"
