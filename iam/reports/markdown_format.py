"""An audit as Markdown, for a ticket or a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from iam.account.model import Principal
from iam.reports.audit import Audit
from iam.reports.formats import Detail
from iam.reports.organization_overview import left_out
from iam.reports.overview import GLYPHS, account_name, facts, overview
from iam.reports.verification import DIFFERENCE, differences, verification_in_words
from iam.text import safe
from iam.verdicts.result import PrincipalResult
from iam.verdicts.simulation import LEFT_OUT
from iam.verdicts.verdict import count_in_words


def as_markdown(audit: Audit, detail: Detail = "sections") -> Iterator[str]:
    """A heading, the facts, a table of principals, and what could not be read.

    Args:
        audit: The audit.
        detail: `principals` leaves out the columns of the sections, `actions` lists the entries of
            each principal as well.

    Returns:
        The report in pieces.
    """
    head, rows = overview(audit, detail)
    lines = [f"# Bedrock access in {_escaped(account_name(audit))}", ""]
    lines += [f"{_escaped(line)}  " for line in facts(audit)]
    lines += ["", *_table(head, rows)]
    if unread := audit.gaps:
        lines += ["", "## Not read", ""]
        lines += [
            f"- {_escaped(u.what)}: {_escaped(u.error)}, {_escaped(u.message)}" for u in unread
        ]
    if audit.verified is not None:
        lines += ["", "## AWS's simulator", ""]
        lines += [f"{_escaped(line)}  " for line in verification_in_words(audit.verified)]
        if found := differences(audit.verified):
            lines += ["", *_table(DIFFERENCE, found)]
        lines += ["", _escaped(LEFT_OUT)]
    yield "\n".join([*lines, "", left_out(audit.account.organization), ""])
    if detail == "actions":
        for principal, result in audit.results:
            yield _entries(principal, result)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    titles = [*map(_escaped, head)]
    lines = [f"| {' | '.join(titles)} |", f"|{' --- |' * len(titles)}"]
    return lines + [f"| {' | '.join(map(_escaped, row))} |" for row in rows]


def _entries(principal: Principal, result: PrincipalResult) -> str:
    """The entries of a principal, each with what it comes from."""
    title = f"{principal.type} {principal.name}: {GLYPHS[result.verdict]} {result.verdict}"
    lines = ["", f"## {_escaped(title)}"]
    for section in result.sections:
        count = count_in_words(section.verdict, section.granted, section.total)
        lines += ["", f"{GLYPHS[section.verdict]} {_escaped(section.title)} {count}", ""]
        for entry in section.entries:
            means = f": {_escaped('; '.join(entry.means))}" if entry.means else ""
            lines.append(f"- {GLYPHS[entry.verdict]} {_escaped(entry.action)}{means}")
    return "\n".join([*lines, ""])


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|~!&])", r"\\\1", safe(text))
