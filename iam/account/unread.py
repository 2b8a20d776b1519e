"""Something that could not be read or understood, with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from iam.policy.document import Document, DocumentError, parse_document

DOCUMENT = "policy document"
"""What an unread document is called before it is known of which policy it is."""
NOT_READ = "NotRead"
"""The key under which a saved file lists what could not be read."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be read or understood."""

    what: str
    error: str
    """AWS's error code, or one of ours: `Malformed`, `Missing`, `Ambiguous`."""
    message: str
    hides: bool = False
    """Whether users or roles may be missing because of it, so that they have no verdict."""


def unread_in_words(listed: Iterable[Unread]) -> list[str]:
    """Say what could not be read, and why: a line for each; what has the same reason is listed."""
    by_reason: dict[str, list[str]] = {}
    for unread in listed:
        by_reason.setdefault(f"{unread.message} ({unread.error})", []).append(unread.what)
    lines: list[str] = []
    for reason, (*others, last) in by_reason.items():
        lines += [*(f"{what}," for what in others), f"{last}: {reason}"]
    return lines


def unread_object(unread: Unread) -> dict[str, Any]:
    """Make the JSON object that stands for it in a saved file."""
    return {
        "What": unread.what,
        "Error": unread.error,
        "Message": unread.message,
        "Hides": unread.hides,
    }


def unread_from(raw: object) -> Unread | None:
    """Read what `unread_object` made; None if it is malformed."""
    if not isinstance(raw, Mapping):
        return None
    what, error, message = (raw.get(key) for key in ("What", "Error", "Message"))
    if isinstance(what, str) and isinstance(error, str) and isinstance(message, str):
        return Unread(what, error, message, bool(raw.get("Hides")))
    return None


def document_of(raw: object, for_everybody: bool = False) -> Document | Unread:
    """Parse a policy document from a text or an object; `Unread` with the reason if it is none.

    Args:
        raw: The text or the object.
        for_everybody: Whether its statements name everybody: see `parse_document`.
    """
    if isinstance(raw, Document | Unread):
        return raw
    try:
        return parse_document(raw, for_everybody)
    except DocumentError as error:
        return Unread(DOCUMENT, "Malformed", f"the document cannot be read: {error}")
