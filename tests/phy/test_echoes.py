"""One packet heard twice is one, a second sender is a second burst."""

from __future__ import annotations

from dataclasses import replace

import pytest

from medmon.phy import echoes
from medmon.phy.packets import Heard, Sent
from medmon.records import Frame, Radio
from signal_fixtures.devices import medtronic

PUMP, OTHER = medtronic.sample_packets()[:2]
RADIO = Radio(0.0, 0.0, 20e3, -30.0, 30.0, -60.0, 15e3, "ook", 16_384.0)


def _burst(
    start: float, stop: float, *frames: Frame, freq_hz: float = 0.0, rssi_dbfs: float = -30.0
) -> Heard:
    return Heard(start, stop, replace(RADIO, freq_hz=freq_hz, rssi_dbfs=rssi_dbfs), frames)


def _click(*, freq_hz: float, rssi_dbfs: float) -> Heard:
    burst = _burst(100, 900, freq_hz=freq_hz, rssi_dbfs=rssi_dbfs)
    return replace(burst, radio=replace(burst.radio, duration_us=500.0))


def _frame(modem: str, data: bytes) -> Frame:
    return Frame(modem, data, 8 * len(data))


def test_frames_of_several_modems_are_joined() -> None:
    """What two modems make of one burst is one burst; of each modem the longest stays."""
    long = _burst(0, 1_000, _frame("a", bytes(9)))
    other = _burst(10, 990, _frame("b", bytes(8)))
    short = _burst(20, 980, _frame("a", bytes(7)))
    later = _burst(5_000, 6_000, _frame("a", bytes(5)))
    merged = echoes.merged([short, later, other, long])
    assert [[(f.modem, len(f.data)) for f in one.frames] for one in merged] == [
        [("a", 9), ("b", 8)],
        [("a", 5)],
    ]


def _spoilt(start: float, sync: float, data: bytes) -> Heard:
    """A packet of one modem that somebody spoke into."""
    burst = _burst(start, start + 1_000, _frame("a", data))
    sent = Sent((True,), start, 10.0, 0.0, None, sync, scatter=1.0)
    return replace(burst, sent=sent, radio=replace(RADIO, collided=True))


def test_a_packet_inside_a_spoilt_one_stays() -> None:
    """A forger's packet in the middle of another one is no part of its data."""
    long, inside = _spoilt(0, 100, bytes(9)), _spoilt(0, 500, bytes(7))
    assert len(echoes.merged([long, inside])) == 2
    again = _spoilt(0, 120, bytes(7))
    assert len(echoes.merged([long, again])) == 1
    clean = replace(long, radio=RADIO)
    assert len(echoes.merged([clean, inside])) == 1


def test_echoes_of_a_receiver_that_clips() -> None:
    """Its harmonics may be strong: beneath a packet, 3 dB less and the same bits are enough."""
    strong, echo = _burst(0, 1_000, _frame("a", PUMP)), _copy(below_db=9.0)
    assert not echoes.is_echo(echo, strong)
    assert echoes.is_echo(echo, strong, 3.0)
    assert not echoes.is_echo(_copy(OTHER, below_db=9.0), strong, 3.0)


def _copy(
    data: bytes = PUMP,
    *,
    modem: str = "a",
    start: float = 0,
    stop: float = 1_000,
    freq_hz: float = 300e3,
    below_db: float = 25.0,
    snr_db: float = 30.0,
) -> Heard:
    burst = _burst(start, stop, _frame(modem, data), freq_hz=freq_hz, rssi_dbfs=-30 - below_db)
    return replace(burst, radio=replace(burst.radio, snr_db=snr_db))


FEW = bytes([PUMP[0], *PUMP[1:6], PUMP[6] ^ 0x05])


@pytest.mark.parametrize(
    ("weaker", "expected"),
    [
        (_copy(), True),
        (_copy(start=60.0, snr_db=8.0), True),
        (_copy(start=60.0, stop=940.0), False),
        (_copy(below_db=3.0), False),
        (_copy(OTHER), False),
        (_copy(FEW, snr_db=8.0), True),
        (_copy(FEW), False),
        (_copy(freq_hz=12e3, below_db=1.0), True),
        (_copy(OTHER, freq_hz=2e3, below_db=1.0), True),
        (_copy(modem="b", freq_hz=2e3), False),
        (_copy(start=900, stop=2_000, freq_hz=2e3), False),
        (_copy(freq_hz=2e3, below_db=-1.0), False),
    ],
    ids=[
        "an image",
        "its beginning lost in noise",
        "not at the same time to the chip",
        "too loud for an image",
        "other bits",
        "a few bits turned over by noise",
        "a few bits that noise did not turn over",
        "a side line of the same packet",
        "same channel",
        "other modem",
        "other time",
        "the stronger of the two",
    ],
)
def test_copies_of_packets(weaker: Heard, *, expected: bool) -> None:
    """A copy has the time, the bits and less power; everything else is somebody else."""
    strong = _burst(0, 1_000, _frame("a", PUMP))
    assert echoes.is_copy(weaker, strong) is expected
    assert echoes.is_copy(weaker, _burst(0, 1_000)) is False


def test_frames_of_two_carriers_are_two_bursts() -> None:
    """Two pumps that speak at once, 50 kHz apart, in one emitter."""
    one = _burst(0, 1_000, _frame("a", PUMP))
    other = _burst(0, 1_000, _frame("a", OTHER), freq_hz=50e3)
    assert len(echoes.merged([one, other])) == 2


@pytest.mark.parametrize(
    ("weak", "kept"),
    [
        (_burst(100, 900, freq_hz=12e3, rssi_dbfs=-31.0), False),
        (_burst(100, 900, freq_hz=100e3, rssi_dbfs=-60.0), False),
        (_burst(100, 900, freq_hz=100e3, rssi_dbfs=-40.0), True),
        (_burst(950, 3_000, freq_hz=12e3, rssi_dbfs=-40.0), True),
        (_click(freq_hz=100e3, rssi_dbfs=-40.0), False),
        (_click(freq_hz=100e3, rssi_dbfs=-35.0), True),
    ],
    ids=[
        "within its band",
        "under its skirt",
        "over its skirt",
        "at another time",
        "click of its keying",
        "loud click",
    ],
)
def test_energy_that_a_stronger_burst_explains(weak: Heard, *, kept: bool) -> None:
    """At 100 kHz the skirt of a 20 kHz burst is 6 dB plus 20 dB down."""
    assert echoes.distinct([weak], [_burst(0, 1_000)]) == ([weak] if kept else [])


def test_strongest_of_unknown_bursts_stays() -> None:
    """Of two that explain each other, the stronger one."""
    weak = _burst(0, 1_000, rssi_dbfs=-40.0)
    strong = _burst(0, 1_000)
    assert echoes.distinct([weak, strong], []) == [strong]


@pytest.mark.parametrize(
    ("snr_db", "duration_us", "expected"),
    [(9.1, 15e3, True), (8.9, 15e3, False), (19.1, 50.0, True), (18.9, 50.0, False)],
)
def test_loud_is_snr_and_energy(snr_db: float, duration_us: float, *, expected: bool) -> None:
    """At 20 kHz, 50 us are one degree of freedom: energy is SNR, and 19 dB are asked for."""
    radio = replace(RADIO, snr_db=snr_db, duration_us=duration_us)
    assert echoes.is_loud(Heard(0, 1_000, radio)) is expected
