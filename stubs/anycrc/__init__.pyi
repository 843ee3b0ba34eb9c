"""The part of anycrc that medmon uses; the package ships no types."""

class CRC:
    """A CRC by its parameters."""

    def __init__(
        self, width: int, poly: int, init: int, refin: bool, refout: bool, xorout: int
    ) -> None: ...
    def calc(self, data: bytes, init: int | None = None) -> int: ...
