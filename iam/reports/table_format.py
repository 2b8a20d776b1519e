"""An audit as aligned columns, for a terminal."""

from __future__ import annotations

from iam.reports.audit import Audit
from iam.reports.formats import Detail
from iam.reports.organization_overview import left_out
from iam.reports.overview import facts, overview
from iam.text import safe


def as_table(audit: Audit, detail: Detail = "sections") -> str:
    """The facts, a line per principal, and what could not be read."""
    head, rows = overview(audit, detail)
    cells = [[safe(c) for c in row] for row in (head, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [safe(line) for line in facts(audit)]
    lines.append("")
    lines += [
        "  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)).rstrip() for row in cells
    ]
    if unread := (*audit.unread, *audit.account.organization.unread):
        lines += ["", "Not read:"]
        lines += [safe(f"  {u.what}: {u.error}, {u.message}") for u in unread]
    return "\n".join([*lines, "", left_out(audit.account.organization), ""])
