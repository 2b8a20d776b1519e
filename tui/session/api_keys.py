"""The Bedrock API keys of the account of a session: read from AWS, and judged."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from iam.errors import AwsError
from iam.runtime.threads import import_for, in_thread

if TYPE_CHECKING:
    from iam.account.api_keys import ApiKeys
    from iam.account.model import Account
    from iam.verdicts.api_key_use import KeyUse
    from iam.verdicts.evaluator import Evaluator
    from tui.session.state import SessionState


async def read_api_keys(session: SessionState, account: Account) -> ApiKeys | None:
    """Read the keys; where they cannot be read, the result says why.

    Args:
        session: The session, which has the connection.
        account: The account on the screen.

    Returns:
        The keys, or None if there is no connection to AWS.
    """
    await in_thread(import_for, "aws.load_api_keys")
    from iam.aws.load_api_keys import load_api_keys, unread_keys

    try:
        aws = await session.connection_to(account)
        return None if aws is None else await load_api_keys(aws)
    except AwsError as error:
        return unread_keys(error)


async def judge_api_keys(account: Account, evaluator: Evaluator) -> tuple[KeyUse, ...]:
    """Find out what each key is good for.

    Args:
        account: The account with its keys.
        evaluator: Says what their owners may invoke.
    """

    def judge() -> tuple[KeyUse, ...]:
        from iam.verdicts.api_key_use import key_uses

        return key_uses(account, evaluator, datetime.now(UTC))

    return await in_thread(judge)
