"""A state and an input go in, the next state and what to announce come out.

Two things are kept apart, as the alarm standard keeps them. The *condition* is whether it is so:
verdicts raise it, and it lapses when none came for the hold time. The *signal* is whether a
person still has to be told. The state is about both:

    idle           no condition, nothing to tell; where every alarm begins
    active         the condition holds, nobody has taken notice
    latched        the condition is over, but its policy keeps telling until a person takes notice
    acknowledged   the condition holds, a person has taken notice
    cleared        the condition is over and nothing is left to tell; the alarm has ended

The inputs:

    raise          a verdict came
    escalate       a verdict came that is more urgent than all before, or clearly worse, or about
                   another command
    lapse          the condition is over, and the policy does not latch
    latch          the condition is over, and the policy latches
    acknowledge    a person took notice
    reset          a person wants ended alarms off the list
    withdraw       it rested on headings alone, and no packet bore them out

`TRANSITIONS` is complete: every state knows what to do with every input, so nothing that happens
at the bedside in an unforeseen order can be an error. Three cells carry the safety of the table:
a reset cannot remove an active alarm; what was acknowledged becomes active again when it
escalates, because a person acknowledged something lesser or something else; and a latched alarm
that is raised again is active again and keeps its identity.

Pausing the sound is not here: it silences a speaker and changes no alarm. It is a table of its own
beside this one, fed with the same states.

Sources: IEC 60601-1-8:2006 sections 6.8 (inactivation) and 6.10 (latching), as far as secondary
sources quote them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple, TypeAlias, get_args

from medmon.records import AlarmPhase, AlarmState

State: TypeAlias = Literal["idle"] | AlarmState
Input: TypeAlias = Literal[
    "raise", "escalate", "lapse", "latch", "acknowledge", "reset", "withdraw"
]

STATES: tuple[State, ...] = ("idle", *get_args(AlarmState))
INPUTS: tuple[Input, ...] = get_args(Input)

_TABLE: dict[State, tuple[State, State, State, State, State, State, State]] = {
    # raise, escalate, lapse, latch, acknowledge, reset, withdraw
    "idle": ("active", "active", "idle", "idle", "idle", "idle", "idle"),
    "active": ("active", "active", "cleared", "latched", "acknowledged", "active", "cleared"),
    "latched": ("active", "active", "latched", "latched", "cleared", "cleared", "cleared"),
    "acknowledged": (
        "acknowledged", "active", "cleared", "cleared", "acknowledged", "acknowledged", "cleared",
    ),
    "cleared": ("active", "active", "cleared", "cleared", "cleared", "cleared", "cleared"),
}  # fmt: skip

TRANSITIONS: Mapping[tuple[State, Input], State] = MappingProxyType(
    {
        (state, given): after
        for state, row in _TABLE.items()
        for given, after in zip(INPUTS, row, strict=True)
    }
)
"""The next state for every state and input."""


class Step(NamedTuple):
    """Outcome of one input.

    Attributes
    ----------
    state : str
        The state afterwards.
    phase : str or None
        What to announce: "start" of an alarm, "update" of its state or urgency, "end"; None when
        nothing changed but perhaps a count. An alarm may turn from latched to active and back at
        any pace a stranger likes; `medmon.respond.standing` says how soon each turn is told.
    """

    state: State
    phase: AlarmPhase | None


def step(state: State, given: Input) -> Step:
    """Apply one input to one state.

    Parameters
    ----------
    state : str
        The state before.
    given : str
        The input.

    Returns
    -------
    Step
        The state afterwards, and what to announce at once.

    Examples
    --------
    >>> step("idle", "raise")
    Step(state='active', phase='start')
    >>> step("active", "latch")
    Step(state='latched', phase='update')
    >>> step("latched", "acknowledge")
    Step(state='cleared', phase='end')
    """
    after = TRANSITIONS[state, given]
    if state in {"idle", "cleared"}:
        return Step(after, "start" if after == "active" else None)
    if after == "cleared":
        return Step(after, "end")
    return Step(after, "update" if after != state or given == "escalate" else None)
