"""Ctrl-C is a flag first, and an exception the second time."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from medmon.playback import Interrupt


@pytest.fixture(autouse=True)
def _heard() -> Iterator[None]:
    """A run in the background ignores Ctrl-C; here it counts, as it does on a terminal."""
    outer = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, outer)


def test_the_first_signal_is_noted_and_the_second_acts() -> None:
    """Work is closed cleanly; whoever cannot wait presses again."""
    before = signal.getsignal(signal.SIGINT)
    with Interrupt() as interrupt:
        assert not interrupt.is_asked
        os.kill(os.getpid(), signal.SIGINT)
        assert interrupt.is_asked
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_nothing_happened() -> None:
    """Without a signal the old state comes back."""
    before = signal.getsignal(signal.SIGINT)
    with Interrupt() as interrupt:
        pass
    assert not interrupt.is_asked
    assert signal.getsignal(signal.SIGINT) is before
