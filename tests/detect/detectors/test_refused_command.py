"""Commands that a pod refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from medmon.records import Registered, Setting
from signal_fixtures.devices.omnipod import message, packets_of
from signal_fixtures.devices.omnipod_blocks import bad_nonce, error
from signal_fixtures.devices.omnipod_insulin import bolus

if TYPE_CHECKING:
    from tests.detect.conftest import Furnish, Tell

NAME = "refused-command"
POD = "1f014828"
BED = f'[[device]]\nid = "{POD}"\nprotocol = "omnipod"\nrole = "pump"\n'
SETTING = Setting(devices=(Registered(POD, "omnipod", "pump"),))
REFUSAL = {"device": POD, "protocol": "omnipod", "role": "pump", "direction": "from-device"}


def _order(sequence: int, nonce: int) -> tuple[bytes, ...]:
    return packets_of(message(POD, sequence, *bolus(nonce, 3.0)), "PDM", sequence)


def _refusal(sequence: int, sync: int, pod: str = POD) -> tuple[bytes, ...]:
    return packets_of(message(pod, sequence, bad_nonce(sync)), "POD", sequence)


def test_a_forged_bolus_that_the_pod_refuses(furnish: Furnish) -> None:
    """The refusal is the one trace of a forgery within all limits; a second one is urgent."""
    bed = furnish(BED)
    assert bed.hear(0.0, *_order(1, 0x11223344)) == []
    assert bed.hear(1.0, *_refusal(3, 0x92C4)) == ["refused-command"]
    assert bed.hear(10.0, *_order(5, 0x55667788)) == []
    assert bed.hear(11.0, *_refusal(7, 0x1234)) == ["refused-commands"]


def test_a_pod_that_sends_its_answer_again(furnish: Furnish) -> None:
    """Copies of one refusal within seconds are one refusal, as after a restart."""
    bed = furnish(BED)
    told = [bed.hear(0.8 * number, *_refusal(3, 0x92C4)) for number in range(6)]
    assert told == [["refused-command"], [], [], [], [], []]


def test_guesses_with_one_number_are_counted(furnish: Furnish) -> None:
    """Who tries the same forgery every six seconds gets the same answer, and is told of."""
    bed = furnish(BED)
    bed.hear(0.0, *_refusal(3, 0x92C4))
    assert bed.hear(6.0, *_refusal(3, 0x92C4)) == ["refused-commands"]


def test_one_restart_a_day_is_no_row(furnish: Furnish) -> None:
    """A handheld restarted in the morning and at noon was refused once each time."""
    bed = furnish(BED)
    assert bed.hear(8 * 3600.0, *_refusal(3, 1)) == ["refused-command"]
    assert bed.hear(12 * 3600.0, *_refusal(3, 2)) == ["refused-command"]


def test_other_errors_and_other_pods(furnish: Furnish) -> None:
    """Another error is no refused number, and a stranger's pod is not the patient's."""
    bed = furnish(BED)
    assert bed.hear(0.0, *packets_of(message(POD, 1, error(0x0A, 0, 8)), "POD", 1)) == []
    assert bed.hear(1.0, *_refusal(3, 1, "1f0e89f0")) == ["unknown-device"]


def test_finding_says_it_all(tell: Tell) -> None:
    """A nurse reads how many, and of which pod."""
    story = tell(NAME, SETTING)
    (first,) = story.at(0.0, "nack", heard=REFUSAL, error="bad-nonce", nonce_sync_hex="92c4")
    (second,) = story.at(60.0, "nack", heard=REFUSAL, error="bad-nonce", nonce_sync_hex="1234")
    assert (first.score, first.value) == (0.5, 1)
    assert first.text == "A command was refused by pump 1f014828: its number was wrong."
    assert (second.score, second.value) == (1.0, 2)
    assert second.text == "Within 10 min 2 commands were refused by pump 1f014828."


def test_handhelds_refuse_nothing(tell: Tell) -> None:
    """Only the pod knows which number is next."""
    story = tell(NAME, SETTING)
    handheld = {**REFUSAL, "role": "pdm", "direction": "to-device"}
    assert not story.at(0.0, "nack", heard=handheld, error="bad-nonce")


def test_misspelt_watch_is_refused(tell: Tell) -> None:
    """A misspelt word would silently watch nothing."""
    with pytest.raises(ValueError, match="watch: expected any of"):
        tell(NAME, watch=("second",))
