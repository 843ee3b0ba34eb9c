"""The findings of one alarm come in; whether one says something worse or something else goes out.

A person who takes notice of an alarm takes notice of what it said until then. So two things are
remembered: the score that was known, and the *topics*, which are the kinds of remark that were
made. A topic is the feature, the command it was about, and its value where that is a word
("set-clock"). Numbers, times and addresses are no topics, because each new one would be news.

The memory is bounded: topics beyond `TOPICS_MAX` are not kept. What is not known is then news only
for an alarm of which somebody took notice, which costs at most one record for each notice.
"""

from __future__ import annotations

import math
from typing import TypeAlias

from medmon.records import Finding

SCORE_STEP = 0.1
"""Rise of the score that is news; there are at most ten such steps up to 1."""
TOPICS_MAX = 32

Topic: TypeAlias = tuple[str, str, str, str]
"""Detector, feature, command, and the value where it is a word."""


class Novelty:
    """What one alarm has said so far.

    Attributes
    ----------
    score : float
        The highest so far.
    """

    __slots__ = ("_known_score", "_topics", "score")

    def __init__(self) -> None:
        self.score = 0.0
        self._known_score = 0.0
        self._topics: set[Topic] = set()

    def is_worse(self, finding: Finding) -> bool:
        """Take the score of a finding.

        Parameters
        ----------
        finding : Finding
            What was remarked.

        Returns
        -------
        bool
            Whether it is clearly above what was known.
        """
        score = rank(finding)
        self.score = max(self.score, score)
        is_worse = score >= self._known_score + SCORE_STEP
        if is_worse:
            self._known_score = score
        return is_worse

    def is_other(self, finding: Finding, *, is_noticed: bool) -> bool:
        """Take the topic of a finding.

        Parameters
        ----------
        finding : Finding
            What was remarked.
        is_noticed : bool
            Whether a person took notice of the alarm and its condition still holds.

        Returns
        -------
        bool
            Whether nothing of the kind was remarked before.
        """
        topic = topic_of(finding)
        if topic in self._topics:
            return False
        if len(self._topics) >= TOPICS_MAX:
            return is_noticed
        self._topics.add(topic)
        return True

    def notice(self) -> None:
        """Take the score that was reached as known: a person has seen it."""
        self._known_score = self.score


def topic_of(finding: Finding) -> Topic:
    """Say what kind of remark a finding is.

    Parameters
    ----------
    finding : Finding
        A finding.

    Returns
    -------
    tuple of str
        The same for two findings that say the same with other numbers.

    Examples
    --------
    >>> topic_of(Finding("settings-change", "350535", "setting", "set-clock", "", "", 0))
    ('settings-change', 'setting', '', 'set-clock')
    >>> topic_of(Finding("dose-limit", "350535", "units_iu", 12.5, "", "", 0, command="bolus"))
    ('dose-limit', 'units_iu', 'bolus', '')
    """
    word = finding.value if isinstance(finding.value, str) else ""
    if word == finding.subject or any(character.isdigit() for character in word):
        word = ""
    return finding.detector, finding.feature, finding.command or "", word


def rank(finding: Finding) -> float:
    """Give the score of a finding as it is compared.

    Parameters
    ----------
    finding : Finding
        A finding.

    Returns
    -------
    float
        Its score; 1 where that is not a number.
    """
    # A score that is not a number must alarm, not vanish: every comparison with NaN is false.
    return 1.0 if math.isnan(finding.score) else finding.score
