"""An audit as JSON, CSV, Markdown or a plain table, for scripts, spreadsheets and tickets.

The JSON and the CSV are a contract (docs/formats.md): people script against them.
Text from AWS is made harmless for each format: no escape sequence, no formula, no markup gets
through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from iam.account.model import Principal
from iam.reports.audit import Audit
from iam.reports.json_format import as_json
from iam.text import safe
from iam.verdicts.result import PrincipalResult
from iam.verdicts.verdict import Verdict

if TYPE_CHECKING:
    from iam.changes.history import BatchRecord

_GLYPHS = {
    Verdict.GRANTED: "●",
    Verdict.PARTIAL: "◐",
    Verdict.DENIED: "✗",
    Verdict.NONE: "○",
    Verdict.UNKNOWN: "?",
}
NOT_JUDGED = (
    "Not judged: service and resource control policies, session policies, resource-based policies."
)


def as_csv(audit: Audit) -> str:
    """A row per principal, a column per section."""
    sids = [section.sid for section in audit.sections]
    head = "account,type,name,arn,path,attached_direct,attached_via_groups,boundary,verdict"
    # Of a single action the reason fits in a cell.
    by = ["by"] if audit.only else []
    lines = [_csv_line([*head.split(","), *sids, *by])]
    for principal, result in audit.results:
        row = [
            audit.account.id,
            principal.type,
            principal.name,
            principal.arn,
            principal.path,
            "true" if result.attached.direct else "false",
            ";".join(result.attached.groups),
            principal.boundary or "",
            result.verdict,
            *(f"{s.verdict} {s.granted}/{s.total}" for s in result.sections),
            *(result.means for _ in by),
        ]
        lines.append(_csv_line(row))
    return "".join(lines)


def history_as_csv(batches: Iterable[BatchRecord]) -> str:
    """A row per change of the journal."""
    head = "at,change,account,caller,op,principal,policy,state,request_id,error,message"
    lines = [_csv_line(head.split(","))]
    for batch in batches:
        for made in batch.changes:
            entry = made.entry
            row = [
                made.at, entry.change, entry.account, entry.caller, entry.op, entry.principal,
                entry.policy, made.state, made.request_id, made.code, made.message,
            ]  # fmt: skip
            lines.append(_csv_line(cell or "" for cell in row))
    return "".join(lines)


# Spreadsheets split at the separator of their locale, not at the file's, and then a quotation mark
# in the middle of a line does not hold together what has a semicolon in it.
_SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫−"
_FORMULA = re.compile(rf"(^|[;|\t])([\s'\"]*)(?=[{_SIGNS}])")
_SEPARATOR = re.compile(r"[,;|\t\r\n\"]|^\s|\s$")


def _csv_line(cells: Iterable[str]) -> str:
    """A row, with quotation marks around what some locale would take for more than one cell."""
    made = map(_cell, cells)
    quoted = ('"{}"'.format(c.replace('"', '""')) if _SEPARATOR.search(c) else c for c in made)
    return ",".join(quoted) + "\n"


def _cell(text: str) -> str:
    """Keep a spreadsheet from taking a text, or a part of it that it takes for a cell, for a
    formula (https://owasp.org/www-community/attacks/CSV_Injection)."""
    return _FORMULA.sub(r"\1'\2", safe(text))


def as_markdown(audit: Audit) -> str:
    """Tables for a ticket or a pull request."""
    head, rows = _summary_table(audit)
    lines = [f"# Bedrock access in account {_md(_account_name(audit))}", ""]
    lines += [f"{_md(line)}  " for line in _facts(audit)]
    lines += ["", f"| {' | '.join(map(_md, head))} |", f"|{' --- |' * len(head)}"]
    lines += [f"| {' | '.join(map(_md, row))} |" for row in rows]
    if audit.unread:
        lines += ["", "## Not read", ""]
        lines += [f"- {_md(u.what)}: {_md(u.error)}, {_md(u.message)}" for u in audit.unread]
    return "\n".join([*lines, "", NOT_JUDGED, ""])


def _md(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|~!&])", r"\\\1", safe(text))


def as_table(audit: Audit) -> str:
    """Aligned columns for a terminal."""
    head, rows = _summary_table(audit)
    cells = [[safe(c) for c in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [safe(line) for line in _facts(audit)]
    lines.append("")
    lines += [
        "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells
    ]
    if audit.unread:
        lines += ["", "Not read:"]
        lines += [safe(f"  {u.what}: {u.error}, {u.message}") for u in audit.unread]
    return "\n".join([*lines, "", NOT_JUDGED, ""])


def _account_name(audit: Audit) -> str:
    return (
        f"{audit.account.id} ({audit.account.alias})" if audit.account.alias else audit.account.id
    )


def _facts(audit: Audit) -> list[str]:
    counts = {v: sum(r.verdict is v for _, r in audit.results) for v in Verdict}
    return [
        f"Account {_account_name(audit)}, {audit.source}, {audit.generated_at:%Y-%m-%d %H:%M} UTC",
        f"Policy {audit.managed.name} {audit.managed.version}",
        *([f"Action {audit.only}"] if audit.only else []),
        ", ".join(f"{n} {v}" for v, n in counts.items()) + f", of {len(audit.results)} principals",
    ]


def _summary_table(audit: Audit) -> tuple[list[str], list[list[str]]]:
    if audit.only:
        return _who_can(audit)
    head = ["type", "name", "policy", "verdict", *(s.sid for s in audit.sections)]
    rows = [
        [
            principal.type,
            principal.name,
            _policy(audit, principal, result),
            f"{_GLYPHS[result.verdict]} {result.verdict}",
            *(f"{_GLYPHS[s.verdict]} {s.granted}/{s.total}" for s in result.sections),
        ]
        for principal, result in audit.results
    ]
    return head, rows


def _who_can(audit: Audit) -> tuple[list[str], list[list[str]]]:
    rows = [
        [
            principal.type,
            principal.name,
            attached_in_words(result),
            f"{_GLYPHS[result.verdict]} {result.verdict}",
            result.means,
        ]
        for principal, result in audit.results
    ]
    return ["type", "name", "policy", "verdict", "by"], rows


def _policy(audit: Audit, principal: Principal, result: PrincipalResult) -> str:
    """How it has the policy, or by which others it can invoke models all the same."""
    if not result.attached and result.hidden:
        return f"hidden: {', '.join(result.hidden)}"
    return attached_in_words(result)


def attached_in_words(result: PrincipalResult) -> str:
    """How a principal has the managed policy: `direct`, `by group x`, both, or `no`."""
    ways = ["direct"] if result.attached.direct else []
    if result.attached.groups:
        ways.append("by group " + ", ".join(result.attached.groups))
    return " and ".join(ways) or "no"


FORMATS: dict[str, Callable[[Audit], Iterable[str]]] = {
    "table": lambda audit: [as_table(audit)],
    "json": as_json,
    "csv": lambda audit: [as_csv(audit)],
    "markdown": lambda audit: [as_markdown(audit)],
}
"""Each gives the report in pieces, to be written as they come."""
