"""Read every page of a list, and notice where AWS announces more than it returns.

botocore's paginators take a truncated page without a marker for the last one, and follow new
markers forever.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from iam.aws.answers import required
from iam.aws.client import Aws
from iam.errors import AwsError

MOST_PAGES = 2_000
"""Twenty times what 10,000 roles, IAM's largest quota, take at 100 a page: pages may be short, even
empty."""
STREAM_TIME = 1800.0
"""Seconds for all pages of one list: ten times what the largest account measured would take at ten
seconds a page."""


async def pages(aws: Aws, operation: str, **parameters: Any) -> AsyncIterator[Mapping[str, Any]]:
    """Fetch one page of a list of IAM after another.

    Args:
        aws: The connection.
        operation: The method of the client, such as `list_users`.
        parameters: Of the call.

    Raises:
        AwsError: A page could not be read; `incomplete` says whether those before it are valid.
    """
    fetch = getattr(aws.iam, operation)
    async for page in _follow(aws, fetch, "Marker", _next_marker, parameters):
        if page.keys() <= {"ResponseMetadata"}:
            required(page, "IsTruncated")
        yield page


async def listed(
    aws: Aws, operation: str, key: str, **parameters: Any
) -> tuple[list[Any], AwsError | None]:
    """Fetch the items of all pages of a list of IAM.

    Args:
        aws: The connection.
        operation: The method of the client.
        key: Where the items are in a page.
        parameters: Of the call.

    Returns:
        The items, and the reason if there may be more of them.

    Raises:
        AwsError: The list could not be read.
    """
    return await _collected(pages(aws, operation, **parameters), key)


async def listed_by_token(
    aws: Aws,
    fetch: Callable[..., Mapping[str, Any]],
    key: str,
    token: str = "NextToken",
    **parameters: Any,
) -> tuple[list[Any], AwsError | None]:
    """Do what `listed` does, for a service that continues lists by a token.

    A page may be empty although there are more. `fetch` is the method of the client itself, which
    need not be that of IAM; `token` is the service's name for the token.
    """

    def next_token(page: Mapping[str, Any], _: str) -> str | None:
        return page.get(token) or None

    return await _collected(_follow(aws, fetch, token, next_token, parameters), key)


async def _follow(
    aws: Aws,
    fetch: Callable[..., Mapping[str, Any]],
    name: str,
    next_of: Callable[[Mapping[str, Any], str], str | None],
    parameters: dict[str, Any],
) -> AsyncIterator[Mapping[str, Any]]:
    """Fetch one page after another; `next_of` finds what the next call passes as `name`."""
    deadline = time.monotonic() + STREAM_TIME
    seen: set[str] = set()
    what = fetch.__name__.replace("_", " ")
    for _ in range(MOST_PAGES):
        page = await aws.call(fetch, **parameters)
        yield page
        marker = next_of(page, what)
        if marker is None:
            return
        if marker in seen:
            raise _incomplete(f"AWS sent the same page twice when asked to {what}.")
        if time.monotonic() > deadline:
            raise _incomplete(f"It took more than {STREAM_TIME / 60:.0f} minutes to {what}.")
        seen.add(marker)
        parameters = {**parameters, name: marker}
    raise _incomplete(f"AWS sent {MOST_PAGES:,} pages without an end when asked to {what}.")


def _next_marker(page: Mapping[str, Any], what: str) -> str | None:
    marker: str | None = page.get("Marker")
    if not page.get("IsTruncated", bool(marker)):
        return None
    if not marker:
        raise _incomplete(f"AWS announced more results without a marker when asked to {what}.")
    return marker


async def _collected(
    found: AsyncIterator[Mapping[str, Any]], key: str
) -> tuple[list[Any], AwsError | None]:
    items: list[Any] = []
    try:
        async for page in found:
            items += required(page, key)
    except AwsError as error:
        if not incomplete(error):
            raise
        return items, error
    return items, None


def incomplete(error: AwsError) -> bool:
    """Whether a list ended early, so that the pages read so far are valid."""
    return error.code in ("Incomplete", "Timeout")


def _incomplete(sentence: str) -> AwsError:
    return AwsError("Incomplete", sentence, "Try again. If it persists, check the endpoint URL.")
