"""Read what the principals of an account refer to and the account does not hold yet."""

from __future__ import annotations

from dataclasses import replace

from iam.account.model import UNREAD_BOUNDARY, Account, Group
from iam.account.unread import Unread
from iam.aws.calls import EntityReader, get_policy, skippable, unread_policy
from iam.aws.client import Aws
from iam.aws.concurrency import for_each
from iam.errors import AwsError


async def load_missing(aws: Aws, account: Account) -> Account:
    """Read the groups, the policies and the boundaries that are missing.

    `GetAccountAuthorizationDetails` leaves out a policy that is used as a boundary only.
    https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html

    Returns:
        The account with them; a policy that could not be read has `Unread` for a document, and a
        group that could not be read is still absent.

    Raises:
        AwsError: The network or the credentials failed.
    """
    groups = dict(account.groups)

    async def read_group(name: str) -> None:
        try:
            group = await EntityReader(aws, "group", name).read({})
        except AwsError as error:
            if not skippable(error):
                raise
            return  # it stays absent, which is not taken for an empty group
        if isinstance(group, Group):
            groups[group.key] = group

    await for_each([name for _, name in account.absent_groups], read_group)
    entities = (*account.principals.values(), *groups.values())
    used = {arn for entity in entities for arn in entity.attached}
    used |= {p.boundary for p in account.principals.values() if p.boundary}
    policies = dict(account.policies)

    async def read_policy(arn: str) -> None:
        try:
            policies[arn] = await get_policy(aws, arn)
        except AwsError as error:
            if not skippable(error):
                raise
            unread = Unread(f"policy {arn}", error.code, error.sentence)
            policies[arn] = unread_policy(arn, unread)

    await for_each(sorted(used - policies.keys() - {UNREAD_BOUNDARY}), read_policy)
    return replace(account, groups=groups, policies=policies)
