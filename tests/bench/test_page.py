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


def test_other_pages_are_linked(results: Results) -> None:
    """A terminal names the file; on the page nobody has to look for it."""
    assert "which [docs/explanation/antennas.md](../explanation/antennas.md) derives" in page(
        results
    )


def test_the_page_explains_its_words_before_it_uses_them(results: Results) -> None:
    """Who reads the first table must not have to know the field, or to search the last section."""
    head, _, _ = page(results).partition("\n## Throughput\n")
    for word in ("quick, full", "Ec/N0", "MS/s, kS/s", "p50 / p99 / p99.9", "told"):
        assert f"\n| {word} | " in head


def test_the_page_in_the_documentation_is_made_from_the_results_beside_it() -> None:
    """Nobody can improve a figure by hand."""
    results = Results.model_validate_json((DOCS / "reference" / "bench.json").read_bytes())
    if (DOCS / "reference" / "bench.md").read_text(encoding="utf-8") != page(results):
        pytest.fail(
            "medmon bench --from docs/reference/bench.json --page docs/reference/bench.md "
            "--plot docs/images/bench.png writes it anew"
        )
    assert (DOCS / "images" / "bench.png").is_file()
