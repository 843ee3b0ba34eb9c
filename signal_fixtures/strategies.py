"""Nothing comes in, examples for property tests go out: what devices say, random bits, IQ.

`medtronic_utterances` and `omnipod_utterances` give packets built by this package together with
what a decoder must make of them, in the names of medmon's records; the expected fields are those
that the utterance is about, not all that a decoder may add. The numbers are drawn as strokes,
pulses and raw counts, so that every expected value is exact.

The only module of the wheel that needs hypothesis (the extra "test").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

from medmon.records import Command, ComplexArray, FieldValue, Frame
from signal_fixtures.devices import omnipod, omnipod_blocks, omnipod_insulin
from signal_fixtures.devices.medtronic_bodyside import (
    REMOTE_BUTTONS,
    MySentry,
    PumpStatus,
    SensorReading,
    meter,
    remote,
)
from signal_fixtures.devices.medtronic_pump import BUTTONS, STATES, Paradigm
from signal_fixtures.waveform import ChipArray


@dataclass(frozen=True, slots=True)
class Utterance:
    """What one device says once, and what a decoder must understand.

    Attributes
    ----------
    packets : tuple of bytes
        Link-layer packets in their order, checks included.
    device : str
        Address of the device in lower-case hexadecimal.
    command : str
        The kind of thing said, in the words of the contract.
    fields : mapping
        Fields that must come out, with exactly these values.
    """

    packets: tuple[bytes, ...]
    device: str
    command: Command
    fields: Mapping[str, FieldValue] = field(default_factory=dict)

    def frames(self, modem: str) -> tuple[Frame, ...]:
        """Give the packets as phy hands them on when it heard them without an error.

        Parameters
        ----------
        modem : str
            Name of the modem.

        Returns
        -------
        tuple of Frame
            One for each packet.
        """
        return tuple(Frame(modem, packet, 8 * len(packet)) for packet in self.packets)


def device_ids(digits: int) -> st.SearchStrategy[str]:
    """Draw addresses.

    Parameters
    ----------
    digits : int
        Hexadecimal digits: 6 for Medtronic, 8 for Omnipod.

    Returns
    -------
    SearchStrategy of str
        Lower-case hexadecimal.
    """
    return st.integers(0, 16**digits - 2).map(lambda number: f"{number:0{digits}x}")


def bits(*, min_bytes: int = 0, max_bytes: int = 80) -> st.SearchStrategy[Frame]:
    """Draw frames of anything: what noise, neighbours and broken packets look like to a decoder.

    Parameters
    ----------
    min_bytes, max_bytes : int
        Length of the data.

    Returns
    -------
    SearchStrategy of Frame
        Any data, any number of bits in it, faults anywhere, any confidence.
    """
    return st.binary(min_size=min_bytes, max_size=max_bytes).flatmap(_frames_of)


def _frames_of(data: bytes) -> st.SearchStrategy[Frame]:
    places = st.lists(st.integers(0, max(8 * len(data) - 1, 0)), max_size=3, unique=True)
    return st.builds(
        Frame,
        modem=st.just("any"),
        data=st.just(data),
        bit_count=st.integers(max(8 * len(data) - 7, 0), 8 * len(data)),
        faults=places.map(lambda found: tuple(sorted(found)) if data else ()),
        confidence=st.floats(0.0, 1.0),
        sync_errors=st.integers(0, 4),
    )


def chip_words(*, min_chips: int = 1, max_chips: int = 400) -> st.SearchStrategy[ChipArray]:
    """Draw chips.

    Parameters
    ----------
    min_chips, max_chips : int
        How many.

    Returns
    -------
    SearchStrategy of ndarray of uint8, shape (n,)
        Zeros and ones.
    """
    word = st.lists(st.integers(0, 1), min_size=min_chips, max_size=max_chips)
    return word.map(lambda drawn: np.array(drawn, np.uint8))


def iq_blocks(*, max_samples: int = 4_096) -> st.SearchStrategy[ComplexArray]:
    """Draw samples: noise of any level, a tone in it, silence, overdrive.

    Parameters
    ----------
    max_samples : int
        Longest block.

    Returns
    -------
    SearchStrategy of ndarray of complex64, shape (1, n)
        One antenna; finite values of magnitude up to about ten.
    """
    return st.builds(
        _noise_and_tone,
        st.integers(0, max_samples),
        st.integers(0, 2**32 - 1),
        st.floats(-120.0, 6.0),
        st.one_of(st.none(), st.floats(-0.5, 0.5)),
    )


def _noise_and_tone(
    count: int, seed: int, level_dbfs: float, turns_a_sample: float | None
) -> ComplexArray:
    noise = np.random.default_rng(seed).standard_normal((count, 2)).view(np.complex128)[:, 0]
    scale = 10 ** (level_dbfs / 20) / np.sqrt(2)
    tone: npt.NDArray[np.complex128] = np.zeros(count, np.complex128)
    if turns_a_sample is not None:
        tone = 0.3 * np.exp(2j * np.pi * turns_a_sample * np.arange(count))
    iq: ComplexArray = (scale * noise + tone).astype(np.complex64)
    return iq[np.newaxis, :]


def medtronic_utterances() -> st.SearchStrategy[Utterance]:
    """Draw what Paradigm pumps, their controllers, meters, remotes and sensors say.

    Returns
    -------
    SearchStrategy of Utterance
        Each of one packet.
    """
    return st.one_of(_pump_orders(), _pump_answers(), _bodyside(), _mysentry_statuses())


@st.composite
def _pump_orders(draw: st.DrawFn) -> Utterance:
    pump = Paradigm(draw(device_ids(6)), draw(st.sampled_from([10, 40])))
    scale = pump.strokes_per_iu
    # Every fourth stroke is a step of the pump at any dose.
    units_iu = draw(st.integers(0, 25 * scale // 4)) * 4 / scale
    rate, steps = draw(st.integers(0, 1_400)) / 40, draw(st.integers(1, 48))
    percent, button = draw(st.integers(0, 200)), draw(st.sampled_from(BUTTONS))
    minutes = draw(st.integers(1, 255))
    duration_s = steps * 1_800
    orders: list[tuple[bytes, Command, dict[str, FieldValue]]] = [
        (pump.bolus(units_iu), "bolus", {"units_iu": units_iu}),
        (
            pump.temp_basal(rate, duration_s),
            "temp-basal",
            {"rate_iu_per_h": rate, "duration_s": duration_s, "temp_basal_type": "absolute"},
        ),
        (
            pump.temp_basal_percent(percent, duration_s),
            "temp-basal",
            {"percent": percent, "duration_s": duration_s, "temp_basal_type": "percent"},
        ),
        (pump.suspend(), "suspend", {}),
        (pump.resume(), "resume", {}),
        (pump.button(button), "button", {"button": button}),
        (pump.stay_awake(minutes), "wakeup", {"awake_s": minutes * 60}),
        (pump.set_max_basal(rate), "settings", {"max_basal_iu_per_h": rate}),
    ]
    packet, command, fields = draw(st.sampled_from(orders))
    return Utterance((packet,), pump.device_id, command, fields)


@st.composite
def _pump_answers(draw: st.DrawFn) -> Utterance:
    pump = Paradigm(draw(device_ids(6)), draw(st.sampled_from([10, 40])))
    strokes, cents = draw(st.integers(0, 3_000)), draw(st.integers(0, 200))
    rate, left_min = draw(st.integers(0, 1_400)) / 40, draw(st.integers(0, 1_440))
    time = _draw_time(draw)
    state, is_on, is_off = draw(st.sampled_from(STATES)), draw(st.booleans()), draw(st.booleans())
    answers: list[tuple[bytes, dict[str, FieldValue]]] = [
        (
            pump.reservoir(strokes / pump.strokes_per_iu),
            {"reservoir_iu": strokes / pump.strokes_per_iu},
        ),
        (
            pump.battery(cents / 100, is_low=is_on),
            {"battery_v": cents / 100, "battery_low": is_on},
        ),
        (
            pump.temp_basal_answer(rate_iu_per_h=rate, left_s=left_min * 60),
            {"rate_iu_per_h": rate, "remaining_s": left_min * 60},
        ),
        (pump.clock(time), {"pump_time": time.isoformat()}),
        (pump.model("754"), {"model": "754"}),
        (
            pump.status(state, is_bolusing=is_on, is_suspended=is_off),
            {"status": state, "is_bolusing": is_on, "is_suspended": is_off},
        ),
    ]
    packet, fields = draw(st.sampled_from(answers))
    return Utterance((packet,), pump.device_id, "response", fields)


@st.composite
def _bodyside(draw: st.DrawFn) -> Utterance:
    device, glucose = draw(device_ids(6)), draw(st.integers(0, 511))
    button, counter = draw(st.sampled_from(sorted(REMOTE_BUTTONS))), draw(st.integers(0, 255))
    counts = draw(st.tuples(*[st.integers(0, 0xFFFF)] * 9))
    slot, is_repeat = draw(st.integers(0, 7)), draw(st.booleans())
    sensor = SensorReading(device, counts, slot, is_repeat=is_repeat).packet()
    reading: dict[str, FieldValue] = {
        "isig": counts[0],
        "isig_previous": counts[1],
        "isig_older": counts[2:],
        "slot": slot,
        "is_repeat": is_repeat,
    }
    said: list[Utterance] = [
        Utterance((meter(device, glucose),), device, "meter", {"glucose_mg_dl": glucose}),
        Utterance((remote(device, button, counter),), device, "button", {"button": button}),
        Utterance((sensor,), device, "sensor", reading),
    ]
    return draw(st.sampled_from(said))


@st.composite
def _mysentry_statuses(draw: st.DrawFn) -> Utterance:
    device, time = draw(device_ids(6)), _draw_time(draw)
    glucose, previous = draw(st.tuples(*[st.integers(40, 400)] * 2))
    tenths, strokes = draw(st.integers(0, 3_000)), draw(st.integers(0, 1_000))
    quarters = draw(st.integers(0, 4))
    status = PumpStatus(
        time, glucose, previous, tenths / 10, strokes / 40, quarters * 25, sensor_time=time
    )
    fields: dict[str, FieldValue] = {
        "glucose_mg_dl": glucose,
        "previous_glucose_mg_dl": previous,
        "reservoir_iu": tenths / 10,
        "active_insulin_iu": strokes / 40,
        "battery_percent": quarters * 25,
        "pump_time": time.isoformat(),
    }
    packet = MySentry(device).status(draw(st.integers(0, 127)), status)
    return Utterance((packet,), device, "status", fields)


def omnipod_utterances() -> st.SearchStrategy[Utterance]:
    """Draw what an Eros pod and its manager say.

    Returns
    -------
    SearchStrategy of Utterance
        Each of one packet or more.
    """
    return st.one_of(_pod_orders(), _pod_answers())


@st.composite
def _pod_orders(draw: st.DrawFn) -> Utterance:
    nonce = draw(st.integers(0, 2**32 - 1))
    pulses = draw(st.integers(1, 600))
    hourly, steps = draw(st.integers(1, 600)), draw(st.integers(1, 24))
    cancel = draw(st.sampled_from(sorted(omnipod_insulin.CANCEL_MASKS)))
    mask = omnipod_insulin.CANCEL_MASKS[cancel]
    names = tuple(n for n, bit in (("basal", 1), ("temp-basal", 2), ("bolus", 4)) if mask & bit)
    status = draw(st.sampled_from([0, 1, 2]))
    secret: dict[str, FieldValue] = {"nonce_hex": f"{nonce:08x}"}
    orders: list[tuple[tuple[bytes, ...], Command, dict[str, FieldValue]]] = [
        (omnipod_insulin.bolus(nonce, pulses / 20), "bolus", secret | {"units_iu": pulses / 20}),
        (
            omnipod_insulin.temp_basal(nonce, hourly / 20, steps * 1_800),
            "temp-basal",
            secret | {"duration_s": steps * 1_800.0},
        ),
        (
            (omnipod_insulin.cancel(nonce, cancel),),
            "suspend" if cancel == "all" else "cancel",
            secret | {"cancels": names},
        ),
        ((omnipod_blocks.deactivate(nonce),), "deactivate", secret),
        ((omnipod_blocks.get_status(status),), "read", {"status_type": status}),
    ]
    blocks, command, fields = draw(st.sampled_from(orders))
    return _draw_message(draw, "PDM", blocks, command, fields)


@st.composite
def _pod_answers(draw: st.DrawFn) -> Utterance:
    delivery = draw(st.sampled_from(sorted(omnipod_blocks.DELIVERIES)))
    delivered, undelivered = draw(st.integers(0, 0x1FFF)), draw(st.integers(0, 0x3FF))
    minutes, left = draw(st.integers(0, 0x1FFF)), draw(st.integers(0, 0x3FE) | st.none())
    status = omnipod_blocks.PodStatus(
        delivery,
        draw(st.integers(0, 15)),
        delivered / 20,
        undelivered / 20,
        draw(st.integers(0, 15)),
        draw(st.integers(0, 255)),
        minutes,
        None if left is None else left / 20,
    )
    fields: dict[str, FieldValue] = {
        "delivery": delivery,
        "delivered_iu": delivered / 20,
        "not_delivered_iu": undelivered / 20,
        "last_programming_sequence": status.programming_sequence,
        "time_active_s": minutes * 60,
        "reservoir_iu": status.reservoir_iu,
    }
    block = draw(st.sampled_from([status.response(), status.detailed()]))
    return _draw_message(draw, "POD", (block,), "status", fields)


def _draw_message(
    draw: st.DrawFn,
    kind: str,
    blocks: tuple[bytes, ...],
    command: Command,
    fields: dict[str, FieldValue],
) -> Utterance:
    """Put blocks into packets with drawn address and sequences."""
    address = draw(device_ids(8))
    text = omnipod.message(address, draw(st.integers(0, 15)), *blocks)
    packets = omnipod.packets_of(text, kind, draw(st.integers(0, 31)))
    return Utterance(packets, address, command, fields)


def _draw_time(draw: st.DrawFn) -> datetime:
    """Draw a local time of this century, in whole seconds."""
    seconds = draw(st.integers(0, 90 * 365 * 86_400))
    return datetime(2005, 1, 1, tzinfo=UTC).replace(tzinfo=None) + timedelta(seconds=seconds)
