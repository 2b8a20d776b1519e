"""An audit, or the history of changes, as CSV for spreadsheets: a contract (docs/formats.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from iam.account.last_use import in_utc
from iam.account.model import UNREAD_BOUNDARY, Principal
from iam.arn import Arn
from iam.reports.audit import Audit
from iam.reports.formats import Detail
from iam.reports.key_report import key_in_words
from iam.reports.overview import by_in_words
from iam.text import safe
from iam.verdicts.invocation import SHORT_WORDS
from iam.verdicts.result import PrincipalResult
from iam.verdicts.verdict import Verdict

if TYPE_CHECKING:
    from iam.changes.history import BatchRecord


_WORDS = {True: "true", False: "false", None: "unknown"}


def as_csv(audit: Audit, detail: Detail = "sections") -> str:
    """A row per principal, a column per section or route; `principals` leaves out the sections."""
    sections = audit.sections if detail != "principals" else ()
    sids = [section.sid for section in sections]
    routes = audit.routes.titles if audit.routes is not None else []
    head = "account,type,name,arn,path,attached_direct,attached_via_groups,boundary,verdict"
    # Of a single action the reason fits in a cell.
    by = ["by"] if audit.only else []
    joined = [] if audit.only else ["invoke", "other_policy", "keys"]
    # When Bedrock was last used has its column even if AWS was not asked: then it is empty.
    used = ["last_used"] if joined or audit.account.use_asked else []
    asked = [audit.only] if audit.routes is not None and audit.only else []
    titles = [*head.split(","), *sids, *routes, *by, *joined, *used, *("asked" for _ in asked)]
    lines = [csv_line(titles)]
    for principal, result in audit.results:
        row = [
            Arn.parse(principal.arn).account,
            principal.type,
            principal.name,
            principal.arn,
            principal.path,
            _WORDS[result.attached.direct],
            "unknown" if result.attached.groups is None else ";".join(result.attached.groups),
            "unknown" if principal.boundary == UNREAD_BOUNDARY else principal.boundary or "",
            result.verdict,
            *(f"{s.verdict} {s.granted}/{s.total}" for s in result.sections[: len(sids)]),
            *(entry.verdict for entry in result.sections[0].entries if routes),
            *(by_in_words(audit, result, most=None) for _ in by),
        ]
        if joined:
            others = result.other_policies
            row += [_invocation(result), "unknown" if others is None else ";".join(others)]
            uses = audit.keys_of(principal)
            row.append("unknown" if uses is None else ";".join(map(key_in_words, uses)))
        row += [_last_used(audit, principal) for _ in used] + asked
        lines.append(csv_line(row))
    return "".join(lines)


def _last_used(audit: Audit, principal: Principal) -> str:
    """The last use of Bedrock: a time, `never` or `unknown`; empty if AWS was not asked."""
    if audit.account.use_asked is None:
        return ""
    use = principal.bedrock_use
    if use is not None and use.last is not None and use.last.at is not None:
        return in_utc(use.last.at)
    return "never" if use is not None and use.never else "unknown"


def _invocation(result: PrincipalResult) -> str:
    """The verdict on invoking models, and how far: `partial: Claude in us-east-1`."""
    answer = result.invocation
    if answer is None:
        return ""
    if answer.words == SHORT_WORDS[answer.verdict] and answer.verdict is not Verdict.PARTIAL:
        return answer.verdict
    return f"{answer.verdict}: {answer.words.removeprefix(answer.verdict).strip()}"


def history_as_csv(batches: Iterable[BatchRecord]) -> str:
    """A row per change of the journal."""
    head = "at,change,account,caller,op,principal,policy,state,request_id,error,message,credential"
    lines = [csv_line(head.split(","))]
    for batch in batches:
        for change in batch.changes:
            entry = change.entry
            row = [
                change.at, entry.change, entry.account, entry.caller, entry.op, entry.principal,
                entry.policy, change.state, change.request_id, change.code, change.message,
                entry.credential,
            ]  # fmt: skip
            lines.append(csv_line(cell or "" for cell in row))
    return "".join(lines)


# Spreadsheets split at the separator of their locale, not at the file's, and then a quotation mark
# in the middle of a line does not hold together what has a semicolon in it.
_SIGNS = "=+\\-@＝＋－＠﹦﹢﹣﹫−"
_FORMULA = re.compile(rf"(^|[;|\t])([\s'\"]*)(?=[{_SIGNS}])")
_SEPARATOR = re.compile(r"[,;|\t\r\n\"]|^\s|\s$")


def csv_line(cells: Iterable[str]) -> str:
    """A row, with quotation marks around every cell that some locale would split."""
    harmless = map(_cell, cells)
    quoted = ('"{}"'.format(c.replace('"', '""')) if _SEPARATOR.search(c) else c for c in harmless)
    return ",".join(quoted) + "\n"


def _cell(text: str) -> str:
    """Keep a spreadsheet from reading a text, or a part of it that becomes a cell, as a formula.

    https://owasp.org/www-community/attacks/CSV_Injection
    """
    return _FORMULA.sub(r"\1'\2", safe(text))
