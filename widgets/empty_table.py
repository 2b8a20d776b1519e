"""Why the table shows no rows, in words, and which key shows all again."""

from __future__ import annotations

from iam.text import safe
from widgets.shown_rows import ShownRows


def why_empty(rows: ShownRows, note: str, *, incomplete: bool) -> tuple[str, ...]:
    """One or two lines.

    Args:
        rows: None of them is shown.
        note: What to say if there are none of the kind that is shown, which takes the place of
            `{}`.
        incomplete: Whether rows are still to come, or to be evaluated.
    """
    view = rows.view
    kind = "users or roles" if view.lists == "all" else view.lists
    if not rows.all_of_this_kind and not (incomplete and rows.all):
        said = note.format(kind)
        others = said and view.lists != "all" and rows.all.groups < len(rows.all)
        return (said, "1 shows users and roles") if others else (said,)
    if incomplete:
        return ("nothing so far: principals are still being read",)
    certain = f" for certain; {rows.undecided:,} unknown" if rows.undecided else ""
    return f"no {kind} match {safe(view.filter.text.strip())}{certain}", "esc goes back"
