"""Sphinx: the pages of this folder come in, a site that works offline goes out."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

project = "medmon"
author = "the medmon authors"
release = import_module("medmon").__version__
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_theme_options = {"page_width": "62rem", "sidebar_width": "15rem", "fixed_sidebar": True}
html_show_sourcelink = False
html_static_path: list[str] = []
# Everything a page needs stands beside it: hospitals read this without the Internet.
html_use_opensearch = ""

import_module("generate").write_pages(HERE / "reference" / "generated")
