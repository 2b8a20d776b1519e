"""What the calls that are added to moto share: their shape, their state, pages and errors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from moto.iam.models import IAMBackend

Call = Callable[["IAMBackend", Mapping[str, Any]], dict[str, Any]]
"""Answers with what moto's backend of the account holds."""


def kept(backend: IAMBackend, name: str) -> dict[str, Any]:
    """What a call keeps between requests; it goes when moto's account is reset.

    Args:
        backend: moto's backend of the account.
        name: Whose it is.
    """
    state: dict[str, Any] = vars(backend).setdefault(f"bedrock_tui_{name}", {})
    return state


def page(items: list[Any], params: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A page of a list, as IAM pages.

    Args:
        items: The whole list.
        params: The request, with `MaxItems` (default 100) and `Marker`.
        name: Of the list in the answer.
    """
    start, size = int(params.get("Marker") or 0), int(params.get("MaxItems") or 100)
    end = start + size
    answer: dict[str, Any] = {name: items[start:end], "IsTruncated": end < len(items)}
    if answer["IsTruncated"]:
        answer["Marker"] = str(end)
    return answer


def refusal(code: str, message: str) -> Exception:
    """The exception by which a call fails with an error of AWS's."""
    from moto.iam.exceptions import IAMException

    return IAMException(code, message)
