"""Lines of records go in and are kept in one SQLite file; queries get them back.

`Store` is the only writer, `Readings` are any number of readers beside it. The file is in WAL mode,
so readers never hold up the writer. One connection both writes and checkpoints, and a lock file
keeps a second writer out: SQLite 3.7.0 to 3.51.2 can corrupt a database when one connection
checkpoints while another writes (sqlite.org/wal.html, "WAL-reset bug").

What is durable: alarms, gaps and summaries are on the disk, power cut or not, when `Store.keep`
returns (``synchronous=FULL``; ``NORMAL`` loses acknowledged commits when the power fails). Other
records are written together, at most a hundred of them or one second of stream time, so a crash
may take that many. `tables` has the layout.

Not done here: deciding when to forget, and a signed journal.
"""

from __future__ import annotations

from medmon.store.reading import Readings, Window
from medmon.store.tables import HISTORY, TABLES
from medmon.store.writing import Store

__all__ = ["HISTORY", "TABLES", "Readings", "Store", "Window"]
