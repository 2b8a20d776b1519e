"""Find out which account the credentials belong to, and how large it is. Light: no pydantic.

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
    """The account that credentials belong to, and the caller."""

    account: str
    caller: str | None
    """The caller's ARN."""
    alias: str | None
    partition: str


async def identify(aws: Aws) -> Identity:
    """Ask AWS which account the credentials belong to, and bind the connection to it.

    Raises:
        AwsError: Neither STS nor IAM answered (the error is that of STS), or the connection is
            bound to another account already.
    """
    alias = asyncio.create_task(_alias(aws))
    try:
        account, arn = await aws.call(get_caller_identity, aws.sts, aws.iam)
        aws.credentials.bind(account)
        return Identity(account, arn, await alias, Arn.parse(arn).partition or "aws")
    finally:
        alias.cancel()
        with suppress(AwsError, asyncio.CancelledError):
            await alias  # its error matters less than the one raised


async def _alias(aws: Aws) -> str | None:
    try:
        answer = await aws.call(aws.iam.list_account_aliases)
        return next(iter(required(answer, "AccountAliases")), None)
    except AwsError as error:
        if error.denied:
            return None
        raise


async def count_principals(aws: Aws) -> int | None:
    """Count the users and roles, to show the progress of a load; None if AWS does not say."""
    try:
        summary = (await aws.call(aws.iam.get_account_summary))["SummaryMap"]
        return summary["Users"] + summary["Roles"]
    except (AwsError, KeyError):
        return None  # the load itself reports what is wrong
