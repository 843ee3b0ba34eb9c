"""An account comes in, a folder with the page and its pictures comes out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from medmon.report.account import Account
from medmon.report.air import Air, air_png, overview_png
from medmon.report.page import Picture, page_from_account
from medmon.report.radios import radios_png
from medmon.report.timeline import SHORT_S, timeline_png


def write_report(account: Account, folder: Path, air: Air | None = None) -> Path:
    """Write the page, and its pictures beside it.

    Parameters
    ----------
    account : Account
        What to tell.
    folder : Path
        Where to; it is made when it is not there, and files of the same names are overwritten.
    air : Air or None
        The power on the air, where samples were at hand.

    Returns
    -------
    Path
        The page. It holds the pictures itself; the files beside it are for other uses.

    Raises
    ------
    OSError
        If something cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    pictures = list(pictures_of(account, air))
    for picture in pictures:
        (folder / f"{picture.name}.png").write_bytes(picture.png)
    page = folder / "report.html"
    page.write_text(page_from_account(account, pictures), encoding="utf-8")
    return page


def pictures_of(account: Account, air: Air | None = None) -> Iterator[Picture]:
    """Draw the pictures of an account.

    Parameters
    ----------
    account : Account
        What to draw.
    air : Air or None
        The power on the air, where samples were at hand.

    Yields
    ------
    Picture
        The most telling one first.
    """
    yield _overview(account, air)
    radios = radios_png(account)
    if radios is not None:
        yield Picture(
            "radios",
            "Whose radio it was",
            "Signal strength against carrier offset of everything that was understood, one panel "
            "for each protocol; points of one transmitter lie close together.",
            "Each point is one transmission. A transmitter gives one small cloud, because its "
            "crystal and its place stay the same; a second cloud under the same address is "
            "another transmitter, such as a pump's own programmer, or a stranger. Offsets count "
            "from the protocol's own frequency, or from the middle of the band where that is not "
            "in it.",
            radios,
        )
    if air is not None:
        yield Picture(
            "spectrogram",
            "What was on the air",
            "Spectrogram: time to the right, frequency upwards, brighter is stronger; boxes mark "
            "what was heard.",
            "Boxes stand around the first copy of what was said; repeats follow without a box.",
            air_png(account, air),
        )


def _overview(account: Account, air: Air | None) -> Picture:
    has_band = air is not None and account.duration_s <= SHORT_S
    band = "Above, the band: brighter is stronger. Below, what was made of it. " if has_band else ""
    truth = (
        " Shaded columns are attacks, from the truth that medmon did not see; A1, A2 and so on "
        "number them as the table does."
        if account.hindsight is not None and account.hindsight.attacks
        else ""
    )
    return Picture(
        "overview",
        "At a glance",
        f"Timeline with a lane for each device; {len(account.transmissions)} transmissions and "
        f"{len(account.alarms)} alarms. The tables below hold the same facts.",
        f"{band}Each device has a lane; ticks are transmissions, coloured by what was said. "
        "Triangles, diamonds and circles are alarms, at the time of what they rest on; their "
        f"numbers are those of the table.{truth}",
        timeline_png(account) if air is None else overview_png(account, air),
    )
