"""Suggest actions for a word that is none."""

from __future__ import annotations

from difflib import SequenceMatcher

from iam.policy.action_catalogue import Action, catalogue
from iam.text import ascii_lower
from iam.verdicts.invocation import INVOKES

_CUTOFF = 0.75
"""How similar they are at least, from 0 to 1."""
_MOST = 3
_AUTHORIZED_AS = {
    "converse": "bedrock:InvokeModel",
    "conversestream": "bedrock:InvokeModelWithResponseStream",
}
"""Calls of the API that are no actions of their own.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
"""


def similar_actions(written: str) -> tuple[str, ...]:
    """Return the IDs of similar actions: those that invoke models first, then the most similar."""
    word = ascii_lower(written).replace("*", "").replace("?", "").strip()
    if not word.strip(":"):
        return ()
    if (action := _AUTHORIZED_AS.get(word.removeprefix("bedrock:"))) is not None:
        return (action,)
    likeness = {each.id: _likeness(word, each) for each in catalogue().actions.values()}
    likeness = {id: value for id, value in likeness.items() if value >= _CUTOFF}
    order = sorted(likeness, key=lambda id: (id not in INVOKES, -likeness[id], id))
    return tuple(order[:_MOST])


def _likeness(word: str, action: Action) -> float:
    """How similar a word is to an action, with its service or without."""
    full = ascii_lower(action.id)
    name = full.partition(":")[2]
    if word in full:
        return 1
    compared = full if ":" in word else name
    matcher = SequenceMatcher(a=compared, b=word)
    if matcher.real_quick_ratio() < _CUTOFF or matcher.quick_ratio() < _CUTOFF:
        return 0
    return matcher.ratio()
