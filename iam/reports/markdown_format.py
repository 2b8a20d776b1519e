"""An audit as Markdown, for a ticket or a pull request."""

from __future__ import annotations

import re

from iam.reports.audit import Audit
from iam.reports.organization_overview import left_out
from iam.reports.overview import account_name, facts, overview
from iam.text import safe


def as_markdown(audit: Audit) -> str:
    """A heading, the facts, a table of principals, and what could not be read."""
    head, rows = overview(audit)
    lines = [f"# Bedrock access in {_escaped(account_name(audit))}", ""]
    lines += [f"{_escaped(line)}  " for line in facts(audit)]
    lines += ["", f"| {' | '.join(map(_escaped, head))} |", f"|{' --- |' * len(head)}"]
    lines += [f"| {' | '.join(map(_escaped, row))} |" for row in rows]
    if unread := (*audit.unread, *audit.account.organization.unread):
        lines += ["", "## Not read", ""]
        lines += [
            f"- {_escaped(u.what)}: {_escaped(u.error)}, {_escaped(u.message)}" for u in unread
        ]
    return "\n".join([*lines, "", left_out(audit.account.organization), ""])


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|~!&])", r"\\\1", safe(text))
