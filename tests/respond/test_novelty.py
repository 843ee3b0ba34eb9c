"""What an alarm says for the first time, and what it has said before."""

import math

import pytest

from medmon.records import Command, Finding
from medmon.respond.novelty import TOPICS_MAX, Novelty, rank, topic_of


def _finding(
    value: float | str | None = 1,
    *,
    feature: str = "f",
    score: float = 0.5,
    command: Command | None = None,
) -> Finding:
    return Finding("d", "abcdef", feature, value, "0", "text", 0, score, command=command)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        (_finding(1.5), _finding(2.5), True),  # a dose
        (_finding("23:05"), _finding("23:06"), True),  # a time of day
        (_finding("abcdef"), _finding(None), True),  # the device itself
        (_finding("9f02aa"), _finding("1f02bb"), True),  # another device
        (_finding("set-clock"), _finding("set-max-bolus"), False),
        (_finding(command="bolus"), _finding(command="suspend"), False),
        (_finding(feature="f"), _finding(feature="g"), False),
    ],
)
def test_topics(one: Finding, other: Finding, *, is_same: bool) -> None:
    """Another command or setting is something else; another number of the same is not."""
    assert (topic_of(one) == topic_of(other)) == is_same


def test_a_topic_is_news_once() -> None:
    """A nurse is told of each kind of command, not of each command."""
    novelty = Novelty()
    news = [
        novelty.is_other(_finding(command=command), is_noticed=False)
        for command in ("bolus", "suspend", "bolus", "suspend")
    ]
    assert news == [True, True, False, False]


def test_score_is_news_when_it_rises_clearly() -> None:
    """Creeping up in small steps is found out; a stranger gets ten records by it at most."""
    novelty = Novelty()
    rises = [novelty.is_worse(_finding(score=n / 1_000)) for n in range(1, 1_001)]
    assert 9 <= rises.count(True) <= 10
    assert novelty.score == 1.0
    assert not novelty.is_worse(_finding(score=1.0))


def test_what_a_person_noticed_is_known() -> None:
    """The rise counts from the score that the person saw."""
    novelty = Novelty()
    novelty.is_worse(_finding(score=0.5))
    novelty.is_worse(_finding(score=0.58))
    novelty.notice()
    assert not novelty.is_worse(_finding(score=0.62))
    assert novelty.is_worse(_finding(score=0.69))


def test_memory_of_topics_is_bounded_and_errs_on_the_loud_side() -> None:
    """Whoever fills the memory cannot make an acknowledged alarm deaf, nor get a record each."""
    novelty = Novelty()
    for number in range(TOPICS_MAX):
        assert novelty.is_other(_finding(feature=f"f{number}"), is_noticed=False)
    late = _finding(command="bolus")
    assert not novelty.is_other(late, is_noticed=False)
    assert novelty.is_other(late, is_noticed=True)
    assert not novelty.is_other(_finding(feature="f0"), is_noticed=True)


def test_score_that_is_not_a_number_is_the_worst() -> None:
    """A broken detector alarms; it does not fall silent."""
    assert rank(_finding(score=math.nan)) == 1.0
    assert Novelty().is_worse(_finding(score=math.nan))
