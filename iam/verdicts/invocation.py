"""Answer whether a principal can invoke models, which ones, and through which policies."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from iam.verdicts.verdict import Verdict, sum_up

if TYPE_CHECKING:
    from iam.verdicts.result import DecidingStatement, EntryResult

ALL_MODELS = "all models"
PROFILES = ("inference profiles", "application inference profiles")
"""The ways to models, which are left out where models are named."""
_ALLOWED = (Verdict.GRANTED, Verdict.PARTIAL)
_SHORT_NAMES = {
    "bedrock:InvokeModel": "InvokeModel",
    "bedrock:InvokeModelWithResponseStream": "streaming",
    "bedrock-mantle:CreateInference": "Mantle",
}
LIMITED_BY = "limited by "
"""Begins the reason that names a limit."""
_ARN_PATH = re.compile(r"arn:[^ ]*/")
INVOKES = tuple(_SHORT_NAMES)
"""The actions that invoke models, the most common first."""
_MOST = 2
"""How many are named before the rest is counted."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """Whether a principal can invoke models."""

    verdict: Verdict
    """The sum for the actions that invoke models."""
    words: str
    """How far, or why not: `Claude in us-east-1`, `denied by DenyInvoke`."""
    by: tuple[str, ...]
    """The policies that allow it, each with the group through which it applies."""
    withheld_by: tuple[str, ...]
    """What keeps a part of it away, in words: Denies, limits, unread documents."""


SHORT_WORDS = {
    Verdict.GRANTED: ALL_MODELS,
    Verdict.PARTIAL: "some models",
    Verdict.DENIED: "denied",
    Verdict.NONE: "no",
    Verdict.UNKNOWN: "unknown",
}
"""The words for an answer that has not been explained."""


def invocation_of(entries: Sequence[EntryResult]) -> Invocation:
    """Sum up the results for the actions that invoke models.

    Args:
        entries: A result per action, the most common action first; at least one.
    """
    verdict = sum_up(each.verdict for each in entries)
    # Of several actions, the words are about the first that is allowed, else about the first.
    lead = next((each for each in entries if each.verdict in _ALLOWED), entries[0])
    words = _how_far(lead, entries) if verdict in _ALLOWED else _why_not(verdict, lead)
    allowed = [each for each in entries if each.verdict in _ALLOWED]
    return Invocation(
        verdict=verdict,
        words=words,
        by=_unique(_grants(allowed), lambda via: via.origin),
        withheld_by=tuple(dict.fromkeys(w for each in entries for w in each.withheld_by)),
    )


def _grants(entries: Iterable[EntryResult]) -> list[DecidingStatement]:
    return [v for each in entries for v in each.via if v.effect == "Allow" and not v.limits]


def _how_far(lead: EntryResult, entries: Sequence[EntryResult]) -> str:
    if lead.verdict is Verdict.GRANTED:
        models = ALL_MODELS
    else:
        named = _unique(_grants([lead]), lambda via: via.models)
        # Profiles lead to models, and reach none that is not allowed by itself.
        named = tuple(n for n in named if not n.startswith(PROFILES)) or named
        models = ALL_MODELS if ALL_MODELS in named else _listed(named)
    return ", ".join([models + _restrictions(lead), *_other_actions(lead, entries)])


def _restrictions(lead: EntryResult) -> str:
    """Name what takes a part of the models away."""
    if lead.verdict is Verdict.GRANTED:
        return ""
    denies = [via for via in lead.via if via.effect == "Deny" and not via.limits]
    limits = _unique([via for via in lead.via if via.limits], lambda via: via.limit_kind)
    within = f" within {' and '.join(limits)}" if limits else ""
    return within + (f", partly denied by {_listed(_unique(denies, _name))}" if denies else "")


def _other_actions(lead: EntryResult, entries: Sequence[EntryResult]) -> list[str]:
    """Say which of the actions are not allowed, or not as far."""
    missing = [each for each in entries if each.verdict not in _ALLOWED]
    if not missing:
        return []
    present = [each for each in entries if each.verdict in _ALLOWED]
    if len(present) == 1:
        return [f"{_SHORT_NAMES.get(lead.action, lead.action)} only"]
    return [f"no {_SHORT_NAMES.get(each.action, each.action)}" for each in missing]


def _why_not(verdict: Verdict, lead: EntryResult) -> str:
    if verdict is Verdict.UNKNOWN:
        return SHORT_WORDS[verdict]
    denies = [via for via in lead.via if via.effect == "Deny"]
    if lead.verdict is Verdict.DENIED and denies:
        own = [via for via in denies if not via.limits]
        return f"denied by {_listed(_unique(own or denies, _name))}"
    limits = [r.removeprefix(LIMITED_BY) for r in lead.reasons if r.startswith(LIMITED_BY)]
    if limits and _grants([lead]):
        return f"withheld by {_listed([_ARN_PATH.sub('', limit) for limit in limits])}"
    return SHORT_WORDS[verdict]


def _name(via: DecidingStatement) -> str:
    return via.origin


def _unique(
    statements: Iterable[DecidingStatement], words: Callable[[DecidingStatement], str]
) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(words, statements)))


def _listed(names: Sequence[str]) -> str:
    if len(names) <= _MOST:
        return " and ".join(names)
    return f"{', '.join(names[:_MOST])} and {len(names) - _MOST} more"
