"""Files named medmon.toml go in, one checked `Config` comes out, or all mistakes at once.

`tables` says what may stand in a configuration (`limits`: within which bounds), `files` finds and
reads it, `checking` checks it, `drafts` keeps what is right in one with mistakes, `writing` prints
it.
"""

from __future__ import annotations

from medmon.config.checking import Mistake, checked, json_schema
from medmon.config.drafts import Draft, draft_from_files
from medmon.config.files import (
    Loaded,
    config_from_file,
    config_from_files,
    config_from_text,
    find_config,
    search_order,
)
from medmon.config.tables import (
    ArrayTable,
    CalibrationTable,
    Config,
    Detector,
    Device,
    Neighbour,
    Output,
    Patient,
    PolicyTable,
    Privacy,
    Response,
    Site,
    SourceTable,
    Store,
    Table,
    Web,
)
from medmon.config.writing import plain_from_table, toml_from_tables

__all__ = [
    "Config",
    "Site",
    "Device",
    "Neighbour",
    "Patient",
    "SourceTable",
    "ArrayTable",
    "CalibrationTable",
    "PolicyTable",
    "Detector",
    "Output",
    "Store",
    "Web",
    "Response",
    "Privacy",
    "Table",
    "Mistake",
    "checked",
    "json_schema",
    "Loaded",
    "Draft",
    "draft_from_files",
    "find_config",
    "search_order",
    "config_from_files",
    "config_from_file",
    "config_from_text",
    "plain_from_table",
    "toml_from_tables",
]
