"""Options of a policy row, checked by the detector's own dataclass."""

import math
from dataclasses import dataclass
from typing import Any

import pytest

from medmon.detect.options import options_from_mapping


@dataclass(frozen=True, slots=True)
class Options:
    """One field of each kind that may occur."""

    is_strict: bool = False
    max_count: int = 3
    window_s: float = 60.0
    hours: str | None = None
    max_iu: float | None = None
    floor_dbfs: float = -90.0
    watch: tuple[str, ...] = ("a",)

    def __post_init__(self) -> None:
        if "bad" in self.watch:
            raise ValueError("watch: bad is bad")


def test_defaults() -> None:
    """An empty table is all defaults."""
    assert options_from_mapping(Options, {}) == Options()


def test_every_kind() -> None:
    """Each type TOML can hold arrives as the field's own type; a list becomes a tuple."""
    given = {
        "is_strict": True,
        "max_count": 5,
        "window_s": 90,
        "hours": "22:00-06:00",
        "max_iu": 2.5,
        "floor_dbfs": -60.5,
        "watch": ["a", "b"],
    }
    wanted = Options(True, 5, 90, "22:00-06:00", 2.5, -60.5, ("a", "b"))
    assert options_from_mapping(Options, given) == wanted


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("is_strict", 1, "expected true or false"),
        ("max_count", 2.5, "expected a whole number"),
        ("max_count", True, "expected a whole number"),
        ("max_count", -1, "not negative"),
        ("window_s", "60", "expected a number"),
        ("window_s", math.nan, "expected a finite number"),
        ("window_s", math.inf, "expected a finite number"),
        ("window_s", -1.0, "not negative"),
        ("max_iu", "two", "expected a number"),
        ("hours", 22, "expected text"),
        ("watch", "a", "expected a list of texts"),
        ("watch", ["a", 1], "expected a list of texts"),
        ("window", 60, "no such option; there are: is_strict, max_count"),
    ],
)
def test_mistakes(name: str, value: Any, reason: str) -> None:
    """A mistake names the option and what was expected of it."""
    with pytest.raises(ValueError, match=f"{name}: .*{reason}"):
        options_from_mapping(Options, {name: value})


def test_all_mistakes_at_once() -> None:
    """Who mends a table does not want to be told one mistake at a time."""
    with pytest.raises(ValueError, match="window") as caught:
        options_from_mapping(Options, {"window": 1, "max_count": "x", "hours": 5})
    assert len(str(caught.value).splitlines()) == 3


def test_own_checks_of_a_detector() -> None:
    """What a detector itself refuses is a mistake like any other."""
    with pytest.raises(ValueError, match="watch: bad is bad"):
        options_from_mapping(Options, {"watch": ["bad"]})


def test_detector_without_options() -> None:
    """A detector that has none says so."""

    @dataclass(frozen=True, slots=True)
    class Nothing:
        """No options."""

    with pytest.raises(ValueError, match="there are: none"):
        options_from_mapping(Nothing, {"x": 1})
