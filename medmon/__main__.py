"""``python -m medmon`` is the command ``medmon``."""

from __future__ import annotations

import sys

from medmon.cli import main

if __name__ == "__main__":
    sys.exit(main())
