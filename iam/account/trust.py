"""Whether a role's trust policy lets a session of the role have tags of its own.

A session's tags override the role's, so that only a role whose sessions have none is known by the
tags that it carries itself:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from iam.policy.document import DocumentError, unambiguous
from iam.policy.glob import matches, pattern_tokens

_ACTION = "sts:tagsession"
_USUAL = {
    "%22": '"', "%3A": ":", "%2C": ",", "%7B": "{", "%7D": "}", "%20": " ", "%2F": "/", "%5B": "[",
    "%5D": "]", "%2A": "*", "%0A": "\n",
}  # fmt: skip
"""Replacing these takes a quarter of the time of `unquote`, and leaves it little to do."""


def may_tag_sessions(trust: object) -> bool:
    """Whether an Allow statement of a trust policy may allow `sts:TagSession`.

    Deny statements, conditions and who is trusted are left aside.

    Args:
        trust: The AssumeRolePolicyDocument: an object, or its JSON text, which may be URL-encoded.

    Returns:
        True also for a trust policy that is missing or not understood.
    """
    return _in_text(trust) if isinstance(trust, str) else _in_document(trust)


@lru_cache(maxsize=1024)
def _in_text(text: str) -> bool:
    """Thousands of roles share a few trust policies: those of AWS's services."""
    try:
        return _in_document(json.loads(_decoded(text), object_pairs_hook=unambiguous))
    except (DocumentError, ValueError, RecursionError):
        return True


def _decoded(text: str) -> str:
    if text.lstrip().startswith("{"):
        return text
    usual = text
    for encoded, char in _USUAL.items():
        usual = usual.replace(encoded, char)
    # A percent sign that was encoded itself may only be decoded once.
    return unquote(text, errors="strict") if "%" in usual else usual


def _in_document(document: object) -> bool:
    statements = document.get("Statement") if isinstance(document, Mapping) else None
    if isinstance(statements, Mapping):
        statements = [statements]
    return not isinstance(statements, list) or any(map(_in_statement, statements))


def _in_statement(statement: Any) -> bool:
    if not isinstance(statement, Mapping) or statement.get("Effect") not in ("Allow", "Deny"):
        return True
    if statement["Effect"] == "Deny":
        return False
    if ("Action" in statement) == ("NotAction" in statement):
        return True
    excluding = "NotAction" in statement
    actions = statement["NotAction" if excluding else "Action"]
    if isinstance(actions, str):
        actions = [actions]
    if not isinstance(actions, list) or not all(isinstance(action, str) for action in actions):
        return True
    return excluding != any(map(_names_it, actions))


@lru_cache(maxsize=256)
def _names_it(pattern: str) -> bool:
    return matches(pattern_tokens(pattern.lower()), _ACTION)
