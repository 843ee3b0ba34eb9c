"""The five rooms joined: samples in, records out, the same ones however the samples are cut."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from medmon.config import config_from_text
from medmon.errors import ConfigError
from medmon.monitor import Monitor, all_decoders
from medmon.records import (
    SEVERAL_DEVICES,
    Alarm,
    Block,
    Command,
    Finding,
    Gap,
    Heading,
    Message,
    Radio,
    Record,
    Role,
    Span,
    Status,
    Summary,
    Transmission,
)
from signal_fixtures.render import Recording
from signal_fixtures.story import scenario_from_text
from signal_fixtures.ward import medmon_toml

STORY = """
name = "three-minutes"
start = 2026-11-23T09:00:00Z
duration = "40s"

[patient]
max_bolus_iu = 10.0
max_basal_iu_per_h = 3.0
max_daily_iu = 60.0
min_bolus_interval_s = 600.0

[band]
freq_hz = 916.5e6
rate_hz = 256e3
noise_dbfs = -55.0

[[device]]
name = "pump"
kind = "pump"
id = "554321"
rssi_dbfs = -24.0

[[device]]
name = "remote"
kind = "remote"
id = "266b2c"
rssi_dbfs = -30.0
cfo_hz = 6300.0

[[device]]
name = "stranger"
kind = "remote"
id = "411525"
rssi_dbfs = -28.0
registered = false

[[at]]
time = "2s"
act = "remote-press"
device = "remote"
button = "suspend"

[[at]]
time = "20s"
act = "remote-press"
device = "remote"
button = "suspend"

[[at]]
time = "5s"
act = "remote-press"
device = "stranger"
button = "bolus"
"""
MINUTE_NS = 60_000_000_000


@pytest.fixture(scope="module")
def story() -> Recording:
    """Two presses of the bed's own remote, and one of a stranger's; silences cut to 0.2 s."""
    return Recording(scenario_from_text(STORY), seed=3, longest_gap_s=0.2)


def _monitor(story: Recording) -> Monitor:
    return Monitor(config_from_text(medmon_toml(story.scenario)))


def _blocks(story: Recording, size: int) -> Iterator[Block]:
    start, tuned = 0, story.tuned
    for iq in story.blocks(size):
        time_ns = story.epoch_ns + round(start * 1e9 / tuned.rate_hz)
        span = Span("ward.cu8", start, iq.size)
        yield Block(span, time_ns, tuned.rate_hz, tuned.freq_hz, iq[None, :])
        start += iq.size


def _run(monitor: Monitor, items: Iterable[Block | Gap | Transmission | Summary]) -> list[Record]:
    records = [record for item in items for record in monitor.feed(item)]
    return [*records, *monitor.flush(), monitor.summary()]


@pytest.fixture(scope="module")
def told(story: Recording) -> list[Record]:
    """What the monitor says of the story."""
    return _run(_monitor(story), _blocks(story, 65_536))


def _alarms(records: Sequence[Record]) -> list[Alarm]:
    return [record for record in records if isinstance(record, Alarm)]


def _heard(records: Sequence[Record]) -> list[Transmission]:
    return [record for record in records if isinstance(record, Transmission)]


def test_strange_remote_is_heard_and_told(told: list[Record]) -> None:
    """A bolus by nobody's remote: the bedside knows, with reasons and places; its own is fine."""
    pressed = [one.message.device for one in _heard(told) if one.message]
    assert pressed == ["266b2c", "411525", "266b2c"]
    assert [one.repeats for one in _heard(told)] == [16, 16, 16]
    starts = [alarm for alarm in _alarms(told) if alarm.phase == "start"]
    assert any(alarm.priority == "high" and alarm.subject == "411525" for alarm in starts)
    ids = {one.id for one in _heard(told)}
    for alarm in starts:
        assert alarm.reasons
        assert set(alarm.transmissions) <= ids
    findings = [record for record in told if isinstance(record, Finding)]
    assert {"411525"} <= {finding.subject for finding in findings}


@pytest.mark.parametrize("size", [5_000, 100_003, 10**9])
def test_blocks_of_any_size_give_the_same_records(
    story: Recording, told: list[Record], size: int
) -> None:
    """A replay says what the live run said, word for word and in the same order."""
    assert _run(_monitor(story), _blocks(story, size)) == told


