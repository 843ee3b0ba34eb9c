"""A transmission comes in; what it asks of a device, and how much of it, goes out.

The words every detector needs, defined once:

- *heard*: integrity "ok" and a message. A packet whose check failed is never taken for a command.
- *control*: a command that changes therapy, or could; see `CONTROL`. Answers of a device
  (direction "from-device") are not commands, except from a remote, which is itself the sender.
- *orders*: what a control command asks for, one by one. One message of a pod may hold several
  orders, and the pod obeys each; the message's `command` names only the one that weighs most.
- *unfinished*: the orders in the first packet of a message whose rest was not heard. They are no
  commands, because the check of the whole message is missing; nor are they nothing.
- *announcement*: Medtronic sends each control command twice, a short packet that only announces
  it and a long one with the parameters. Both tell that somebody is programming; the dose counts
  once, with the long one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2s

from medmon.records import Command, FieldValue, Finding, Heading, Message, Transmission

CONTROL: frozenset[Command] = frozenset(
    {
        "bolus", "temp-basal", "cancel", "suspend", "resume", "basal-schedule", "settings",
        "button", "pair", "deactivate",
    }
)  # fmt: skip
"""Commands that change therapy."""
SECOND_NS = 1_000_000_000
_ROUNDING = 1e-9
"""Sums of 0.025 IU strokes are not exact in binary; a limit is passed only beyond this share."""


def heard(transmission: Transmission) -> Message | None:
    """Return the message of a transmission whose checks passed.

    Parameters
    ----------
    transmission : Transmission
        What was heard.

    Returns
    -------
    Message or None
        None if a check failed or nothing was decoded.
    """
    return transmission.message if transmission.integrity == "ok" else None


def foretold(heading: Heading) -> Transmission | None:
    """Take a heading for the transmission that it is the beginning of, as if its check had passed.

    Parameters
    ----------
    heading : Heading
        What was heard so far.

    Returns
    -------
    Transmission or None
        None where the direction is not known yet: a question and its answer look alike so far. In
        a checked packet that is all there is to know.
    """
    if heading.message.direction == "unknown" and not heading.is_checked:
        return None
    return Transmission(
        id=heading.id,
        span=heading.span,
        time_ns=heading.time_ns,
        radio=heading.radio,
        protocol=heading.protocol,
        integrity="ok",
        message=heading.message,
    )


def control(transmission: Transmission) -> Message | None:
    """Return the message of a transmission that asks a device to change therapy.

    Parameters
    ----------
    transmission : Transmission
        What was heard.

    Returns
    -------
    Message or None
        None for everything else; announcements are control commands too.
    """
    message = heard(transmission)
    if message is None or message.command not in CONTROL:
        return None
    answers = message.direction == "from-device" and message.role != "remote"
    return None if answers else message


def order(transmission: Transmission) -> Message | None:
    """Return the message of a control command with its parameters: no mere announcement.

    Parameters
    ----------
    transmission : Transmission
        What was heard.

    Returns
    -------
    Message or None
        None for everything else.
    """
    message = control(transmission)
    return None if message is None or message.fields.get("announcement") is True else message


def orders(transmission: Transmission) -> Sequence[Message]:
    """Return the orders of a control command, each as a message of its own.

    Parameters
    ----------
    transmission : Transmission
        What was heard.

    Returns
    -------
    sequence of Message
        In the order in which they were given; the message itself where it holds one, none for
        everything that is no order.
    """
    message = order(transmission)
    if message is None:
        return ()
    return _listed(message) or (message,)


def unfinished(transmission: Transmission) -> Sequence[Message]:
    """Return the orders of a message that was not heard to its end, as far as they were heard.

    Parameters
    ----------
    transmission : Transmission
        What was heard.

    Returns
    -------
    sequence of Message
        None for everything else.
    """
    message = transmission.message
    if message is None or transmission.integrity == "ok" or message.direction != "to-device":
        return ()
    return _listed(message)


def _listed(message: Message) -> Sequence[Message]:
    """Read the field `orders`: for each order its command, then pairs of name and value."""
    listed = message.fields.get("orders")
    found = []
    for entry in listed if isinstance(listed, tuple) else ():
        if not isinstance(entry, tuple) or not entry or entry[0] not in CONTROL:
            continue
        pairs = [pair for pair in entry[1:] if isinstance(pair, tuple) and len(pair) == 2]
        fields = {name: value for name, value in pairs if isinstance(name, str)}
        found.append(replace(message, command=entry[0], fields=fields))
    return found


def digest(transmission: Transmission, message: Message) -> str:
    """Make a short word that is the same for the same bytes, or the same meaning without bytes.

    Parameters
    ----------
    transmission : Transmission
        What was heard.
    message : Message
        Its message.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    if transmission.raw is not None:
        said = transmission.raw
    else:
        said = repr(
            (message.command, message.sequence, sorted(message.fields.items(), key=str))
        ).encode()
    return blake2s(said, digest_size=8).hexdigest()


