"""Read from AWS what an organization puts above the account of a session."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from iam.errors import AwsError
from iam.runtime.threads import import_for, in_thread

if TYPE_CHECKING:
    from iam.account.model import Account
    from iam.account.organization import Organization
    from tui.session.state import SessionState


def put_above(account: Account, organization: Organization) -> Account:
    """Put an organization above an account."""
    return replace(account, organizations=dict.fromkeys(account.ids, organization))


async def read_organization(session: SessionState, account: Account) -> Organization | None:
    """Read the organization; one that cannot be read says why.

    Args:
        session: The session, which has the connection.
        account: The account on the screen, one alone.

    Returns:
        The organization, or None if there is no connection to AWS.
    """
    try:
        aws = await session.connection_to(account)
        if aws is None:
            return None
        await in_thread(import_for, "aws.load_organization")
        from iam.aws.load_organization import load_organization

        assert account.id is not None, "one account alone"
        return await load_organization(aws, account.id)
    except AwsError as error:
        from iam.account.organization import Organization
        from iam.account.unread import Unread

        unread = Unread("the organization", error.code, str(error))
        return Organization("unread", unread=(unread,))
