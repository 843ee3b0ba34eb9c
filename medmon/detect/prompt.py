"""A packet that has just ended comes in, the findings go out that its transmission will lead to.

`Prompt` is the shape of detectors that judge each transmission by itself and need all of it. A
heading does not tell them enough: where it says *bolus*, the dose is not known, and not even
whether it is the order or its announcement. A packet whose check holds says as much as the
transmission that will be made of it, but for the number of its copies.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

from medmon.detect.commands import foretold
from medmon.detect.history import Memoryless
from medmon.records import Finding, Heading, Transmission


class Prompt(Memoryless, ABC):
    """A detector that judges packets when they end."""

    @abstractmethod
    def score(self, transmission: Transmission) -> Sequence[Finding]:
        """Say what is out of the ordinary about a transmission; changes nothing.

        Parameters
        ----------
        transmission : Transmission
            What was heard.

        Returns
        -------
        sequence of Finding
            Empty for what is ordinary.
        """

    def foretell(self, heading: Heading) -> Sequence[Finding]:
        """Say the same of a packet whose check holds, before its copies are counted.

        Parameters
        ----------
        heading : Heading
            What was heard so far.

        Returns
        -------
        sequence of Finding
            None before the packet is over.
        """
        heard = foretold(heading) if heading.is_checked else None
        return () if heard is None else self.score(heard)
