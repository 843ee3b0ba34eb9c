"""Hindsight, on records made by hand: what was told, what was missed, what was needless."""

from __future__ import annotations

from collections.abc import Sequence

from medmon.records import Alarm, AlarmPhase, Radio, Span, Transmission
from medmon.rehearsal.hindsight import hindsight_from_truths
from medmon.report.account import Hindsight
from signal_fixtures.scenario import Scenario
from signal_fixtures.story import scenario_from_text
from signal_fixtures.truth import Truth

SCENE = """
name = "hand-made"
start = 2026-11-23T09:00:00Z
duration = "10m"
[[device]]
name = "pump"
kind = "pump"
id = "554321"
[[device]]
name = "sensor"
kind = "sensor"
id = "266b2c"
[[device]]
name = "mallory"
kind = "attacker"
registered = false
"""
INJECTION = """
[[attack]]
time = {time}
act = "bolus-injection"
device = "pump"
by = "mallory"
units_iu = 18.0
"""
SILENCE = """
[[attack]]
time = 100
until = 200
act = "sensor-silence"
device = "sensor"
"""
START_NS = 1_795_424_400 * 10**9


def scene(*attacks: str) -> Scenario:
    """The bed with attacks."""
    return scenario_from_text(SCENE + "".join(attacks))


def truth(
    second: float, packet: bytes, *, sender: str = "mallory", attack: str | None = "bolus-injection"
) -> Truth:
    """A packet on the air."""
    return Truth(
        sample_start=0, sample_count=10, freq_lower_hz=0.0, freq_upper_hz=1.0,
        time_ns=START_NS + round(second * 1e9), family="medtronic", device="554321",
        sender=sender, command="bolus", text=f"packet {packet.hex()}", packet=packet,
        attack=attack, rssi_dbfs=-20.0, cfo_hz=0.0,
    )  # fmt: skip


def report(second: float, raw: bytes) -> Transmission:
    """A transmission that holds those bytes."""
    return Transmission(
        id=f"t{second:g}",
        span=Span("x", 0, 10),
        time_ns=START_NS + round(second * 1e9),
        radio=Radio(916.5e6, 0.0, 25e3, -20.0, 30.0, -70.0, 5e3),
        protocol="medtronic",
        integrity="ok",
        raw=raw,
    )


def alarm(
    second: float,
    *transmissions: str,
    name: str = "a",
    phase: AlarmPhase = "start",
    subject: str = "554321",
) -> tuple[int, Alarm]:
    """An alarm that rests on transmissions, said half a second later."""
    time_ns = START_NS + round(second * 1e9)
    record = Alarm(
        id=name, time_ns=time_ns, phase=phase, state="active", priority="high", kind="security",
        policy="p", title="t", action="a", subject=subject, reasons=(),
        transmissions=transmissions, evidence=(), first_ns=time_ns, last_ns=time_ns, count=1,
    )  # fmt: skip
    return time_ns + 500_000_000, record


def look_back(
    scenario: Scenario,
    truths: Sequence[Truth] = (),
    reports: Sequence[Transmission] = (),
    alarms: Sequence[tuple[int, Alarm]] = (),
) -> Hindsight:
    """Hindsight of all that."""
    return hindsight_from_truths(scenario, truths, reports, alarms)


ONE = scene(INJECTION.format(time=10))
TRUTHS = [truth(1, b"own", sender="pump", attack=None), truth(10, b"one"), truth(11, b"two")]
REPORTS = [report(1, b"own"), report(10, b"one"), report(11, b"two")]


def test_an_alarm_tells_of_the_attack_whose_packet_it_rests_on() -> None:
    """The delay counts from the attack's first packet to when the monitor spoke."""
    hindsight = look_back(ONE, TRUTHS, REPORTS, [alarm(11, "t11")])
    (attack,) = hindsight.attacks
    (catch,) = attack.catches
    assert (catch.alarm, catch.delay_s, catch.is_renewal) == ("a", 1.5, False)
    assert (attack.sent, attack.heard, attack.text) == (2, 2, "packet 74776f")
    assert hindsight.needless == ()
    assert hindsight.attack_of == {"t10": 0, "t11": 0}
    assert hindsight.by_strangers == {"t10", "t11"}


def test_an_attack_that_no_alarm_rests_on_is_missed() -> None:
    """Also when another alarm was raised at the same moment."""
    hindsight = look_back(ONE, TRUTHS, REPORTS, [alarm(11, "t1")])
    assert [attack.name for attack in hindsight.missed] == ["bolus-injection"]
    assert hindsight.needless == ("a",)


def test_an_attack_that_was_not_heard_at_all_is_missed() -> None:
    """No report, no alarm; it must not vanish from the list."""
    (attack,) = look_back(ONE, TRUTHS, REPORTS[:1]).attacks
    assert (attack.sent, attack.heard, attack.catches) == (2, 0, ())


def test_a_renewed_alarm_is_needless_and_a_catch() -> None:
    """Raised by ordinary traffic, renewed by the attack: both are said."""
    alarms = [alarm(1, "t1"), alarm(11, "t1", "t11", phase="update")]
    hindsight = look_back(ONE, TRUTHS, REPORTS, alarms)
    assert hindsight.needless == ("a",)
    assert hindsight.attacks[0].is_only_renewed


def test_the_end_of_an_alarm_tells_nobody_anything() -> None:
    """It is the line that calls nobody to the bed."""
    alarms = [alarm(1, "t1"), alarm(11, "t11", phase="end")]
    assert len(look_back(ONE, TRUTHS, REPORTS, alarms).missed) == 1


def test_two_attacks_of_one_kind_are_told_apart() -> None:
    """The second one missed is not covered by the first one told."""
    scenario = scene(INJECTION.format(time=10), INJECTION.format(time=300))
    truths = [*TRUTHS, truth(300, b"three")]
    reports = [*REPORTS, report(300, b"three")]
    first, second = look_back(scenario, truths, reports, [alarm(11, "t11")]).attacks
    assert (first.sent, second.sent) == (2, 1)
    assert first.catches
    assert not second.catches


def test_a_silence_is_told_by_an_alarm_about_its_device_while_it_lasts() -> None:
    """It sends nothing an alarm could rest on."""
    scenario = scene(SILENCE)
    inside = look_back(scenario, alarms=[alarm(150, subject="266b2c")])
    assert [catch.delay_s for catch in inside.attacks[0].catches] == [50.5]
    for other in (alarm(150), alarm(50, subject="266b2c"), alarm(250, subject="266b2c")):
        hindsight = look_back(scenario, alarms=[other])
        assert len(hindsight.missed) == 1
        assert hindsight.needless == ("a",)


def test_a_report_of_something_nobody_sent_is_counted() -> None:
    """A false decode is the worst a decoder can do."""
    assert look_back(ONE, TRUTHS, [*REPORTS, report(50, b"ghost")]).invented == 1


def test_senders_are_counted_packet_by_packet() -> None:
    """Two packets in one report are two packets heard, and one record."""
    joined = [report(1, b"own"), report(10, b"one+two")]
    pump, mallory = look_back(ONE, TRUTHS, joined).senders
    assert (pump.name, pump.is_stranger, pump.sent, pump.heard) == ("pump", False, 1, 1)
    assert (mallory.name, mallory.is_stranger) == ("mallory", True)
    assert (mallory.sent, mallory.heard, mallory.transmissions) == (2, 2, 1)
