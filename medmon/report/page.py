"""An account and its pictures come in, one HTML file comes out that needs nothing from anywhere.

The style and the pictures stand inside the file; there are no scripts and no links to other
places, so it can be mailed, printed, kept for years, and opened on a machine without a network.
Every value is escaped by the template engine, and control characters are shown as escapes:
whatever was heard on the air is text of a stranger.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from medmon import __version__
from medmon.report.account import Account, name_of
from medmon.report.marks import MARKS
from medmon.report.words import (
    DISCLAIMER,
    clock,
    counted,
    date,
    fields_of,
    headline,
    lasting,
    outcome_of,
    visible,
)

TRANSMISSIONS_MAX = 200
"""Rows of the table of transmissions; the records hold all."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of a page.

    Attributes
    ----------
    name : str
        File name without ending.
    title : str
        Heading above it.
    alt : str
        What it shows, for people who do not see it.
    caption : str
        How to read it.
    png : bytes
        The picture.
    """

    name: str
    title: str
    alt: str
    caption: str
    png: bytes

    @property
    def address(self) -> str:
        """The picture itself, as the address of an image."""
        return "data:image/png;base64," + b64encode(self.png).decode()


def page_from_account(account: Account, pictures: Sequence[Picture] = ()) -> str:
    """Write the page.

    Parameters
    ----------
    account : Account
        What it tells.
    pictures : sequence of Picture
        In the order in which they are shown; the first one stands before all tables.

    Returns
    -------
    str
        HTML. The same input gives the same text: no time of writing stands in it.
    """
    environment = Environment(
        loader=PackageLoader("medmon.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_printed,
    )
    environment.filters |= {
        "clock": clock, "date": date, "lasting": lasting, "counted": counted, "fields": fields_of,
    }  # fmt: skip
    template = environment.get_template("report.html.j2")
    return template.render(
        account=account,
        disclaimer=DISCLAIMER,
        headline=headline(account),
        marks=MARKS,
        name_of=name_of,
        outcome_of=outcome_of,
        pictures=pictures,
        shown=account.transmissions[:TRANSMISSIONS_MAX],
        version=__version__,
    )


def _printed(value: object) -> object:
    """Make control characters visible in text; markup of our own stays as it is."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return "\n".join(visible(line) for line in value.split("\n"))
