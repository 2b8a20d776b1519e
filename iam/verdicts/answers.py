"""The questions asked most: who can invoke models, and how. Each is a filter, and is counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from iam.verdicts.result import Summary

Question = Literal["invoke", "other", "blocked", "unknown"]
ANSWER_FILTERS: dict[Question, tuple[str, ...]] = {
    "invoke": ("invoke:yes",),
    "other": ("policy:other",),
    "blocked": ("policy:yes", "invoke:no"),
    "unknown": ("invoke:unknown",),
}
"""The terms that let through those to whom the answer is yes."""


def answers_of(summary: Summary) -> tuple[Question, ...]:
    """The questions to which the answer is yes for a principal, as their filters decide."""
    can = summary.can_invoke
    found: list[Question] = []
    if can:
        found.append("invoke")
    elif can is None:
        found.append("unknown")
    elif summary.attached:
        found.append("blocked")
    if summary.other_policies:
        found.append("other")
    return tuple(found)
