"""Two senders at once: who is hidden beneath a neighbour is heard, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from medmon.phy import Receiver
from medmon.records import Burst, ComplexArray
from signal_fixtures.adc import bytes_from_iq
from signal_fixtures.channel import Emission, FrontEnd
from signal_fixtures.devices import medtronic, omnipod
from signal_fixtures.devices.medtronic_pump import Paradigm
from signal_fixtures.waveform import fsk

if TYPE_CHECKING:
    from tests.phy.conftest import Air

RATES_HZ = (1.024e6, 2.048e6)
KINDS = ("pump", "pod")
LONG = Paradigm("350535").bolus(2.5)
OTHER = Paradigm("128986").bolus(9.0)
SHORT = medtronic.sample_packets()[0]
(POD,) = omnipod.packets_of(omnipod.message("1f014828", 3, bytes.fromhex("0e0100")), "PDM", 22)
(POD_2,) = omnipod.packets_of(omnipod.message("1f0a77e2", 5, bytes.fromhex("0e0100")), "PDM", 9)
STRONG_DBFS = -1.0
DENSITY_DBFS = -103.0
"""20 dB under a pump's chip 40 dB below the strong sender."""


def _say(
    air: Air, kind: str, time_s: float, hz: float, dbfs: float, *, second: bool = False
) -> Emission:
    if kind == "pump":
        packet = OTHER if second else LONG
        return air.pump(time_s, packet=packet, offset_hz=hz, rssi_dbfs=dbfs, ppm=20.0)
    packet = POD_2 if second else POD
    return air.pod(time_s, packet=packet, offset_hz=hz, rssi_dbfs=dbfs, ppm=-15.0)


def _eight_bits(iq: ComplexArray) -> ComplexArray:
    raw = np.frombuffer(bytes_from_iq(iq, "cu8"), np.uint8).astype(np.float32)
    return ((raw - 127.5) / 127.5).astype(np.float32).view(np.complex64)


def _heard(
    air: Air, rate_hz: float, *sent: Emission, density_dbfs: float = DENSITY_DBFS
) -> list[Burst]:
    scene = air.scene(rate_hz, 0.17, *sent, density_dbfs=density_dbfs)
    iq = _eight_bits(scene.samples(0, scene.sample_count))
    return air.receive(air.blocks(iq, rate_hz))


def _data(kind: str, *, second: bool = False) -> bytes:
    if kind == "pump":
        return OTHER if second else LONG
    return POD_2 if second else POD


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("strong", KINDS)
@pytest.mark.parametrize("weak", KINDS)
def test_40_db_below_a_neighbour_100_khz_away(
    air: Air, strong: str, weak: str, rate_hz: float
) -> None:
    """A programmer next to the receiver must not hide a pump across the room."""
    loud = _say(air, strong, 0.06, 31e3, STRONG_DBFS)
    faint = _say(air, weak, 0.071, 131e3, STRONG_DBFS - 40, second=True)
    bursts = _heard(air, rate_hz, loud, faint)
    wanted = [_data(strong), _data(weak, second=True)]
    assert sorted(air.packets(air.read(bursts))) == sorted(wanted)
    assert len(bursts) == 2
    assert not any(burst.radio.collided for burst in bursts)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize(
    ("strong", "weak", "weaker_db"),
    [
        ("pump", "pump", 0.0),
        ("pump", "pump", 20.0),
        ("pod", "pump", 3.0),
        ("pod", "pump", 20.0),
        ("pump", "pod", 3.0),
        ("pump", "pod", 20.0),
        ("pod", "pod", 6.0),
        ("pod", "pod", 20.0),
    ],
)
def test_two_bursts_50_khz_apart(
    air: Air, strong: str, weak: str, weaker_db: float, rate_hz: float
) -> None:
    """Neighbours in a ward speak when they want."""
    loud = _say(air, strong, 0.06, -120e3, -7.0)
    faint = _say(air, weak, 0.073, -70e3, -7.0 - weaker_db, second=True)
    bursts = _heard(air, rate_hz, loud, faint, density_dbfs=-95.0)
    wanted = [_data(strong), _data(weak, second=True)]
    assert sorted(air.packets(air.read(bursts))) == sorted(wanted)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("later_s", [-0.011, 0.004, 0.0125, 0.022])
@pytest.mark.parametrize("apart_hz", [-50.9e3, 50e3, 48.8e3])
def test_two_pods_that_share_a_tone(
    air: Air, apart_hz: float, later_s: float, rate_hz: float
) -> None:
    """One's upper tone is the other's lower one, and they are equally loud: both are read."""
    one = _say(air, "pod", 0.06, 40e3, -7.0)
    other = _say(air, "pod", 0.06 + later_s, 40e3 + apart_hz, -7.0, second=True)
    bursts = _heard(air, rate_hz, one, other, density_dbfs=-75.0)
    assert sorted(air.packets(air.read(bursts))) == sorted([POD, POD_2])
    assert any(burst.radio.collided for burst in bursts)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("deviation_hz", [24e3, 28e3])
