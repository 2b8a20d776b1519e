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
PROFILES_ONLY = "no, profiles only"
"""For who may use ways to models, and no model."""
_ALLOWED = (Verdict.GRANTED, Verdict.PARTIAL)
_SOME = "some models"
_SHORT_NAMES = {
    "bedrock:InvokeModel": "InvokeModel",
    "bedrock:InvokeModelWithResponseStream": "streaming",
    "bedrock-mantle:CreateInference": "Mantle",
}
INVOKES = tuple(_SHORT_NAMES)
"""The actions that invoke models, the most common first."""
LIMITED_BY = "limited by "
"""Begins the reason that names a limit."""
_ARN_PATH = re.compile(r"arn:[^ ]*/")
_MOST = 2
"""How many are named before the rest is counted."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """Whether a principal can invoke models."""

    verdict: Verdict
    """The sum for the actions that invoke models, on all resources."""
    can: bool | None
    """Whether any of these is allowed, be it in part; None if that is not known."""
    words: str
    """How far, or why not: `Claude in us-east-1`, `denied by DenyInvoke`."""
    by: tuple[str, ...]
    """The policies that let it, each with the group through which it applies."""
    withheld_by: tuple[str, ...]
    """What keeps a part of it away, in words: Denies, limits, unread documents."""
    verdicts: tuple[Verdict, ...]
    """The verdict on each action of `INVOKES`, in that order."""


SHORT_WORDS = {
    Verdict.GRANTED: ALL_MODELS,
    Verdict.PARTIAL: _SOME,
    Verdict.DENIED: "denied",
    Verdict.NONE: "no",
    Verdict.UNKNOWN: "unknown",
}
"""The words for an answer that has not been explained."""


def invocation_of(
    entries: Sequence[EntryResult], on_models: Sequence[EntryResult], by: Sequence[str]
) -> Invocation:
    """Sum up the results for the actions that invoke models.

    Args:
        entries: A result per action of `INVOKES`, in that order.
        on_models: The same on models alone, without what only leads to models.
        by: The policies that let the principal invoke models, each with its group.
    """
    can: bool | None = True
    if not any(map(_is_allowed, on_models)):
        can = None if Verdict.UNKNOWN in [each.verdict for each in on_models] else False
        entries, leads = on_models, any(map(_is_allowed, entries))
    verdicts = [each.verdict for each in entries]
    verdict = Verdict.UNKNOWN if can is None else sum_up(verdicts)
    if can:
        words = _how_far(entries, by)
    else:
        words = why_not(verdict, entries[0])
        if leads and words == SHORT_WORDS[Verdict.NONE]:
            words = PROFILES_ONLY
    return Invocation(
        verdict=verdict,
        can=can,
        words=words,
        by=tuple(dict.fromkeys(by)),
        withheld_by=tuple(dict.fromkeys(w for each in entries for w in each.withheld_by)),
        verdicts=tuple(verdicts),
    )


def _is_allowed(entry: EntryResult) -> bool:
    return entry.verdict in _ALLOWED or entry.allowed


def _how_far(entries: Sequence[EntryResult], by: Sequence[str]) -> str:
    """Say which models each action reaches; once, where that is the same."""
    reaches: dict[str, list[EntryResult]] = {}
    for entry in entries:
        if _is_allowed(entry):
            reaches.setdefault(_reach(entry, by), []).append(entry)
    others = [each for each in entries if not _is_allowed(each)]
    if len(reaches) == 1:
        ((reach, allowed),) = reaches.items()
        if len(allowed) == 1 and not any(e.verdict is Verdict.UNKNOWN for e in others):
            return f"{reach}, {_SHORT_NAMES[allowed[0].action]} only"
        return ", ".join([reach, *map(_missing, others)])
    # What reaches further must not be lost where there is no room for all of the words.
    ordered = sorted(reaches.items(), key=lambda item: item[1][0].verdict is not Verdict.GRANTED)
    parts = [f"{_names(allowed)}: {reach}" for reach, allowed in ordered]
    return "; ".join([*parts, *map(_missing, others)])


def _names(entries: Sequence[EntryResult]) -> str:
    names = " and ".join(_SHORT_NAMES[each.action] for each in entries)
    return "Bedrock" if names == "InvokeModel and streaming" else names


def _missing(entry: EntryResult) -> str:
    name = _SHORT_NAMES[entry.action]
    return f"{name} unknown" if entry.verdict is Verdict.UNKNOWN else f"no {name}"


def _reach(entry: EntryResult, by: Sequence[str]) -> str:
    """Say which models an action reaches."""
    if entry.verdict is Verdict.GRANTED:
        return ALL_MODELS
    named = _unique([v for v in _grants(entry) if v.origin in by], lambda via: via.models)
    # Profiles lead to models, and reach none that is not allowed by itself.
    named = tuple(n for n in named if not n.startswith(PROFILES)) or named
    models = ALL_MODELS if ALL_MODELS in named else _listed(named, ", or ") or _SOME
    odd = {via.effect for via in entry.via if not via.understood}
    more = ", perhaps more" if entry.allowed and "Deny" not in odd else ""
    return models + _restrictions(entry) + more


def _grants(entry: EntryResult) -> list[DecidingStatement]:
    return [via for via in entry.via if via.effect == "Allow" and not via.limits]


def _restrictions(entry: EntryResult) -> str:
    """Name what takes a part of the models away."""
    denies = [via for via in entry.via if via.effect == "Deny" and not via.limits]
    limits = _unique([via for via in entry.via if via.limits], lambda via: via.limit_kind)
    within = f" within {' and '.join(limits)}" if limits else ""
    if not denies:
        return within
    certain = "" if all(via.understood for via in denies) else "perhaps "
    return f"{within}, {certain}partly denied by {_listed(_unique(denies, _name))}"


def why_not(verdict: Verdict, lead: EntryResult) -> str:
    """Say why an action is not allowed: `denied by DenyInvoke`, `withheld by SCP Regions at Root`.

    Args:
        verdict: `denied`, `none` or `unknown`.
        lead: The result for the action.
    """
    if verdict is Verdict.UNKNOWN:
        return SHORT_WORDS[verdict]
    denies = [via for via in lead.via if via.effect == "Deny"]
    if lead.verdict is Verdict.DENIED and denies:
        own = [via for via in denies if not via.limits]
        return f"denied by {_listed(_unique(own or denies, _name))}"
    limits = [r.removeprefix(LIMITED_BY) for r in lead.reasons if r.startswith(LIMITED_BY)]
    if limits and _grants(lead):
        return f"withheld by {_listed([_ARN_PATH.sub('', limit) for limit in limits])}"
    return SHORT_WORDS[verdict]


def _name(via: DecidingStatement) -> str:
    return via.origin


def _unique(
    statements: Iterable[DecidingStatement], words: Callable[[DecidingStatement], str]
) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(words, statements)))


def _listed(names: Sequence[str], joint: str = " and ") -> str:
    if len(names) <= _MOST:
        return joint.join(names)
    return f"{', '.join(names[:_MOST])} and {len(names) - _MOST} more"
