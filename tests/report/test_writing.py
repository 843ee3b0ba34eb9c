"""The folder of a report: a page that stands alone, pictures beside it for other uses."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

from medmon.report.account import Account, account_from_lines
from medmon.report.air import Air
from medmon.report.writing import pictures_of, write_report


def test_page_and_pictures_are_written(tmp_path: Path, known_evening: Account, air: Air) -> None:
    """The page holds the very pictures that lie beside it."""
    page = write_report(known_evening, tmp_path / "new" / "folder", air)
    files = {path.name for path in page.parent.iterdir()}
    assert files == {"report.html", "overview.png", "radios.png", "spectrogram.png"}
    text = page.read_text(encoding="utf-8")
    for name in files - {"report.html"}:
        assert b64encode((page.parent / name).read_bytes()).decode() in text


def test_without_samples_there_is_no_picture_of_the_band(evening: Account) -> None:
    """A report made of records alone."""
    assert [picture.name for picture in pictures_of(evening)] == ["overview", "radios"]


def test_what_is_not_there_is_not_explained(
    known_evening: Account, evening: Account, air: Air
) -> None:
    """Captions speak of attacks only where the truth is drawn, of the band only where it is."""
    assert "attacks" in next(pictures_of(known_evening, air)).caption
    assert "attacks" not in next(pictures_of(evening, air)).caption
    assert "band" not in next(pictures_of(evening)).caption


def test_a_quiet_night_has_one_picture() -> None:
    """Nothing was understood, so there are no radios to compare."""
    quiet = account_from_lines([], title="t", intro="i")
    assert [picture.name for picture in pictures_of(quiet)] == ["overview"]
