"""Emissions come in, labels go out: what is in a recording, as SigMF annotations, and back.

Each emission becomes one annotation with SigMF's own keys (`core:sample_start`,
`core:sample_count`, `core:freq_lower_edge`, `core:freq_upper_edge`, `core:label`,
`core:comment`) and keys of the extension ``medmon``:

=======================  ======================================================================
key                      meaning
=======================  ======================================================================
medmon:toa_ns            UTC time at which the first chip begins, integer nanoseconds
medmon:family            "medtronic", "omnipod" or "foreign"
medmon:device            address in the packet, lower-case hexadecimal
medmon:sender            name of the transmitter in the scenario
medmon:command           kind of thing said, in the words of medmon's records
medmon:packet_hex        link-layer bytes, check included
medmon:attack            name of the attack, or null
medmon:rssi_dbfs         power while the carrier is on
medmon:cfo_hz            offset from the carrier the sender means to use
medmon:clock_ppm         error of the symbol clock
medmon:fields            values the message carries
=======================  ======================================================================

An attack that sends nothing (silence) is told by its `Window`: `medmon:attacks` in the global part.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from medmon.records import FieldValue, Transmission
from signal_fixtures.bed import ORDINARY, Band, Emission

NAMESPACE = "medmon"


@dataclass(frozen=True, slots=True)
class Truth:
    """What really was on the air, once.

    Attributes
    ----------
    sample_start, sample_count : int
        Samples it covers, first whole sample to last.
    freq_lower_hz, freq_upper_hz : float
        Edges of the band it occupies.
    time_ns : int
        UTC time at which the first chip begins.
    family : str
        Device family.
    device : str
        Address in the packet.
    sender : str
        Name of the transmitter in the scenario.
    command : str
        Kind of thing said.
    text : str
        One line for a person.
    packet : bytes
        Link-layer bytes, check included.
    attack : str or None
        Name of the attack it belongs to; None is ordinary.
    rssi_dbfs : float
        Power while the carrier is on.
    cfo_hz : float
        Offset from the carrier the sender means to use.
    clock_ppm : float
        Error of the symbol clock.
    fields : mapping
        Values the message carries.
    """

    sample_start: int
    sample_count: int
    freq_lower_hz: float
    freq_upper_hz: float
    time_ns: int
    family: str
    device: str
    sender: str
    command: str
    text: str
    packet: bytes
    attack: str | None
    rssi_dbfs: float
    cfo_hz: float
    clock_ppm: float = 0.0
    fields: Mapping[str, FieldValue] = field(default_factory=dict)


def half_width_hz(emission: Emission) -> float:
    """Give half the width of the band that an emission occupies, by Carson's rule.

    Parameters
    ----------
    emission : Emission
        The emission.

    Returns
    -------
    float
        Hertz on each side of the carrier.
    """
    keying = emission.signal.keying
    return keying.deviation_hz + keying.symbol_rate_hz


def truth_from_emission(emission: Emission, band: Band, epoch_ns: int) -> Truth:
    """Say what an emission is, in terms of the samples of a recording.

    Parameters
    ----------
    emission : Emission
        The emission.
    band : Band
        What the receiver sees.
    epoch_ns : int
        UTC time of sample 0.

    Returns
    -------
    Truth
        The truth.
    """
    start = (emission.time_ns - epoch_ns) * band.rate_hz / 1e9
    stop = (emission.end_ns - epoch_ns) * band.rate_hz / 1e9
    carrier_hz = emission.freq_hz + emission.cfo_hz
    width_hz = half_width_hz(emission)
    meaning = emission.meaning
    return Truth(
        sample_start=round(start),
        sample_count=max(1, round(stop) - round(start)),
        freq_lower_hz=carrier_hz - width_hz,
        freq_upper_hz=carrier_hz + width_hz,
        time_ns=emission.time_ns,
        family=emission.signal.family,
        device=meaning.device,
        sender=emission.sender,
        command=meaning.command,
        text=meaning.text,
        packet=emission.signal.packet,
        attack=None if emission.label == ORDINARY else emission.label,
        rssi_dbfs=emission.rssi_dbfs,
        cfo_hz=emission.cfo_hz,
        clock_ppm=emission.clock_ppm,
        fields=dict(meaning.fields),
    )


def annotation_from_truth(truth: Truth) -> dict[str, Any]:
    """Write a truth as a SigMF annotation.

    Parameters
    ----------
    truth : Truth
        The truth.

    Returns
    -------
    dict
        The annotation.
    """
    return {
        "core:sample_start": truth.sample_start,
        "core:sample_count": truth.sample_count,
        "core:freq_lower_edge": truth.freq_lower_hz,
        "core:freq_upper_edge": truth.freq_upper_hz,
        "core:label": truth.attack or truth.family,
        "core:comment": f"{truth.sender}: {truth.text}",
        "medmon:toa_ns": truth.time_ns,
        "medmon:family": truth.family,
        "medmon:device": truth.device,
        "medmon:sender": truth.sender,
        "medmon:command": truth.command,
        "medmon:packet_hex": truth.packet.hex(),
        "medmon:attack": truth.attack,
        "medmon:rssi_dbfs": truth.rssi_dbfs,
        "medmon:cfo_hz": truth.cfo_hz,
        "medmon:clock_ppm": truth.clock_ppm,
        "medmon:fields": dict(truth.fields),
    }


def truth_from_annotation(annotation: Mapping[str, Any]) -> Truth | None:
    """Read a truth back.

    Parameters
    ----------
    annotation : mapping
        A SigMF annotation.

    Returns
    -------
    Truth or None
        The truth; None for an annotation that is not one of these.

    Raises
    ------
    ValueError
        If it is one of these, and a key is missing or cannot be read.
    """
    if "medmon:packet_hex" not in annotation:
        return None
    try:
        sender = annotation["medmon:sender"]
        return Truth(
            sample_start=annotation["core:sample_start"],
            sample_count=annotation["core:sample_count"],
            freq_lower_hz=annotation["core:freq_lower_edge"],
            freq_upper_hz=annotation["core:freq_upper_edge"],
            time_ns=annotation["medmon:toa_ns"],
            family=annotation["medmon:family"],
            device=annotation["medmon:device"],
            sender=sender,
            command=annotation["medmon:command"],
            text=annotation["core:comment"].removeprefix(f"{sender}: "),
            packet=bytes.fromhex(annotation["medmon:packet_hex"]),
            attack=annotation["medmon:attack"],
            rssi_dbfs=annotation["medmon:rssi_dbfs"],
            cfo_hz=annotation["medmon:cfo_hz"],
            clock_ppm=annotation["medmon:clock_ppm"],
            fields=annotation["medmon:fields"],
        )
    except KeyError as error:
        raise ValueError(f"annotation without {error.args[0]}: {dict(annotation)}") from error


def truths_from_metadata(metadata: Mapping[str, Any]) -> tuple[Truth, ...]:
    """Read all truths of a recording.

    Parameters
    ----------
    metadata : mapping
        The contents of a .sigmf-meta file.

    Returns
    -------
    tuple of Truth
        In order of their first sample.

    Raises
    ------
    ValueError
        If an annotation of this kind cannot be read.
    """
    found = (truth_from_annotation(item) for item in metadata.get("annotations", ()))
    return tuple(sorted((t for t in found if t is not None), key=lambda t: t.sample_start))


def heard(
    truths: Sequence[Truth],
    transmissions: Iterable[Transmission],
    *,
    tolerance_ns: int = 2_000_000,
    window_ns: int = 10_000_000_000,
) -> tuple[tuple[Truth, Transmission | None], ...]:
    """Set beside each truth the transmission that reports it.

    Repeats are folded and packets of a message joined, so one transmission may report many
    truths: it reports those that carry bytes of its own and begin with it or soon after. Of
    several, the latest one does.

    Parameters
    ----------
    truths : sequence of Truth
        What was on the air, in any order.
    transmissions : iterable of Transmission
        What the monitor reported.
    tolerance_ns : int
        How much before the transmission's time of arrival a truth may begin.
    window_ns : int
        How much after it.

    Returns
    -------
    tuple of (Truth, Transmission or None)
        One pair for each truth, in the order given; None where nothing reports it.
    """
    reports = sorted((t for t in transmissions if t.raw), key=lambda t: t.time_ns)
    times = [report.time_ns for report in reports]
    pairs: list[tuple[Truth, Transmission | None]] = []
    for truth in truths:
        first = bisect_left(times, truth.time_ns - window_ns)
        last = bisect_right(times, truth.time_ns + tolerance_ns)
        near = (r for r in reversed(reports[first:last]) if r.raw and truth.packet in r.raw)
        pairs.append((truth, next(near, None)))
    return tuple(pairs)
