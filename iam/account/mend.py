"""Mend an item of an account's data that does not parse: keep what can be read of it.

What no verdict depends on, such as a date, is left out and named. What one depends on becomes
something that could not be read, so that the verdict is unknown where it matters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from iam.account.model import UNREAD_ATTACHED, UNREAD_BOUNDARY, UNREAD_GROUPS
from iam.account.unread import Unread
from iam.arn import Arn

Label = Literal["user", "role", "group", "policy"]
Path = tuple[int | str, ...]
"""Where in an item something does not parse: the field, and the place in its list."""

_POLICIES = ("UserPolicyList", "RolePolicyList", "GroupPolicyList")
_DECIDING = {
    "AttachedManagedPolicies": ("attached policies", UNREAD_ATTACHED),
    "GroupList": ("groups", UNREAD_GROUPS),
    **dict.fromkeys(_POLICIES, ("inline policies", "(inline policies could not be read)")),
}
"""Lists that verdicts depend on: what is in them, and what takes the place of it."""
_NEEDED = ("Arn", "DefaultVersionId")
_FORM = "it is not in the form that AWS uses"


class Mended(NamedTuple):
    """An item without what did not parse."""

    item: dict[str, Any]
    unread: list[Unread]
    """What was left out, and does not count for verdicts."""


def mend(item: Mapping[str, Any], label: Label, faults: Sequence[Path]) -> Mended | None:
    """Leave out of an item what does not parse.

    Args:
        item: A user, a role, a group or a policy, with AWS's names.
        label: Which of these.
        faults: Where it does not parse.

    Returns:
        The item without it; None if nothing can be said about it then.
    """
    arn = item.get("Arn")
    if not faults or not isinstance(arn, str) or any(path[:1] in ((), *_PATHS) for path in faults):
        return None
    mended, unread = dict(item), list[Unread]()
    hidden: dict[str, Unread] = {}
    for field in dict.fromkeys(str(path[0]) for path in faults):
        words, placeholder = _DECIDING.get(field, (field, ""))
        what = f"{words} of {label} {arn}"
        if placeholder:
            places = {path[1] if len(path) > 1 else None for path in faults if path[0] == field}
            mended[field] = _without(item[field], places)
            hidden[placeholder] = Unread(what, "Malformed", _FORM)
        elif field == "PermissionsBoundary":
            mended[field] = UNREAD_BOUNDARY
        elif field in ("Path", f"{label.title()}Name"):
            _, _, path_and_name = Arn.parse(arn).resource.partition("/")
            path, slash, name = path_and_name.rpartition("/")
            mended[field] = f"/{path}{slash}" if field == "Path" else name
            unread.append(Unread(what, "Malformed", f"{_FORM}; it is taken from the ARN"))
        else:
            del mended[field]
            unread.append(Unread(what, "Malformed", _FORM))
    if hidden:
        policies = f"{label.title()}PolicyList"
        own = mended.get(policies) or []
        placeholders = [{"PolicyName": n, "PolicyDocument": unread} for n, unread in hidden.items()]
        mended[policies] = [*own, *placeholders]
    return Mended(mended, unread)


_PATHS = tuple((field,) for field in _NEEDED)


def _without(items: object, places: set[int | str | None]) -> list[Any]:
    """The items of a list except for those in some places; nothing, if it is no list at all."""
    if not isinstance(items, list):
        return []
    return [item for number, item in enumerate(items) if number not in places]
