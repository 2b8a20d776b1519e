"""The overview of an audit that formats for people share: facts, and a row per principal.

Its text is as AWS returned it; each format makes it harmless in its own way.
"""

from __future__ import annotations

from iam.arn import Arn
from iam.reports.audit import Audit, Filtered
from iam.verdicts.result import PrincipalResult
from iam.verdicts.verdict import Verdict

_GLYPHS = {
    Verdict.GRANTED: "●",
    Verdict.PARTIAL: "◐",
    Verdict.DENIED: "✗",
    Verdict.NONE: "○",
    Verdict.UNKNOWN: "?",
}


def account_name(audit: Audit) -> str:
    """`account 123456789012`, with its alias where it has one, or `2 accounts`."""
    account = audit.account
    if account.id is None:
        return account.label
    return f"account {account.id} ({account.alias})" if account.alias else f"account {account.id}"


def facts(audit: Audit) -> list[str]:
    """What the report is about, a line each: account, policy, action, sums of verdicts."""
    counts = {v: sum(r.verdict is v for _, r in audit.results) for v in Verdict}
    name = account_name(audit)
    return [
        f"{name[0].upper()}{name[1:]}, {audit.source}, {audit.generated_at:%Y-%m-%d %H:%M} UTC",
        f"Policy {audit.managed.name} {audit.managed.version}",
        *([f"Action {audit.only}"] if audit.only else []),
        *([_filter_in_words(audit.filtered)] if audit.filtered else []),
        ", ".join(f"{n} {v}" for v, n in counts.items()) + f", of {len(audit.results)} principals",
    ]


def _filter_in_words(filtered: Filtered) -> str:
    """`Filter invoke:yes, of 47 principals; 3 could not be decided`."""
    words = f"Filter {filtered.text}, of {filtered.of:,} principals"
    return f"{words}; {filtered.undecided:,} could not be decided" if filtered.undecided else words


def overview(audit: Audit) -> tuple[list[str], list[list[str]]]:
    """The titles of the columns, and a row per principal; of several accounts, with its account."""
    head, rows = _who_can(audit) if audit.only else _access(audit)
    if audit.account.id is None:
        accounts = [Arn.parse(principal.arn).account for principal, _ in audit.results]
        head = ["account", *head]
        rows = [[account, *row] for account, row in zip(accounts, rows, strict=True)]
    return head, rows


def _access(audit: Audit) -> tuple[list[str], list[list[str]]]:
    head = ["type", "name", "policy", "other policy", "invoke", "verdict"]
    head += [section.sid for section in audit.sections]
    rows = [
        [
            principal.type,
            principal.name,
            attached_in_words(result),
            others_in_words(result),
            invocation_in_words(result),
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


def others_in_words(result: PrincipalResult) -> str:
    """The policies not specific to Bedrock that let a principal invoke models."""
    return "unknown" if result.other_policies is None else ", ".join(result.other_policies)


def invocation_in_words(result: PrincipalResult) -> str:
    """Whether a principal can invoke models: `◐ Claude in us-east-1`; empty if not asked."""
    answer = result.invocation
    return "" if answer is None else f"{_GLYPHS[answer.verdict]} {answer.words}"


def attached_in_words(result: PrincipalResult) -> str:
    """How a principal has the managed policy: `direct`, `by group x`, both, `no`, or `unknown`."""
    ways = ["direct"] if result.attached.direct else []
    if result.attached.groups:
        ways.append("by group " + ", ".join(result.attached.groups))
    return " and ".join(ways) or ("unknown" if result.attached.unknown else "no")
