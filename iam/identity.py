"""Whose credentials these are, and how large the account is. Light: no pydantic.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from iam.account import partition_of
from iam.answers import required
from iam.client import Aws
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
    """Ask AWS whose credentials these are.

    Raises:
        AwsError: Neither STS nor IAM could tell; the error is that of STS.
    """
    naming = asyncio.create_task(_alias(aws))
    try:
        account, arn = await _caller(aws)
        return Identity(account, arn, await naming, partition_of(arn))
    finally:
        naming.cancel()
        with suppress(AwsError, asyncio.CancelledError):
            await naming  # whatever else is wrong has been told


async def _caller(aws: Aws) -> tuple[str, str]:
    try:
        said = await aws.call(aws.sts.get_caller_identity)
        return required(said, "Account"), required(said, "Arn")
    except AwsError as refused:
        if refused.code in ("ReadTimeout", "Timeout"):
            raise  # it was reached and said nothing: IAM would keep everybody waiting as long
        # A policy or a network may shut STS off and leave IAM open.
        try:
            arn = required(required(await aws.call(aws.iam.get_user), "User"), "Arn")
        except AwsError:
            raise refused from None
        parts = arn.split(":")
        if len(parts) < 6 or not parts[4]:
            raise
        return parts[4], arn


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
