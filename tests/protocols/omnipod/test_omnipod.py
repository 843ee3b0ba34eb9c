"""The Omnipod decoder as the registry and the reader see it."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from medmon import plugins
from medmon.protocols import Decoder
from medmon.protocols.omnipod import PLUGIN
from medmon.records import Message, Packet, Rejection

packets = st.builds(
    Packet,
    protocol=st.just("omnipod"),
    data=st.binary(max_size=40),
    link=st.just("1f07b1ee"),
    part=st.sampled_from(["whole", "first", "rest"]),
)


def test_found_by_its_name() -> None:
    """A site enables it by writing "omnipod"."""
    decoder: Decoder = plugins.load("protocols", "omnipod")
    assert decoder is PLUGIN
    assert decoder.name == "omnipod"


@given(st.lists(packets, max_size=4))
def test_message_is_total_and_pure(given_packets: Sequence[Packet]) -> None:
    """Packets that no decoder would have made neither raise nor change the answer."""
    found = PLUGIN.message(given_packets)
    assert found == PLUGIN.message(given_packets)
    assert found is None or isinstance(found, Message | Rejection)


def test_no_packets_is_a_rejection() -> None:
    """Nothing at all says nothing."""
    assert PLUGIN.message([]) == Rejection("omnipod", "length", "no packet")