def has_nonce(message: Message) -> bool:
    """Say whether a message carries something that makes it unlike every other for days.

    Parameters
    ----------
    message : Message
        What was said.

    Returns
    -------
    bool
        True for a nonce, and for the press counter of a remote.
    """
    return message.role == "remote" or "nonce_hex" in message.fields


def retry_ns(message: Message) -> int:
    """Return how near two equal commands must be to be one that was sent again.

    Parameters
    ----------
    message : Message
        What was said.

    Returns
    -------
    int
        Nanoseconds: a minute where a nonce or a sequence number tells that it is the same one,
        else a few seconds, the patience of a controller that hears no answer.
    """
    is_numbered = message.sequence is not None or has_nonce(message)
    return (60 if is_numbered else 5) * SECOND_NS


def number(message: Message, field: str) -> float | None:
    """Return a field if it is a finite number.

    Parameters
    ----------
    message : Message
        What was said.
    field : str
        Name of the field.

    Returns
    -------
    float or None
        None if the field is missing, not a number, a truth value, infinite or NaN.
    """
    return _finite(message.fields.get(field))


def numbers(message: Message, field: str) -> tuple[float, ...]:
    """Return the finite numbers of a field that holds several, or one.

    Parameters
    ----------
    message : Message
        What was said.
    field : str
        Name of the field.

    Returns
    -------
    tuple of float
        Empty if there are none.
    """
    value = message.fields.get(field)
    values = value if isinstance(value, tuple) else (value,)
    return tuple(number for number in map(_finite, values) if number is not None)


def _finite(value: FieldValue) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def is_above(value: float, limit: float) -> bool:
    """Say whether a value passes a limit by more than rounding.

    Parameters
    ----------
    value, limit : float
        In the same unit.

    Returns
    -------
    bool
        False at the limit itself.
    """
    return value > limit + _ROUNDING * max(1.0, abs(limit))


def excess_score(value: float, limit: float) -> float:
    """Score how far a value is over its limit: 0.5 at the limit, 1 from twice the limit.

    Parameters
    ----------
    value : float
        Above `limit`.
    limit : float
        Not negative, in the same unit.

    Returns
    -------
    float
        0.5 to 1; higher is more anomalous.

    Examples
    --------
    >>> excess_score(15.0, 10.0)
    0.75
    """
    return 1.0 if limit <= 0 else min(1.0, 0.5 + 0.5 * (value - limit) / limit)


def remark(
    detector: str,
    transmission: Transmission,
    *,
    seen: tuple[str, float | int | str | None],
    expected: str,
    text: str,
    score: float = 1.0,
) -> Finding:
    """Write a finding about one transmission.

    Parameters
    ----------
    detector : str
        Who speaks.
    transmission : Transmission
        What it is about.
    seen : tuple of str and value
        The feature that stood out, and what it was.
    expected : str
        What would have been ordinary.
    text : str
        One sentence for a person at the bedside.
    score : float
        0 to 1; higher is more anomalous.

    Returns
    -------
    Finding
        Its subject is the device, or "" where none was decoded.
    """
    message = transmission.message
    return Finding(
        detector=detector,
        subject=message.device if message else "",
        feature=seen[0],
        value=seen[1],
        expected=expected,
        text=text,
        time_ns=transmission.time_ns,
        score=score,
        transmissions=(transmission.id,),
        spans=(transmission.span,),
        protocol=transmission.protocol,
        command=message.command if message else None,
    )
