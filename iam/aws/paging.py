"""Read every page of a list, and notice where more was announced than can be had.

botocore's paginators take a page that is truncated and has no marker for the last one, and follow
new markers for ever.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

from iam.aws.answers import required
from iam.aws.client import Aws
from iam.errors import AwsError

MOST_PAGES = 2_000
"""Twenty times what IAM's largest quota, 10,000 roles, fills at its usual 100 a page: pages may be
short, and even empty."""
STREAM_TIME = 1800.0
"""Seconds for all pages of one list. Ten times the largest account that has been measured, at ten
seconds a page."""


async def pages(aws: Aws, operation: str, **parameters: Any) -> AsyncIterator[Mapping[str, Any]]:
    """Fetch one page after the other.

    Args:
        aws: The connection.
        operation: The method of the client, such as `list_users`.
        parameters: Of the call.

    Raises:
        AwsError: A page could not be read; `incomplete` tells whether those before it stand.
    """
    fetch = getattr(aws.iam, operation)
    deadline = time.monotonic() + STREAM_TIME
    seen: set[str] = set()
    what = operation.replace("_", " ")
    for _ in range(MOST_PAGES):
        page = await aws.call(fetch, **parameters)
        if page.keys() <= {"ResponseMetadata"}:
            required(page, "IsTruncated")
        yield page
        marker = page.get("Marker")
        if not page.get("IsTruncated", bool(marker)):
            return
        if not marker:
            raise _incomplete(f"AWS says that more follows, but not where, in answer to {what}.")
        if marker in seen:
            raise _incomplete(f"AWS sent the same page twice in answer to {what}.")
        if time.monotonic() > deadline:
            raise _incomplete(f"It took more than {STREAM_TIME / 60:.0f} minutes to {what}.")
        seen.add(marker)
        parameters["Marker"] = marker
    raise _incomplete(f"AWS sent {MOST_PAGES:,} pages and no end in answer to {what}.")


async def listed(
    aws: Aws, operation: str, key: str, **parameters: Any
) -> tuple[list[Any], AwsError | None]:
    """Fetch the items of all pages of a list.

    Args:
        aws: The connection.
        operation: The method of the client.
        key: Where the items are in a page.
        parameters: Of the call.

    Returns:
        The items, and why there may be more; None if these are all.

    Raises:
        AwsError: The list could not be read.
    """
    found: list[Any] = []
    try:
        async for page in pages(aws, operation, **parameters):
            found += required(page, key)
    except AwsError as error:
        if not incomplete(error):
            raise
        return found, error
    return found, None


def incomplete(error: AwsError) -> bool:
    """Whether a list ends here, while what came of it stands."""
    return error.code in ("Incomplete", "Timeout")


def _incomplete(sentence: str) -> AwsError:
    return AwsError("Incomplete", sentence, "Read it again; if it stays, check the endpoint URL.")