def test_headings_come_on_top(story: Recording, told: list[Record]) -> None:
    """Whoever listens early hears who speaks before the packet is over, and nothing else changes.

    Of the press two seconds after the start only the heading of a copy is heard: the floor is not
    known before half a second.
    """
    monitor = Monitor(config_from_text(medmon_toml(story.scenario)), early=True)
    records = _run(monitor, _blocks(story, 4_096))
    headings = [record for record in records if isinstance(record, Heading)]
    assert {heading.message.device for heading in headings} == {"266b2c", "411525"}
    assert {heading.message.command for heading in headings} == {"button"}
    assert _heard(records) == _heard(told)


def test_a_strange_remote_is_told_while_it_is_pressed(story: Recording, told: list[Record]) -> None:
    """The alarm is up before the first packet is over, and in the end it is the same alarm."""
    monitor = Monitor(config_from_text(medmon_toml(story.scenario)), early=True)
    records = _run(monitor, _blocks(story, 4_096))
    alarms = [alarm for alarm in _alarms(records) if alarm.subject == "411525"]
    assert alarms[0].phase == "start"
    assert alarms[0].early
    assert not alarms[-1].early
    press = next(t for t in _heard(told) if t.message and t.message.device == "411525")
    # A packet of seven bytes lasts 15 ms; without this the alarm waits for its copies.
    assert 0 < alarms[0].time_ns - press.time_ns < 15_000_000
    assert records.index(alarms[0]) < records.index(press)
    assert [a.phase for a in alarms].count("start") == 1
    assert _counts(_alarms(records)) == _counts(_alarms(told))


def test_a_suspend_is_told_when_its_first_packet_is_over(
    story: Recording, told: list[Record]
) -> None:
    """Which button was pressed is judged behind the check, not after sixteen copies of it."""
    monitor = Monitor(config_from_text(medmon_toml(story.scenario)), early=True)
    records = _run(monitor, _blocks(story, 4_096))
    alarms = [alarm for alarm in _alarms(records) if alarm.policy == "delivery-suspended"]
    presses = [t for t in _heard(told) if t.message and t.message.fields["button"] == "suspend"]
    assert [(alarm.phase, alarm.early) for alarm in alarms[:2]] == [
        ("start", True),
        ("update", False),
    ]
    # The second of two presses: 16 bytes of preamble, 4 of sync word, 7 of 12 chips each.
    over_ns = presses[-1].time_ns + (16 * 8 + 32 + 7 * 12) / 16_384 * 1e9
    assert over_ns in [pytest.approx(alarm.time_ns, abs=200_000) for alarm in alarms]
    assert _counts(_alarms(records)) == _counts(_alarms(told))


@pytest.mark.parametrize("size", [5_000, 10**9])
def test_early_records_do_not_depend_on_blocks_either(story: Recording, size: int) -> None:
    """What a live run told early, a replay tells at the same place, word for word."""
    config = config_from_text(medmon_toml(story.scenario))
    one, other = (
        _run(Monitor(config, early=True), _blocks(story, given)) for given in (size, 65_536)
    )
    assert one == other


def _counts(alarms: Sequence[Alarm]) -> dict[tuple[str, str], int]:
    """How often each alarm was seen in the end."""
    return {(alarm.policy, alarm.subject): alarm.count for alarm in alarms}


def test_judging_again_without_samples_gives_the_same_alarms(
    story: Recording, told: list[Record]
) -> None:
    """Recorded transmissions, and the summary for the time that passed, are enough."""
    kept = [one for one in told if isinstance(one, Transmission | Gap | Summary)]
    again = _run(_monitor(story), kept)
    assert _alarms(again) == _alarms(told)
    assert _heard(again) == _heard(told)
    summary, before = again[-1], told[-1]
    assert isinstance(summary, Summary)
    assert isinstance(before, Summary)
    assert (summary.alarms, summary.transmissions) == (before.alarms, before.transmissions)


def test_summary_counts_what_was_told(story: Recording, told: list[Record]) -> None:
    """The last line of a replay agrees with the lines before it."""
    summary = told[-1]
    assert isinstance(summary, Summary)
    assert summary.samples == story.sample_count
    assert summary.samples_lost == 0
    assert summary.seconds == pytest.approx(story.sample_count / 256e3)
    assert summary.time_ns == story.epoch_ns + round(story.sample_count / 256e3 * 1e9)
    counted = Counter(f"{one.protocol or 'unknown'}/{one.integrity}" for one in _heard(told))
    assert summary.transmissions == counted
    begun = Counter(f"{a.priority}/{a.policy}" for a in _alarms(told) if a.phase == "start")
    assert summary.alarms == begun
    assert all(summary.alarms.values())


