"""Reading a source to its end, good or bad."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest

from medmon.capture import Facts, open_source
from medmon.errors import MedmonError

ReadAll: TypeAlias = Callable[..., tuple[list[Any], MedmonError | None]]


@pytest.fixture
def read_all() -> ReadAll:
    """Open a source, take everything it gives, and say what it ended with."""

    def read(
        uri: object, facts: Facts | None = None, block_samples: int = 65_536
    ) -> tuple[list[Any], MedmonError | None]:
        items: list[Any] = []
        with open_source(str(uri), facts=facts or Facts(), block_samples=block_samples) as source:
            try:
                items.extend(iter(source))
            except MedmonError as error:
                return items, error
        return items, None

    return read
