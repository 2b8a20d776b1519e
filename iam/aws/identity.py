"""Whose credentials these are, and how large the account is. Light: no pydantic.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from iam.arn import Arn
from iam.aws.answers import required
from iam.aws.caller import get_caller_identity
from iam.aws.client import Aws
from iam.errors import AwsError


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose account it is, and who asks."""

    account: str
    caller: str | None
    """The caller's ARN."""
    alias: str | None
    partition: str


async def identify(aws: Aws) -> Identity:
    """Ask AWS whose credentials these are; the connection then stays with that account.

    Raises:
        AwsError: Neither STS nor IAM could tell, the error is that of STS; or the connection is
            bound to another account already.
    """
    naming = asyncio.create_task(_alias(aws))
    try:
        account, arn = await aws.call(get_caller_identity, aws.sts, aws.iam)
        aws.credentials.bind(account)
        return Identity(account, arn, await naming, Arn.parse(arn).partition or "aws")
    finally:
        naming.cancel()
        with suppress(AwsError, asyncio.CancelledError):
            await naming  # whatever else is wrong has been told


async def _alias(aws: Aws) -> str | None:
    try:
        said = await aws.call(aws.iam.list_account_aliases)
        return next(iter(required(said, "AccountAliases")), None)
    except AwsError as error:
        if error.denied:
            return None
        raise


async def count_principals(aws: Aws) -> int | None:
    """How many users and roles there are, to show how far a load is; None where nobody says."""
    try:
        summary = (await aws.call(aws.iam.get_account_summary))["SummaryMap"]
        return summary["Users"] + summary["Roles"]
    except (AwsError, KeyError):
        return None  # the load itself tells of whatever is wrong