def test_gap_is_a_record_and_is_counted(story: Recording) -> None:
    """Whoever reads the records knows that the monitor was deaf, and for how long."""
    blocks = list(_blocks(story, 65_536))
    hole = blocks[2]
    gap = Gap(hole.span, hole.time_ns, hole.rate_hz, "the stick was pulled")
    records = _run(_monitor(story), [*blocks[:2], gap, *blocks[3:]])
    assert [record for record in records if isinstance(record, Gap)] == [gap]
    summary = records[-1]
    assert isinstance(summary, Summary)
    assert summary.samples_lost == hole.span.sample_count
    heard = story.sample_count - hole.span.sample_count
    assert summary.samples == heard
    assert summary.seconds == pytest.approx(heard / 256e3)
    assert records.index(gap) <= min(
        (n for n, one in enumerate(records) if isinstance(one, Transmission)
         and one.time_ns > gap.time_ns), default=len(records)
    )  # fmt: skip


def _silence(seconds: float, rate_hz: float = 32e3) -> Iterator[Block]:
    rng = np.random.default_rng(1)
    for start in range(0, round(seconds * rate_hz), 320_000):
        count = min(320_000, round(seconds * rate_hz) - start)
        iq = (rng.standard_normal((1, 2 * count), dtype=np.float32) * 0.01).view(np.complex64)
        yield Block(Span("x", start, count), round(start * 1e9 / rate_hz), rate_hz, 433.9e6, iq)


def test_heartbeat_each_minute() -> None:
    """A bedside that hears nothing for an hour still knows that somebody listens."""
    monitor = Monitor(config_from_text(""))
    records = _run(monitor, _silence(200.0))
    beats = [record for record in records if isinstance(record, Status)]
    assert [round(beat.time_ns / MINUTE_NS, 2) for beat in beats] == [1.0, 2.0, 3.0]
    for beat in beats:
        assert beat.rate_hz == 32e3
        assert beat.samples_lost == 0
        assert beat.rejections == {}
        # Noise of 0.01 in I and in Q is -37 dBFS, a channel is a quarter of 32 kHz.
        assert beat.noise_dbfs == pytest.approx(-37.0 + 10 * np.log10(0.25), abs=0.6)
    assert all(isinstance(record, Status | Summary) for record in records)


def test_heartbeat_after_a_long_gap() -> None:
    """A source that comes back after ten minutes gives one heartbeat, not ten."""
    blocks = list(_silence(20.0))
    late = [
        replace(block, time_ns=block.time_ns + 10 * MINUTE_NS,
                span=replace(block.span, sample_start=block.span.sample_start + 19_200_000))
        for block in blocks
    ]  # fmt: skip
    gap = Gap(Span("x", 640_000, 19_200_000 - 640_000), 20 * 10**9, 32e3, "gone")
    records = _run(Monitor(config_from_text("")), [*blocks, gap, *late])
    assert len([record for record in records if isinstance(record, Status)]) == 1


def test_decoders_may_be_chosen() -> None:
    """A laboratory that listens for nobody gets bursts without protocols only."""
    monitor = Monitor(config_from_text(""), decoders=())
    assert monitor.reader.modems == ()
    assert monitor.devices == {}


def test_all_families_are_heard() -> None:
    """Every plugin takes part."""
    assert [decoder.name for decoder in all_decoders()] == ["medtronic", "omnipod"]


def test_a_device_that_no_decoder_could_print_is_refused() -> None:
    """A pump with a misspelt id would be guarded by no limit, and nobody would be told."""
    rows = (
        '[[device]]\nid = "0x350535"\nprotocol = "medtronic"\nrole = "pump"\n'
        '[[device]]\nid = "350535"\nprotocol = "medtronik"\nrole = "pump"\n'
        "[policies]\nno-such = false\n"
    )
    with pytest.raises(ConfigError) as caught:
        Monitor(config_from_text(rows))
    assert [mistake.partition(":")[0] for mistake in caught.value.mistakes] == [
        "device.0.id", "device.1.protocol", "policies.no-such",
    ]  # fmt: skip


def test_same_digits_on_two_systems_are_two_devices() -> None:
    """A pod numbered like the patient's pump does not take the pump off the list."""
    # Of the ids that are possible in both, there are only pseudonyms.
    rows = [
        '[[device]]\nid = "H:0123456789AB"\nrole = "pump"\n'
        f'protocol = "{protocol}"\nasset = "{asset}"\n'
        for protocol, asset in (("medtronic", "INV-7"), ("omnipod", "INV-9"))
    ]
    devices = Monitor(config_from_text("".join(rows))).devices
    assert {key: device.asset for key, device in devices.items()} == {
        ("medtronic", "h:0123456789ab"): "INV-7",
        ("omnipod", "h:0123456789ab"): "INV-9",
    }


