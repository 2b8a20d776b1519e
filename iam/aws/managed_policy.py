"""Find the managed policy: at AWS, else in the account's data, else as bundled with this package.

boto3 is imported only when AWS is asked: an account from a file does not need it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from iam.account.model import Account, ManagedPolicy
from iam.account.unread import Unread, document_of
from iam.arn import Arn
from iam.errors import AwsError
from iam.policy.bundled import bundled_policy
from iam.text import safe

if TYPE_CHECKING:
    from iam.aws.client import Aws


@dataclass(frozen=True, slots=True)
class Managed:
    """The managed policy, and where its document is from."""

    policy: ManagedPolicy
    source: Literal["live", "account", "shipped"]
    as_of: str | None
    """The day on which this version became the default; None if that is not known."""


def local_policy(ref: str, account: Account) -> Managed:
    """Resolve a policy's name or ARN without AWS.

    Args:
        ref: A name (an AWS managed policy's first, then one of the account's own) or an ARN.
        account: For its ID and partition, and the policies that it holds.

    Returns:
        The policy, with a document that can be read.

    Raises:
        AwsError: Neither the account nor this package has the document of such a policy.
    """
    candidates = tuple(dict.fromkeys(_candidates(ref, account)))
    for arn in candidates:
        policy = account.policies.get(arn)
        if policy is not None and not isinstance(policy.document, Unread):
            _make_sure_that_only_one_has_it(policy, candidates, account)
            return Managed(policy, "account", _day(policy))
    for arn in candidates:
        if (bundled := bundled_policy(arn)) is not None:
            document = document_of(bundled.document)
            policy = ManagedPolicy(bundled.name, arn, bundled.version, document=document)
            return Managed(policy, "shipped", bundled.updated)
    raise AwsError(
        "NoSuchEntity",
        f"Account {account.id} has no policy {safe(ref)}."
        if account.id is not None
        else f"None of the {account.label} has a policy {safe(ref)}.",
        "Choose another policy: with o in the app, or with --policy.",
    )


def _make_sure_that_only_one_has_it(
    policy: ManagedPolicy, candidates: Iterable[str], account: Account
) -> None:
    """Refuse a name that stands for another policy in another account of the same file.

    Raises:
        AwsError: It does.
    """
    owner = Arn.parse(policy.arn).account
    others = [arn for arn in candidates if arn in account.policies]
    if owner != "aws" and any(Arn.parse(arn).account not in (owner, "aws") for arn in others):
        raise AwsError(
            "Ambiguous",
            f"Several accounts have a policy {safe(policy.name)}.",
            "Name it by its ARN with --policy.",
        )


async def likeliest(aws: Aws, ref: str, account: Account) -> Managed | None:
    """Read the policy that a name or an ARN most likely stands for, before the account is read.

    Args:
        aws: The connection.
        ref: As for `local_policy`.
        account: For its ID and partition.

    Returns:
        What `managed_policy` would try first; None where it cannot be read.
    """
    first = next(_candidates(ref, account), None)
    try:
        return await _live(aws, first) if first is not None else None
    except AwsError:
        return None  # `managed_policy` asks again, and says what is wrong


async def managed_policy(
    aws: Aws | None, ref: str, account: Account, likely: Managed | None = None
) -> Managed:
    """Resolve a policy's name or ARN: at AWS, else as `local_policy` does.

    Args:
        aws: The connection; None for an account from a file.
        ref: As for `local_policy`.
        account: For its ID and partition, and the policies that it holds.
        likely: As `likeliest` returned it, to save the calls.

    Returns:
        The policy, with a document that can be read.

    Raises:
        AwsError: There is no such policy, or its document cannot be read anywhere.
    """
    if likely is not None:
        return _with_versions(likely, account)
    refused: AwsError | None = None
    if aws is not None:
        try:
            for arn in dict.fromkeys(_candidates(ref, account)):
                if (live := await _live(aws, arn)) is not None:
                    return _with_versions(live, account)
        except AwsError as error:
            refused = error
    try:
        return local_policy(ref, account)
    except AwsError as unknown:
        raise refused or unknown from None


async def _live(aws: Aws, arn: str) -> Managed | None:
    from iam.aws.calls import NOT_THERE, get_policy

    try:
        policy = await get_policy(aws, arn)
    except AwsError as error:
        if error.code in NOT_THERE:
            return None
        raise
    if isinstance(policy.document, Unread):
        raise AwsError(
            policy.document.error,
            f"The document of {safe(arn)} could not be understood.",
            "Choose another policy.",
        )
    return Managed(policy, "live", _day(policy))


def _with_versions(managed: Managed, account: Account) -> Managed:
    """Add the versions that the account's data holds."""
    if (held := account.policies.get(managed.policy.arn)) is None:
        return managed
    policy = replace(managed.policy, versions=held.versions)
    return replace(managed, policy=policy)


def _candidates(ref: str, account: Account) -> Iterator[str]:
    """The ARNs that a name or an ARN may stand for, the likeliest first."""
    if ref.startswith("arn:"):
        if Arn.parse(ref).partition == account.partition:  # others cannot be attached here
            yield ref
        return
    aws_managed = f"arn:{account.partition}:iam::aws:policy"
    yield f"{aws_managed}/{ref}"
    yield from (arn for arn, policy in account.policies.items() if policy.name == ref)
    for account_id in account.ids:
        yield f"arn:{account.partition}:iam::{account_id}:policy/{ref}"
    yield f"{aws_managed}/service-role/{ref}"
    yield f"{aws_managed}/job-function/{ref}"


def _day(policy: ManagedPolicy) -> str | None:
    return policy.updated.date().isoformat() if policy.updated else None
