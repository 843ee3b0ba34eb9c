"""Commands that stop insulin come in; a finding goes out for each.

Score: higher is more anomalous; 1 for a suspend or a cancel of everything, 0.9 for basal insulin,
0.8 for a pod switched off, 0.5 for a bolus stopped, 0.3 for a cancel that does not say of what,
0.2 for the end of a temporary rate.

Sees: delivery stopped by radio, which harms slowly and is felt late. Cannot see: whether the pump
obeyed; a stop at the pump's own buttons; a pump that is merely blocked or empty.

Known false positives: a patient who stops delivery with the PDM; a pod at the end of its life. The
end of a temporary rate scores low because automatic loops send it all day.

References: CISA ICSMA-19-178-01, ICSMA-22-263-01 (unintended stop of insulin).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medmon.detect.commands import order, remark
from medmon.detect.history import Memoryless
from medmon.detect.roster import Roster
from medmon.records import Finding, Message, Setting, Transmission

_SCORES = {"suspend": 1.0, "deactivate": 0.8}
_CANCELLED = {"basal": 0.9, "bolus": 0.5, "temp-basal": 0.2}
_UNSAID = 0.3


class Suspend(Memoryless):
    """Report every command that stops insulin.

    Parameters
    ----------
    setting : Setting
        The registered devices.
    options : Options
        None.
    """

    name = "suspend"

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
        """Report a command that stops insulin.

        Parameters
        ----------
        transmission : Transmission
            What was heard.

        Returns
        -------
        sequence of Finding
            At most one.
        """
        message = order(transmission)
        if message is None or not self._roster.is_ours(transmission):
            return ()
        is_remote = message.role == "remote" and message.fields.get("button") == "suspend"
        if not is_remote and message.command not in {"suspend", "deactivate", "cancel"}:
            return ()
        what = "suspend" if is_remote else message.command
        finding = remark(
            self.name,
            transmission,
            seen=("command", what),
            expected="insulin delivery goes on",
            text=f"Insulin delivery of {self._roster.called(transmission)} was ordered to stop "
            f"by radio ({what}).",
            score=_SCORES[what] if what in _SCORES else _cancel_score(message),
        )
        return (finding,)


def _cancel_score(message: Message) -> float:
    """Score a cancel by the most that it stops."""
    if "temp_basal_type" in message.fields:
        return _CANCELLED["temp-basal"]
    cancels = message.fields.get("cancels")
    said = cancels if isinstance(cancels, tuple) else (cancels,)
    known = [_CANCELLED[word] for word in said if isinstance(word, str) and word in _CANCELLED]
    return max(known, default=_UNSAID)


PLUGIN = Suspend
