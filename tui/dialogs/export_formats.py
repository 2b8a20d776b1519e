"""The formats of an export: those of the reports, and a picture of the screen."""

from __future__ import annotations

from typing import NamedTuple

from textual.content import Content

from iam.reports.formats import FORMATS
from widgets.wrapping import shortened

PICTURE = "svg"
"""The format that is no report, but a picture of the screen."""


class Format(NamedTuple):
    """A format of the dialog."""

    name: str
    help: str
    suffix: str
    """The ending of a file's name, with the dot."""
    other_suffixes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The letter that chooses it."""
        return self.name[0]


# The table is for a terminal, and few people want to read JSON.
_REPORTS = sorted((f for f in FORMATS.values() if f.name != "table"), key=lambda f: f.name != "csv")
EXPORT_FORMATS = (
    *(
        Format(f.name, f.help, f".{f.suffix}", tuple(f".{each}" for each in f.other_suffixes))
        for f in _REPORTS
    ),
    Format(PICTURE, "a picture of the screen", f".{PICTURE}"),
)
"""The first one is proposed."""


def format_of_ending(suffix: str) -> Format | None:
    """The format of files whose names end in this."""
    ending = suffix.lower()
    return next((f for f in EXPORT_FORMATS if ending in (f.suffix, *f.other_suffixes)), None)


def line_of(form: Format, width: int = 0) -> Content:
    """The line of a format in the dialog.

    Args:
        form: The format.
        width: Cells that it may take; 0 for as many as it needs.
    """
    head = f" {form.key} {form.name:<10}"
    words = shortened(form.help, width - len(head)) if width else form.help
    return Content.assemble((head[:3], "bold"), head[3:], words)
