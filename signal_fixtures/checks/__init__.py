"""A plugin comes in; nothing comes out, or an error that says which promise it does not keep.

These are the promises that every decoder, detector, source and sink makes to the rest of the
house. They are public: a plugin in another package is held to them by one line in its tests, with
its own sample data::

    from signal_fixtures.checks import check_detector

    def test_conformance() -> None:
        check_detector(MyDetector)

Each suite is also a tuple of single checks (`DECODER_CHECKS` and so on), for a test runner that
wants to report them one by one; `NEED_PACKETS` are those of a decoder that say nothing without
good packets. Of medmon they know the nouns only.
"""

from __future__ import annotations

from signal_fixtures.checks.decoder import DECODER_CHECKS, NEED_PACKETS, check_decoder
from signal_fixtures.checks.detector import DETECTOR_CHECKS, check_detector
from signal_fixtures.checks.promise import BrokenPromiseError
from signal_fixtures.checks.sink import SINK_CHECKS, check_sink
from signal_fixtures.checks.source import SOURCE_CHECKS, check_source

__all__ = [
    "BrokenPromiseError",
    "DECODER_CHECKS",
    "DETECTOR_CHECKS",
    "NEED_PACKETS",
    "SINK_CHECKS",
    "SOURCE_CHECKS",
    "check_decoder",
    "check_detector",
    "check_sink",
    "check_source",
]
