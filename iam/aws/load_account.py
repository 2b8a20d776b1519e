"""Read a whole account from AWS, page by page.

`GetAccountAuthorizationDetails` returns everything in a few calls. The pages of one list can only
be requested one after another, so users, roles and the rest are separate lists, read in parallel.
Where the call is denied, the account is read entity by entity (`iam.aws.load_one_by_one`).
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from iam.account.model import Account
from iam.account.parse import parse_page
from iam.account.unread import Unread
from iam.arn import Arn
from iam.aws.client import Aws
from iam.aws.concurrency import together
from iam.aws.identity import Identity
from iam.aws.load_missing import load_missing
from iam.aws.load_one_by_one import load_one_by_one
from iam.aws.paging import incomplete, pages
from iam.errors import AwsError
from iam.runtime.threads import in_thread, one_at_a_time
from iam.text import safe

PAGE_SIZE = 1000
_STREAMS = {
    "groups and policies": ["LocalManagedPolicy", "AWSManagedPolicy", "Group"],
    "users": ["User"],
    "roles": ["Role"],
}
"""The lists read in parallel: what a list is called where it ends early, and its `Filter`."""

OnPage = Callable[[Account], None]


async def load_account(aws: Aws, identity: Identity, on_page: OnPage | None = None) -> Account:
    """Read the account.

    Args:
        aws: The connection.
        identity: As `identify` returned it.
        on_page: Called in the event loop's thread with the content of each new page.

    Returns:
        The account; what is denied or cannot be understood is `Unread` in it.

    Raises:
        AwsError: It cannot be read: no network, expired credentials, neither users nor roles may be
            listed, or AWS returned entities of another account.
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
        if Arn.parse(arn).account != identity.account:
            raise AwsError(
                "WrongAccount",
                f"AWS returned {safe(arn)}, which is not in account {identity.account}.",
                "Check the endpoint URL and the proxy, and press r.",
            )
    return await load_missing(aws, account)


async def _load_at_once(aws: Aws, start: Account, on_page: OnPage) -> Account:
    read: list[Account] = []
    broken: dict[str, AwsError] = {}

    async def parse(page: Mapping[str, Any]) -> None:
        def work() -> Account:
            with one_at_a_time:
                return parse_page(start, _with_empty_facts(page))

        parsed = await in_thread(work)
        read.append(parsed)
        on_page(parsed)

    async def stream(what: str, kinds: list[str]) -> None:
        call = "get_account_authorization_details"
        async with asyncio.TaskGroup() as parsing:
            try:
                # While one page is parsed, the next one is being fetched.
                async for page in pages(aws, call, Filter=kinds, MaxItems=PAGE_SIZE):
                    parsing.create_task(parse(page))
            except AwsError as error:
                if not incomplete(error):
                    raise
                broken[what] = error

    await together(stream(what, kinds) for what, kinds in _STREAMS.items())
    if not read:
        raise next(iter(broken.values()))
    return replace(
        start,
        principals={arn: p for page in read for arn, p in page.principals.items()},
        groups={key: g for page in read for key, g in page.groups.items()},
        policies={arn: p for page in read for arn, p in page.policies.items()},
        unread=(
            *(unread for page in read for unread in page.unread),
            *(
                Unread(what, error.code, error.sentence, hides=what in ("users", "roles"))
                for what, error in broken.items()
            ),
        ),
    )


def _with_empty_facts(page: Mapping[str, Any]) -> Mapping[str, Any]:
    """Add what this call leaves out where there is nothing: tags, and the last use of a role."""
    for key in ("UserDetailList", "RoleDetailList"):
        for item in page.get(key, ()):
            item.setdefault("Tags", [])
            item.setdefault("RoleLastUsed", {})
    return page
