"""Marks of a key's value: pydantic asks them, and nobody imports pydantic for their sake."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import Annotated

import pytest

from medmon.config.checking import checked
from medmon.config.limits import Checked, Limited, Read


def _twice(value: object) -> object:
    return value * 2 if isinstance(value, int) else value


def _even(value: float) -> float:
    if value % 2:
        raise ValueError(f"expected an even number, found {value:g}")
    return -value


@dataclass(frozen=True, slots=True)
class _Toy:
    small: Annotated[float, Limited(gt=0, le=3)] = 1.0
    read: Annotated[float, Limited(ge=4), Read(_twice)] = 4.0
    amount: Annotated[float, Checked(_even)] = 0.0
    word: Annotated[str, Limited(pattern="^[ab]+$")] | None = None


def _mistakes(**given: object) -> list[str]:
    return [mistake.told() for mistake in checked(_Toy, given)[1]]


def test_limits_refuse_what_lies_beyond_them() -> None:
    """A limit of a patient that is nought or negative is a slip, and must not be taken."""
    assert _mistakes(small=3, word="ab") == []
    assert _mistakes(small=0) == ["small: Input should be greater than 0, found 0"]
    assert _mistakes(small=3.5) == ["small: Input should be less than or equal to 3, found 3.5"]
    assert _mistakes(word="c") == ["word: String should match pattern '^[ab]+$', found 'c'"]


def test_a_reader_comes_before_the_limits() -> None:
    """People write 15m: the limit is about the seconds that were meant."""
    toy, mistakes = checked(_Toy, {"read": 2})
    assert (toy, mistakes) == (_Toy(read=4.0), ())
    assert _mistakes(read=1) == ["read: Input should be greater than or equal to 4, found 2"]


def test_a_check_comes_after_the_type_and_may_spell_anew() -> None:
    """Addresses arrive in lower case; what is no address is named in our own words."""
    assert checked(_Toy, {"amount": "2"}) == (_Toy(amount=-2.0), ())
    assert _mistakes(amount=3) == ["amount: expected an even number, found 3"]


@pytest.mark.parametrize("statement", ["Config()", "config_from_files(())"])
def test_defaults_need_no_library_to_check_them(statement: str) -> None:
    """A run without a configuration file is spared 0.2 s of CPU time, every time."""
    code = f"import sys; from medmon.config import *; {statement}; print('pydantic' in sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout == "False\n"
