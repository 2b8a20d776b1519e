"""Read an account entity by entity, where `GetAccountAuthorizationDetails` is denied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from iam.account.model import UNREAD_BOUNDARY, Account, Group, GroupKey, ManagedPolicy, Principal
from iam.account.unread import Unread
from iam.aws.calls import KINDS, EntityReader, Json, Kind, skippable
from iam.aws.client import Aws
from iam.aws.concurrency import for_each
from iam.aws.paging import listed
from iam.errors import AwsError

_BATCH = 50
"""How many entities are read before they are passed on."""


async def load_one_by_one(
    aws: Aws, account: Account, on_page: Callable[[Account], None]
) -> Account:
    """Read all users, roles and groups with the calls for single ones.

    Args:
        aws: The connection.
        account: An account without entities.
        on_page: Called in the event loop's thread with each batch of entities.

    Returns:
        The account; what is denied or cannot be understood is `Unread` in it.

    Raises:
        AwsError: Neither users nor roles may be listed, or an error other than a denial occurred.
    """
    unread: list[Unread] = []
    refusals: list[AwsError] = []
    listing: list[tuple[Kind, Json]] = []
    for kind in KINDS:
        try:
            items, missing = await listed(aws, f"list_{kind}s", f"{kind.title()}s")
        except AwsError as error:
            if not skippable(error):
                raise
            items, missing = [], error
        listing += [(kind, item) for item in items]
        if missing is not None:
            refusals.append(missing)
            unread.append(Unread(f"{kind}s", missing.code, missing.sentence, kind != "group"))
    # Groups alone are not an account.
    no_principals = {kind for kind, _ in listing} <= {"group"}
    if {"users", "roles"} <= {item.what for item in unread} and no_principals:
        raise refusals[0]

    principals: dict[str, Principal] = {}
    groups: dict[GroupKey, Group] = {}
    policies: dict[str, ManagedPolicy] = {}
    batch: list[Principal | Group] = []

    def pass_on() -> None:
        on_page(replace(account, unread=()).with_entities(batch))
        batch.clear()

    async def read(listed_item: tuple[Kind, Json]) -> None:
        kind, item = listed_item
        name = item.get(f"{kind.title()}Name")
        if not name:
            what = f"{kind} {item.get('Arn', '')}".strip()
            unread.append(Unread(what, "Malformed", "AWS listed no name", kind != "group"))
            return
        reader = EntityReader(aws, kind, name)
        entity = await reader.read(item)
        unread.extend(reader.malformed)
        if entity is None:
            return  # it is malformed, or was deleted since it was listed
        batch.append(entity)
        if isinstance(entity, Group):
            groups[entity.key] = entity
        else:
            principals[entity.arn] = entity
            if reader.boundary is not None:
                policies[UNREAD_BOUNDARY] = reader.boundary
        if len(batch) >= _BATCH:
            pass_on()

    await for_each(listing, read)
    pass_on()
    return replace(
        account,
        principals=principals,
        groups=groups,
        policies=policies,
        unread=(*account.unread, *unread),
    )