def test_a_deviation_that_nobody_heard_is_not_told(
    air: Air, deviation_hz: float, rate_hz: float
) -> None:
    """A packet read from one tone tells nothing of the other, whatever its protocol declares."""
    keying = fsk(omnipod.SYMBOL_RATE_HZ, deviation_hz)
    one = _say(air, "pod", 0.06, 40e3, -7.0)
    other = _say(air, "pod", 0.0725, 40e3 + 2 * deviation_hz - 2.5e3, -7.0, second=True)
    pair = (replace(one, keying=keying), replace(other, keying=keying))
    bursts = _heard(air, rate_hz, *pair, density_dbfs=-75.0)
    told_hz = [burst.radio.deviation_hz for burst in bursts if burst.frames]
    assert None in told_hz
    assert [hz for hz in told_hz if hz is not None] == pytest.approx(
        [deviation_hz] * (len(told_hz) - told_hz.count(None)), abs=1.5e3
    )


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize(("apart_hz", "weaker_db"), [(0.0, 6.0), (-1.5e3, 3.0)])
def test_two_pods_on_one_channel(
    air: Air, apart_hz: float, weaker_db: float, rate_hz: float
) -> None:
    """Neither tone is one's own; the one that happens to scatter less must not be believed."""
    one = _say(air, "pod", 0.06, 40e3, -7.0)
    other = _say(air, "pod", 0.068, 40e3 + apart_hz, -7.0 - weaker_db, second=True)
    bursts = _heard(air, rate_hz, one, other, density_dbfs=-75.0)
    assert sorted(air.packets(air.read(bursts))) == sorted([POD, POD_2])


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("stronger_db", [-20.0, -10.0, 10.0, 20.0])
def test_an_attack_into_a_legitimate_packet_is_two_transmissions(
    air: Air, stronger_db: float, rate_hz: float
) -> None:
    """Who spoils the end of a command with one of his own is heard, and so is the command."""
    mine = air.pump(0.06, packet=LONG, offset_hz=40e3, rssi_dbfs=-22.0)
    forged = air.pump(0.09, packet=OTHER, offset_hz=41.2e3, rssi_dbfs=-22.0 + stronger_db)
    bursts = _heard(air, rate_hz, mine, forged, density_dbfs=-115.0)
    assert sorted(air.packets(air.read(bursts))) == sorted([LONG, OTHER])
    assert [burst.radio.collided for burst in bursts] == [True, True]


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("packet", [SHORT, OTHER], ids=["short", "long"])
@pytest.mark.parametrize("stronger_db", [-4.0, 0.0, 4.0])
def test_a_collision_of_equals_is_never_silent(
    air: Air, stronger_db: float, packet: bytes, rate_hz: float
) -> None:
    """Where neither can be read, the record says that two were there."""
    mine = air.pump(0.06, packet=LONG, offset_hz=40e3, rssi_dbfs=-22.0)
    forged = air.pump(0.09, packet=packet, offset_hz=41.2e3, rssi_dbfs=-22.0 + stronger_db)
    said = air.read(_heard(air, rate_hz, mine, forged, density_dbfs=-115.0))
    assert {LONG, packet} <= set(air.packets(said)) or any(one.radio.collided for one in said)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("density_dbfs", [-90.0, -105.0])
def test_a_lone_strong_packet_is_one_burst(
    air: Air, kind: str, rate_hz: float, density_dbfs: float
) -> None:
    """What is left of a packet that is taken off is nobody."""
    faults = FrontEnd(iq_gain_db=0.4, iq_phase_deg=2.0, dc=0.01 + 0.02j)
    sent = _say(air, kind, 0.06, 140e3, STRONG_DBFS - 1)
    scene = air.scene(rate_hz, 0.15, sent, density_dbfs=density_dbfs, front_end=faults)
    iq = _eight_bits(scene.samples(0, scene.sample_count))
    (burst,) = air.receive(air.blocks(iq, rate_hz))
    assert air.packets(air.read([burst])) == [_data(kind)]
    assert not burst.radio.collided


def test_three_at_once_are_three(air: Air) -> None:
    """Two on one channel, and a third one 40 dB below them 40 kHz away: each layer uncovers one."""
    sent = (
        air.pump(0.06, packet=LONG, offset_hz=40e3, rssi_dbfs=-3.0),
        air.pump(0.075, packet=OTHER, offset_hz=41e3, rssi_dbfs=-17.0),
        air.pump(0.08, packet=SHORT, offset_hz=81e3, rssi_dbfs=-43.0),
    )
    bursts = _heard(air, 1.024e6, *sent, density_dbfs=-115.0)
    assert sorted(air.packets(air.read(bursts))) == sorted([LONG, OTHER, SHORT])


def test_blocks_do_not_change_what_is_uncovered(air: Air) -> None:
    """A replay must say what live said."""
    loud = _say(air, "pod", 0.06, 31e3, STRONG_DBFS)
    faint = _say(air, "pump", 0.071, 131e3, STRONG_DBFS - 40, second=True)
    scene = air.scene(1.024e6, 0.2, loud, faint, density_dbfs=DENSITY_DBFS)
    iq = scene.samples(0, scene.sample_count)
    whole = air.receive(air.blocks(iq, 1.024e6))
    receiver = Receiver(air.modems)
    cut = [burst for block in air.blocks(iq, 1.024e6, range(0, iq.size, 10_007))
           for burst in receiver.feed(block)]  # fmt: skip
    assert cut + receiver.flush() == whole
