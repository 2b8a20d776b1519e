"""The Bedrock API keys of the account of a session: read from AWS, and judged."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from iam.errors import AwsError
from iam.runtime.threads import import_for, in_thread

if TYPE_CHECKING:
    from iam.account.api_keys import ApiKey, ApiKeys
    from iam.account.model import Account
    from iam.changes.history import BatchRecord
    from iam.changes.journal import KeyOp
    from iam.changes.key_plan import KeyPlan
    from iam.reports.key_report import KeyReport
    from iam.verdicts.api_key_use import KeyUse
    from iam.verdicts.evaluator import Evaluator
    from tui.session.state import SessionState

_PATIENCE = 10.0
"""Seconds for reading one key again before a change."""


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


async def judge_api_keys(
    account: Account, evaluator: Evaluator, keys: tuple[ApiKey, ...] | None = None
) -> tuple[KeyUse, ...]:
    """Find out what keys are good for.

    Args:
        account: The account with its keys.
        evaluator: Says what their owners may invoke.
        keys: The keys; all of the account by default.
    """

    def judge() -> tuple[KeyUse, ...]:
        from iam.verdicts.api_key_use import key_uses

        return key_uses(account, evaluator, datetime.now(UTC), keys)

    return await in_thread(judge)


async def key_report(session: SessionState) -> KeyReport:
    """Report all keys of the account."""
    from iam.reports.key_report import KeyReport

    await session.answers_known()
    account, evaluator, _ = session.read
    uses = await judge_api_keys(account, evaluator)
    return KeyReport(
        datetime.now(UTC), session.launch.source, account, session.caller or None, uses
    )


async def _read_again(session: SessionState, key: ApiKey) -> str:
    """Read the state of a key: others may have changed it, or a change was never confirmed.

    Returns:
        Why it could not be read, in a sentence; empty if it was, or if there is no connection.
    """
    account, _, _ = session.read
    await in_thread(import_for, "aws.load_api_keys")
    from iam.aws.confirmed import contradicted
    from iam.aws.load_api_keys import key_signs

    signs: tuple[str, ...] = ()
    try:
        async with asyncio.timeout(_PATIENCE):
            aws = await session.connection_to(account)
            if aws is None:
                return ""
            signs = await key_signs(aws, key.user, key.id)
    except TimeoutError:
        return f"AWS did not answer within {_PATIENCE:.0f} seconds."
    except AwsError as error:
        if error.code != "NoSuchEntity":  # that user, and so the key, has been deleted
            return error.sentence
    now = session.account
    stale = contradicted(session.confirmed.of(key.id), signs)
    if now is not None and now.id == account.id and not stale:
        session.account = replace(now, api_keys=now.api_keys.with_signs(key.id, signs))
        session.unconfirmed_keys.discard(key.id)
    return ""


async def plan_key(
    session: SessionState, op: KeyOp, key_id: str, undoes: BatchRecord | None = None
) -> KeyPlan:
    """Work out what changing a key would do, once its state has been read again.

    Args:
        session: The session, whose account gets the state.
        op: What is done with the key.
        key_id: The key.
        undoes: The batch that the plan reverses.

    Raises:
        AwsError: There is no such key, as far as is known.
    """
    known = session.read[0].api_keys.find(key_id)
    doubt = await _read_again(session, known) if known is not None else ""
    account, evaluator, _ = session.read
    key = account.api_keys.find(key_id)
    if key is None:
        raise AwsError(
            "NoSuchEntity",
            f"The account has no API key {key_id}, as far as it was read.",
            "It may have been deleted; press r to read the account again.",
        )

    def plan() -> KeyPlan:
        from iam.changes.key_plan import KeyChange, plan_key_change
        from iam.policy.action_catalogue import catalogue
        from iam.verdicts.api_key_use import KeyJudge

        judge = KeyJudge(catalogue(), account.partition, datetime.now(UTC))
        (before,) = judge.uses(account, evaluator, [key])
        after = None
        if before.owner is not None:
            status = KeyChange(op, before.owner, key_id).status
            changed = replace(key, status=status) if status is not None else None
            after = judge.uses(account, evaluator, [changed])[0] if changed else None
        return plan_key_change(op, before, after, undoes, doubt)

    return await in_thread(plan)