BED = """
[[device]]
id = "350535"
protocol = "medtronic"
role = "pump"

[policies]
sensor-silent = false
"""
DAY_S = 86_400


def _said(
    second: float, device: str, command: Command, role: Role, protocol: str = "medtronic"
) -> Transmission:
    span = Span("air", round(second * 1e6), 100)
    return Transmission(
        id=f"{second:.6f}", span=span, time_ns=round(second * 1e9),
        radio=Radio(916.5e6, 0.0, 5e4, -30.0, 20.0, -60.0, 5e3), protocol=protocol,
        integrity="ok", raw=b"", message=Message(device, command, role=role),
    )  # fmt: skip


def _day(device: str, *says: tuple[Command, Role]) -> list[Transmission]:
    """One device for a day, every five minutes."""
    return [
        _said(300 * number + 2 * index, device, command, role)
        for number in range(DAY_S // 300)
        for index, (command, role) in enumerate(says)
    ]


@pytest.mark.parametrize(
    ("heard", "policy", "most"),
    [
        # A start, and a reminder each hour, or each half hour with the doublings of the count.
        (_day("abcdef", ("sensor", "sensor")), "unknown-device", 25),
        (_day("222222", ("wakeup", "pump"), ("read", "pump")), "unknown-device", 25),
        (_day("350535", ("wakeup", "pump"), ("read", "pump")), "foreign-contact", 60),
    ],
    ids=["neighbour's sensor", "neighbour's loop", "unregistered loop"],
)
def test_what_goes_on_all_day_is_one_alarm(
    heard: list[Transmission], policy: str, most: int
) -> None:
    """A ward whose list changes every five minutes stops looking at it."""
    alarms = _alarms(_run(Monitor(config_from_text(BED)), heard))
    assert {alarm.policy for alarm in alarms} == {policy}
    assert [alarm.phase for alarm in alarms].count("start") == 1
    assert "end" not in {alarm.phase for alarm in alarms}
    assert len(alarms) <= most
    assert alarms[-1].count == len(heard)


def test_waking_again_and_again_is_one_alarm() -> None:
    """A pump that is called every 140 s is one attack, not 36."""
    heard = [_said(140 * number, "350535", "wakeup", "pump") for number in range(60)]
    alarms = _alarms(_run(Monitor(config_from_text(BED)), heard))
    floods = [alarm for alarm in alarms if alarm.policy == "wakeup-flood"]
    assert [alarm.phase for alarm in floods].count("start") == 1
    assert len(floods) < 12


def test_slow_flood_is_told_in_reminders() -> None:
    """One forged command after each hold time is a record every five minutes, not each time."""
    heard = [_said(61 * n, "350535", "suspend", "pump") for n in range(DAY_S // 61)]
    alarms = _alarms(_run(Monitor(config_from_text(BED)), heard))
    by_policy = Counter(alarm.policy for alarm in alarms)
    assert by_policy["foreign-session"] <= DAY_S // 300 + 15
    assert max(by_policy.values()) == by_policy["foreign-session"]
    (last,) = [alarm for alarm in alarms if alarm.policy == "foreign-session"][-1:]
    assert last.count == len(heard)


def test_invented_pods_hide_no_stranger() -> None:
    """After 1500 invented pods, a stranger's remote is an alarm of its own."""
    heard = [
        _said(n / 10, f"{n * 2_654_435_761 % 2**32:08x}", "bolus", "pump", "omnipod")
        for n in range(1_500)
    ]
    remote = _said(500, "999999", "button", "remote")
    alarms = _alarms(_run(Monitor(config_from_text(BED)), [*heard, remote]))
    commands = [alarm for alarm in alarms if alarm.policy == "foreign-command"]
    assert len({alarm.id for alarm in commands}) == 11
    assert len(commands) < 40
    (several,) = {alarm.id for alarm in commands if alarm.subject == SEVERAL_DEVICES}
    assert [alarm.count for alarm in commands if alarm.id == several][-1] == 1_490
    (pressed,) = [alarm for alarm in alarms if alarm.policy == "foreign-remote"]
    assert (pressed.phase, pressed.subject, pressed.priority) == ("start", "999999", "high")


def test_nothing_in_nothing_out() -> None:
    """A source that gives no samples has a summary of zeros."""
    (summary,) = _run(Monitor(config_from_text("")), [])
    assert isinstance(summary, Summary)
    assert (summary.samples, summary.samples_lost, summary.seconds) == (0, 0, 0.0)
    assert summary.transmissions == {}
    assert summary.alarms == {}
