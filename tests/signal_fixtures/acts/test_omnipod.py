"""A pod's conversations: sequences, acknowledgements, repeats, and no nonce that means anything."""

from __future__ import annotations

from itertools import pairwise

from signal_fixtures.acts.omnipod import PodBolus, PodCancel, PodStatusRequest, PodTempBasal
from signal_fixtures.bed import Device, Emission
from signal_fixtures.scenario import At, Every, Scenario

DEVICES = (Device("pod", "pod", "1f07b1ee"), Device("pdm", "pdm"))
KINDS = {0b101: "PDM", 0b111: "POD", 0b010: "ACK", 0b100: "CON"}


def _said(*story: At | Every, seed: int = 2, duration_s: float = 86_400.0) -> list[Emission]:
    return list(Scenario("x", DEVICES, story, duration_s).emissions(seed))


def _once(said: list[Emission]) -> list[Emission]:
    """Without packets that were sent again."""
    kept = [said[0]]
    for before, after in pairwise(said):
        if after.signal.packet != before.signal.packet:
            kept.append(after)
    return kept


def _kind(emission: Emission) -> str:
    return KINDS[emission.signal.packet[4] >> 5]


def test_a_status_request_is_answered_and_acknowledged() -> None:
    """PDM asks with block 0E, POD answers with block 1D, PDM closes with ACK."""
    said = _once(_said(At(1, PodStatusRequest("pod"))))
    assert [(e.sender, _kind(e)) for e in said] == [("pdm", "PDM"), ("pod", "POD"), ("pdm", "ACK")]
    assert said[0].signal.packet[11:14].hex() == "0e0100"
    assert said[1].signal.packet[11] == 0x1D


def test_a_bolus_takes_two_packets_with_an_acknowledgement_between() -> None:
    """A body of 31 bytes does not fit one packet (openomni corpus: PDM, ACK, CON, POD, ACK)."""
    said = _once(_said(At(1, PodBolus("pod", 2.6))))
    assert [(e.sender, _kind(e)) for e in said] == [
        ("pdm", "PDM"), ("pod", "ACK"), ("pdm", "CON"), ("pod", "POD"), ("pdm", "ACK"),
    ]  # fmt: skip
    body = said[0].signal.packet[5:-1] + said[2].signal.packet[5:-1]
    # 2.6 units are 52 pulses: 0034 twice in block 1A, 0208 tenths in block 17.
    assert body[6:8].hex() == "1a0e"
    assert body[18:22].hex() == "00340034"
    assert body[22:27].hex() == "170d000208"
    assert said[0].meaning.fields == {"units_iu": 2.6}


def test_sequences_rise_by_one_for_packets_and_messages_of_either_side() -> None:
    """Five bits for packets, four bits for messages, both wrapping."""
    said = _once(_said(Every(60, PodStatusRequest("pod")), duration_s=1_800))
    assert [e.signal.packet[4] & 0x1F for e in said] == [n % 32 for n in range(90)]
    messages = [e.signal.packet[9] >> 2 & 0xF for e in said if _kind(e) != "ACK"]
    assert messages == [n % 16 for n in range(60)]


def test_unanswered_packets_come_again_unchanged_80_to_330_ms_later() -> None:
    """As in the corpus; a decoder has to fold them."""
    said = _said(Every(60, PodStatusRequest("pod")))
    again = [
        (after.time_ns - before.time_ns) / 1e6
        for before, after in pairwise(said)
        if after.signal.packet == before.signal.packet
    ]
    assert 0.05 * len(said) < len(again) < 0.2 * len(said)
    assert min(again) >= 80
    assert max(again) <= 330


def test_a_temporary_rate_is_cancelled_before_another_is_ordered() -> None:
    """Block 1F with mask 2, a status, then 1A kind 1 with block 16."""
    said = _once(_said(At(1, PodTempBasal("pod", 2.0, 5_400))))
    orders = [e for e in said if _kind(e) == "PDM"]
    assert [e.meaning.command for e in orders] == ["cancel", "temp-basal"]
    assert orders[0].signal.packet[11:13].hex() == "1f05"
    assert orders[0].signal.packet[17] & 7 == 2
    assert orders[1].signal.packet[17] == 1
    assert orders[1].meaning.fields == {"rate_iu_per_h": 2.0, "duration_s": 5_400}
    last = [e for e in said if _kind(e) == "POD"][-1]
    assert last.signal.packet[12] >> 4 == 2


def test_cancelling_all_is_a_suspension() -> None:
    """Mask 7, and the pod says that it delivers nothing."""
    said = _once(_said(At(1, PodCancel("pod", "all")), At(30, PodCancel("pod", "bolus"))))
    first, second = (e for e in said if _kind(e) == "PDM")
    assert (first.meaning.command, second.meaning.command) == ("suspend", "cancel")
    assert first.signal.packet[17] & 7 == 7
    answer = next(e for e in said if _kind(e) == "POD")
    assert answer.signal.packet[12] >> 4 == 0


def test_the_pod_tells_how_a_bolus_runs() -> None:
    """Two units take 80 s at 2 s a pulse: half is left after 40 s, nothing after two minutes."""
    asks = [At(second, PodStatusRequest("pod")) for second in (41.0, 121.0)]
    said = _once(_said(At(1, PodBolus("pod", 2.0)), *asks))
    answers = [e.signal.packet[11:21] for e in said if _kind(e) == "POD"]
    delivery = [answer[1] >> 4 for answer in answers]
    pending = [((answer[4] & 3) << 8 | answer[5]) / 20 for answer in answers]
    total = [((a[2] & 0xF) << 9 | a[3] << 1 | a[4] >> 7) / 20 for a in answers]
    assert delivery == [5, 5, 1]
    assert pending[0] == 2.0
    assert abs(pending[1] - 1.0) < 0.1
    assert pending[2] == 0.0
    # Two units and three hundredths of basal lie between the first and the last.
    assert abs(total[2] - total[0] - 2.0) <= 0.1


def test_a_refused_order_is_answered_with_a_bad_nonce() -> None:
    """Block 06 with code 14; nothing is delivered and nothing is remembered."""
    said = _once(_said(At(1, PodBolus("pod", 2.0, refused=True)), At(5, PodStatusRequest("pod"))))
    refusal, status = (e for e in said if _kind(e) == "POD")
    assert refusal.signal.packet[11:14].hex() == "060314"
    assert refusal.meaning.command == "nack"
    assert status.signal.packet[12] >> 4 == 1


def test_nonces_are_arbitrary_numbers() -> None:
    """Other seeds, other numbers: they follow from the seed of the scenario and nothing else."""
    nonces = [
        _said(At(1, PodBolus("pod", 1.0)), seed=seed)[0].signal.packet[13:17] for seed in range(20)
    ]
    assert len(set(nonces)) == 20


def test_a_long_life_stays_in_its_fields() -> None:
    """A story of ten days neither overflows the minutes nor the reservoir."""
    said = _said(Every(43_200, PodStatusRequest("pod")), duration_s=864_000)
    last = [e for e in said if _kind(e) == "POD"][-1].signal.packet[11:21]
    assert ((last[7] & 0x7F) << 6) | last[8] >> 2 == 8_191
    assert last[1] & 0xF == 9
