"""The formats of a report: the one list that the command line, its help and the tests read.

A new format is a module of its own in this package and one entry of `FORMATS`. Writers are imported
when they run: the command line asks for the names at every start.

The JSON and the CSV are a contract (docs/formats.md): people script against them. Each format makes
text from AWS harmless in its own way: no escape sequence, formula or markup gets through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from iam.reports.audit import Audit


class ReportFormat(NamedTuple):
    """One format in which an audit can be written."""

    name: str
    """As `--format` takes it."""
    help: str
    """What it is for, in a few words."""
    suffix: str
    """Of the name of a file in this format, without the dot."""
    write: Callable[[Audit], Iterable[str]]
    """Returns the report in pieces, to be written as they come."""


def _table(audit: Audit) -> Iterable[str]:
    from iam.reports.table_format import as_table

    return [as_table(audit)]


def _json(audit: Audit) -> Iterable[str]:
    from iam.reports.json_format import as_json

    return as_json(audit)


def _csv(audit: Audit) -> Iterable[str]:
    from iam.reports.csv_format import as_csv

    return [as_csv(audit)]


def _markdown(audit: Audit) -> Iterable[str]:
    from iam.reports.markdown_format import as_markdown

    return [as_markdown(audit)]


FORMATS = {
    each.name: each
    for each in (
        ReportFormat("table", "aligned columns for a terminal", "txt", _table),
        ReportFormat("json", "everything, for scripts", "json", _json),
        ReportFormat("csv", "a row per principal, for spreadsheets", "csv", _csv),
        ReportFormat("markdown", "a table for a ticket or a pull request", "md", _markdown),
    )
}
"""All formats by name, in the order in which they are listed."""
DEFAULT_FORMAT = "table"


def format_of_file(path: str | None) -> str:
    """The name of the format that a file's name ends in; the default if there is none."""
    suffix = PurePath(path).suffix[1:].lower() if path else ""
    return next((each.name for each in FORMATS.values() if each.suffix == suffix), DEFAULT_FORMAT)
