"""Medians are those of numpy, without what numpy imports for them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from medmon.phy.middle import median


@given(count=st.integers(1, 60), seed=st.integers(0, 2**32 - 1))
def test_medians_are_those_of_numpy(count: int, seed: int) -> None:
    """To the last bit, for odd and even numbers of values in both precisions."""
    values = np.random.default_rng(seed).standard_normal(count)
    single = values.astype(np.float32)
    assert median(values) == float(np.median(values))
    assert median(single) == float(np.median(single))


def test_no_masked_arrays_are_imported() -> None:
    """Every replay starts a process, and most of them are short."""
    code = (
        "import sys, numpy as np; from medmon.phy.middle import median\n"
        "median(np.ones(4)); print('numpy.ma' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "False\n"
