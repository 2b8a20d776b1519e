"""Which models a plan opens and closes, in lines that fit a width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from iam.counts import counted
from widgets.policy_changes import SIGN_STYLES
from widgets.wrapping import hanging

if TYPE_CHECKING:
    from iam.changes.model_effects import ModelEffects


def model_effects(effects: ModelEffects, width: int) -> Content:
    """Draw the effects: a line or more for each group of principals.

    Args:
        effects: What the plan opens and closes.
        width: Cells that there are.
    """
    head = f"Models from {effects.region}"
    day = f", as listed on {effects.day}" if effects.day else ""
    room = cell_len(head + day) <= width
    lines = [Content.assemble(head, (day if room else "", "dim"))]
    if not effects.looked_at:
        later = f"{counted(effects.total, 'principal')} are evaluated while AWS is asked."
        return Content("\n").join([*lines, hanging(later, width, "  ", "dim")])
    labels = [_label(group.count, effects) for group in effects.groups]
    column = max(map(len, labels))
    for label, group in zip(labels, effects.groups, strict=True):
        for number, line in enumerate(group.lines):
            lead = f"  {'' if number else label:>{column}}"
            drawn = hanging(line.text, width, f"{lead}{line.sign} ")
            lines.append(drawn.stylize(SIGN_STYLES[line.sign], len(lead), len(lead) + 1))
    if effects.others:
        lines.append(Content(f"  and {counted(effects.others, 'other')}"))
    if effects.looked_at < effects.total:
        first = f"Only the first {effects.looked_at:,} of {effects.total:,} were evaluated."
        lines.append(hanging(first, width, "  ", "$text-warning"))
    return Content("\n").join(lines)


def _label(count: int, effects: ModelEffects) -> str:
    """How many principals a group has, and two spaces; nothing for a plan for one."""
    if effects.total == 1:
        return ""
    if count == effects.total:
        return f"all {count:,}  "
    return f"{count:,} of {effects.looked_at:,}  "
