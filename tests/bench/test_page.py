"""The page of the documentation says what the results say."""

from __future__ import annotations

from pathlib import Path

import pytest

from medmon.bench.page import page
from medmon.bench.results import Results
from medmon.bench.tables import tables

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_holds_every_part_and_every_key(results: Results) -> None:
    """Tables first, then what each word of the file means."""
    text = page(results)
    for table in tables(results):
        assert f"\n## {table.title}\n" in text
    assert "| medtronic-71 | 1.024 MS/s | 50 % | 11.1 | 11.4 (11.2-11.7) | +0.28 |" in text
    for key in ("`schema`", "`over_bound_db`", "`peak_rss_mib`", "`p999`"):
        assert f"\n| {key} | " in text
    assert "<!--" not in text


def test_the_page_in_the_documentation_is_made_from_the_results_beside_it() -> None:
    """Nobody can improve a figure by hand."""
    results = Results.model_validate_json((DOCS / "reference" / "bench.json").read_bytes())
    if (DOCS / "reference" / "bench.md").read_text(encoding="utf-8") != page(results):
        pytest.fail(
            "medmon bench --from docs/reference/bench.json --page docs/reference/bench.md "
            "--plot docs/images/bench.png writes it anew"
        )
    assert (DOCS / "images" / "bench.png").is_file()
