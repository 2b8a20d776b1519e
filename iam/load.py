"""Read a whole account from AWS, page by page, into an `Account` that grows.

`GetAccountAuthorizationDetails` says everything in a few calls; users, roles and the rest come as
parallel streams, since the pages of one stream follow from each other. Where it is denied, the
account is read principal by principal instead (`iam.principals`).
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from iam.account import Account, account_of
from iam.client import Aws
from iam.errors import AwsError
from iam.identity import Identity
from iam.parse import parse_page
from iam.principals import fetch_missing, load_one_by_one, together
from iam.text import safe
from iam.threads import in_thread, one_at_a_time

PAGE_SIZE = 1000
_STREAMS = (["LocalManagedPolicy", "AWSManagedPolicy", "Group"], ["User"], ["Role"])

OnPage = Callable[[Account], None]


async def load_account(aws: Aws, identity: Identity, on_page: OnPage | None = None) -> Account:
    """Read the account.

    Args:
        aws: The connection.
        identity: As `identify` found it.
        on_page: Called in the event loop's thread with what is new, whenever there is more of it.

    Returns:
        The account; what is denied or cannot be understood stands in it as `Unread`.

    Raises:
        AwsError: It cannot be read: no network, credentials that have expired, neither users nor
            roles may be listed, or what was read is of another account.
    """
    on_page = on_page or (lambda _: None)
    start = Account(id=identity.account, alias=identity.alias, partition=identity.partition)
    try:
        account = await _load_at_once(aws, start, on_page)
    except AwsError as error:
        if not error.denied:
            raise
        account = await load_one_by_one(aws, start, on_page)
    for arn in account.principals:
        if (owner := account_of(arn)) != identity.account:
            raise AwsError(
                "WrongAccount",
                f"AWS answered with {safe(arn)}, and account {identity.account} was asked for.",
                "Check the endpoint URL and the proxy, and press r.",
            )
    return await fetch_missing(aws, account)


async def _load_at_once(aws: Aws, start: Account, on_page: OnPage) -> Account:
    read: list[Account] = []

    async def parse(page: Mapping[str, Any]) -> None:
        def work() -> Account:
            with one_at_a_time:
                return parse_page(start, page)

        parsed = await in_thread(work)
        read.append(parsed)
        on_page(parsed)

    async def stream(kinds: list[str]) -> None:
        pages = _pages(aws, kinds)
        async with asyncio.TaskGroup() as parsing:
            # While one page is parsed the next is on its way.
            while (page := await aws.call(get_account_authorization_details, pages)) is not None:
                parsing.create_task(parse(page))

    await together(stream(kinds) for kinds in _STREAMS)
    return replace(
        start,
        principals={arn: p for page in read for arn, p in page.principals.items()},
        groups={name: g for page in read for name, g in page.groups.items()},
        policies={arn: p for page in read for arn, p in page.policies.items()},
        unread=tuple(unread for page in read for unread in page.unread),
    )


def get_account_authorization_details(
    pages: Iterator[Mapping[str, Any]],
) -> Mapping[str, Any] | None:
    """Fetch the next page; None after the last."""
    return next(pages, None)


def _pages(aws: Aws, kinds: list[str]) -> Iterator[Mapping[str, Any]]:
    # A generator, so that the paginator is made in the thread: botocore reads a file for it.
    yield from aws.iam.get_paginator("get_account_authorization_details").paginate(
        Filter=kinds,  # type: ignore[arg-type]
        PaginationConfig={"PageSize": PAGE_SIZE},
    )
