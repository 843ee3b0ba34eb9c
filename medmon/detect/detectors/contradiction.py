"""Control commands come in; a finding goes out for each that contradicts itself.

Score: higher is more anomalous; always 1.

Some protocols say a thing twice. An Omnipod's bolus, temporary rate or schedule stands in two
blocks, once as a table of pulses and once as exact timing, and the table has a checksum of its own.
Decoders compare them and say so in fields whose names begin with "is_" and end with "_consistent"
or "_ok". A handheld never sends a command that contradicts itself, and damage on the way does not
pass the checks of packet and message; so somebody built that command by hand, and badly.

Sees: careless forgeries. Cannot see: careful ones, those for a neighbour's device, and protocols
that say everything once.

Known false positives: none among the 956 insulin tables of the openomni corpus.

References: openomni wiki, commands 13, 16, 17 and 1A (docs/reference/protocols, B.5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medmon.detect.commands import orders, remark
from medmon.detect.prompt import Prompt
from medmon.detect.roster import Roster
from medmon.records import Finding, Setting, Transmission


class Contradiction(Prompt):
    """Report commands whose parts do not agree.

    Parameters
    ----------
    setting : Setting
        The registered devices.
    options : Options
        None.
    """

    name = "contradiction"

    @dataclass(frozen=True, slots=True)
    class Options:
        """Nothing can be chosen."""

    def __init__(self, setting: Setting, options: Options) -> None:
        del options
        self._roster = Roster(setting)

    @classmethod
    def sample_options(cls) -> Options:
        """Return the only options there are.

        Returns
        -------
        Options
            For tests.
        """
        return cls.Options()

    def score(self, transmission: Transmission) -> Sequence[Finding]:
        """Report each part of a command that does not agree with the rest.

        Parameters
        ----------
        transmission : Transmission
            What was heard.

        Returns
        -------
        sequence of Finding
            One for each contradiction.
        """
        if self._roster.is_neighbour(transmission):
            return []
        return [
            remark(
                self.name,
                transmission,
                seen=(field, "false"),
                expected="all parts of a command agree",
                text=f"A {message.command} command to {self._roster.called(transmission)} "
                "contradicts itself; a genuine controller never sends such a one.",
            )
            for message in orders(transmission)
            for field, value in message.fields.items()
            if value is False and _is_self_check(field)
        ]


def _is_self_check(field: str) -> bool:
    return field.startswith("is_") and field.endswith(("_consistent", "_ok"))


PLUGIN = Contradiction
