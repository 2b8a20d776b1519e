"""Something that could not be read or understood, with the reason."""

from __future__ import annotations

from dataclasses import dataclass

from iam.policy.document import Document, DocumentError, parse_document

DOCUMENT = "policy document"
"""What an unread document is called before it is known of which policy it is."""


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be read or understood."""

    what: str
    error: str
    """AWS's error code, or one of ours: `Malformed`, `Missing`, `Ambiguous`."""
    message: str
    hides: bool = False
    """Whether users or roles may be missing because of it, so that they have no verdict."""


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
