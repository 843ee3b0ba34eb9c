"""Nothing but the effort comes in, what was heard in noise goes out: it should be nothing.

The noise is that of the receiver of `stretches`, in its 8 bits, its own carrier included. Frames
are sync words that noise seemed to hold; only what passes a check and is believed is a mistake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from medmon.bench.hearing import Ear
from medmon.bench.job import Job
from medmon.bench.results import Effort, Silence
from medmon.bench.stretches import RECEIVER, TUNED_HZ
from medmon.capture.formats import FORMATS, iq_from_bytes
from medmon.records import Block, Span
from signal_fixtures.adc import bytes_from_iq
from signal_fixtures.channel import CHUNK_SAMPLES, Scene

RATE_HZ = 1.024e6
_SECONDS: Mapping[Effort, float] = {"quick": 60.0, "full": 3600.0}
_TELL_BLOCKS = 100


def measure(job: Job) -> Silence:
    """Listen to noise.

    Parameters
    ----------
    job : Job
        How much is to be done.

    Returns
    -------
    Silence
        What was heard.
    """
    run, seconds = job.run(), _SECONDS[job.effort]
    ear, counts = Ear(), Counter[str]()
    for burst in ear.bursts(_noise(job, seconds)):
        counts["bursts"] += 1
        counts["frames"] += bool(burst.frames)
        counts["believed"] += sum(1 for _ in ear.packets(burst))
    return Silence(
        run=run,
        rate_hz=RATE_HZ,
        seconds=seconds,
        bursts=counts["bursts"],
        frames=counts["frames"],
        believed=counts["believed"],
    )


def _noise(job: Job, seconds: float) -> Iterator[Block]:
    """Make blocks of noise as the receiver's bytes give them."""
    scene = Scene(RATE_HZ, round(seconds * RATE_HZ), (), RECEIVER, seed=job.seed)
    for start, iq in scene.blocks():
        if start // CHUNK_SAMPLES % _TELL_BLOCKS == 0:
            job.told(start / scene.sample_count)
        heard = iq_from_bytes(bytes_from_iq(iq, "cu8"), FORMATS["cu8"])
        span = Span("noise", start, iq.size)
        yield Block(span, round(start * 1e9 / RATE_HZ), RATE_HZ, TUNED_HZ, heard)
