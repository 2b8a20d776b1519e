"""Read from a role's trust policy whether its sessions may have tags of their own.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from iam.policy.document import DocumentError, Statement, parse_document, unambiguous
from iam.policy.pattern import matches_any_action

_TAG_SESSION = "sts:TagSession"
_USUAL = frozenset(
    {
        "sts:AssumeRole",
        "sts:AssumeRoleWithSAML",
        "sts:AssumeRoleWithWebIdentity",
        "sts:SetContext",
        "sts:SetSourceIdentity",
    }
)


def may_tag_sessions(raw: object) -> bool:
    """Return whether a trust policy may allow sts:TagSession.

    Args:
        raw: The trust policy: an object, or its JSON text, which may be URL-encoded.

    Returns:
        Whether one of its statements allows it; True if that cannot be read.
    """
    if isinstance(raw, Mapping):
        try:
            raw = json.dumps(dict(raw))
        except (TypeError, ValueError, RecursionError):
            return True
    return not isinstance(raw, str) or _text_may_allow(raw)


@lru_cache(maxsize=1_024)
def _text_may_allow(text: str) -> bool:
    try:
        body = text if text.startswith("{") else unquote(text)
        if _is_usual(json.loads(body, object_pairs_hook=unambiguous)):
            return False
        return any(map(_may_allow, parse_document(text).statements))
    except (DocumentError, ValueError, RecursionError):
        return True


def _is_usual(body: Any) -> bool:
    """Recognize what nearly all trust policies are, in a fraction of the time to parse one."""
    statements = body.get("Statement") if isinstance(body, dict) else None
    if not isinstance(statements, list) or not all(isinstance(s, dict) for s in statements):
        return False
    actions = [s.get("Action") for s in statements]
    return all(
        action in _USUAL if isinstance(action, str) else _are_usual(action) for action in actions
    )


def _are_usual(actions: object) -> bool:
    return isinstance(actions, list) and all(
        isinstance(action, str) and action in _USUAL for action in actions
    )


def _may_allow(statement: Statement) -> bool:
    if statement.effect == "Deny":
        return False
    if statement.not_actions is not None:
        return not matches_any_action(statement.not_actions, _TAG_SESSION)
    return statement.actions is None or matches_any_action(statement.actions, _TAG_SESSION)
