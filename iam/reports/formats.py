"""The formats of a report: the one list that the command line, its help and the tests read.

A new format is a module of its own in this package and one entry of `FORMATS`. Writers are imported
when they run: the command line asks for the names at every start.

The JSON and the CSV are a contract (docs/formats.md): people script against them. Each format makes
text from AWS harmless in its own way: no escape sequence, formula or markup gets through.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol, get_args

if TYPE_CHECKING:
    from iam.reports.audit import Audit


Detail = Literal["principals", "sections", "actions"]
"""How much a report says of each principal: its verdict, that on each section, on each action."""
DETAILS: tuple[Detail, ...] = get_args(Detail)
_IN_A_ROW: tuple[Detail, ...] = ("principals", "sections")
"""What fits in one row per principal."""


class Terminal(NamedTuple):
    """The terminal that a report is written to."""

    width: int
    """In cells."""
    colour: bool = True
    unicode: bool = True


class Options(NamedTuple):
    """How a report is to be written."""

    detail: Detail | None = None
    """None leaves it to the format."""
    terminal: Terminal | None = None
    """None for a file or a pipe."""


DEFAULT_OPTIONS = Options()


class Writer(Protocol):
    """Writes an audit in one format."""

    def __call__(self, audit: Audit, options: Options = DEFAULT_OPTIONS, /) -> Iterable[str]:
        """Return the report in pieces, to be written as they come."""


class ReportFormat(NamedTuple):
    """One format in which an audit can be written."""

    name: str
    """As `--format` takes it."""
    help: str
    """What it is for, in a few words."""
    suffix: str
    """Of the name of a file in this format, without the dot."""
    write: Writer
    other_suffixes: tuple[str, ...] = ()
    """Further ones by which a file's name chooses it."""
    details: tuple[Detail, ...] = DETAILS
    """What it can say of each principal."""
    lists_differences: bool = True
    """Whether it says about what AWS's simulator disagrees with the verdicts."""


def _table(audit: Audit, options: Options = DEFAULT_OPTIONS, /) -> Iterable[str]:
    from iam.reports.table_format import as_table

    return [as_table(audit, options.detail or "sections", options.terminal)]


def _json(audit: Audit, options: Options = DEFAULT_OPTIONS, /) -> Iterable[str]:
    from iam.reports.json_format import as_json

    return as_json(audit, options.detail or "actions")


def _csv(audit: Audit, options: Options = DEFAULT_OPTIONS, /) -> Iterable[str]:
    from iam.reports.csv_format import as_csv

    return [as_csv(audit, options.detail or "sections")]


def _markdown(audit: Audit, options: Options = DEFAULT_OPTIONS, /) -> Iterable[str]:
    from iam.reports.markdown_format import as_markdown

    return as_markdown(audit, options.detail or "sections")


def _html(audit: Audit, options: Options = DEFAULT_OPTIONS, /) -> Iterable[str]:
    from iam.reports.html_format import as_html

    return as_html(audit, options.detail)


FORMATS = {
    each.name: each
    for each in (
        ReportFormat("table", "aligned columns for a terminal", "txt", _table, details=_IN_A_ROW),
        ReportFormat("json", "everything, for scripts", "json", _json),
        ReportFormat(
            "csv",
            "a row per principal, for spreadsheets",
            "csv",
            _csv,
            details=_IN_A_ROW,
            lists_differences=False,
        ),
        ReportFormat(
            "markdown", "a table for a ticket or a pull request", "md", _markdown, ("markdown",)
        ),
        ReportFormat("html", "one page for a ticket, without scripts", "html", _html, ("htm",)),
    )
}
"""All formats by name, in the order in which they are listed."""
DEFAULT_FORMAT = "table"
KEY_FORMATS = ("table", "json", "csv")
"""The names of those in which API keys can be listed."""


def format_of_file(path: str | None) -> str:
    """The name of the format that a file's name ends in; the default if there is none."""
    suffix = PurePath(path).suffix[1:].lower() if path else ""
    for each in FORMATS.values():
        if suffix in (each.suffix, *each.other_suffixes):
            return each.name
    return DEFAULT_FORMAT
