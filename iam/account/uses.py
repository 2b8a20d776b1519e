"""The last uses of Bedrock in an account: put in, carried over to a new load, or dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from iam.account.last_use import BedrockUse, UseAsked
from iam.account.model import Account, Principal


def with_uses(account: Account, uses: Mapping[str, BedrockUse], asked: UseAsked) -> Account:
    """A copy of an account with what AWS said.

    Args:
        account: The account.
        uses: By ARN; of others, what was known before stays.
        asked: When AWS was asked, and what it did not answer.
    """
    found = {
        arn: replace(account.principals[arn], bedrock_use=use)
        for arn, use in uses.items()
        if arn in account.principals
    }
    return replace(account, principals={**account.principals, **found}, use_asked=asked)


def with_uses_of(account: Account, before: Account) -> Account:
    """A copy of an account that was read again, with what AWS had said before.

    Args:
        account: The new load.
        before: The load before. A user or role that has been made again, under the same name, is
            another one.
    """
    if before.use_asked is None:
        return account

    def same(principal: Principal) -> BedrockUse | None:
        other = before.principals.get(principal.arn)
        is_same = other is not None and other.id is not None and other.id == principal.id
        return other.bedrock_use if other is not None and is_same else None

    uses = {arn: use for arn, p in account.principals.items() if (use := same(p)) is not None}
    return with_uses(account, uses, before.use_asked)


def with_relevant_uses(account: Account, policy: str) -> Account:
    """A copy of an account without what was only asked about another managed policy.

    That one may grant other services, so that `never` would say too much.

    Args:
        account: The account.
        policy: The ARN of the managed policy.
    """
    if account.use_asked is not None and account.use_asked.policy == policy:
        return account
    known = {arn: p for arn, p in account.principals.items() if p.bedrock_use is not None}
    if not known and account.use_asked is None:
        return account
    kept = {
        arn: p.bedrock_use
        for arn, p in known.items()
        if p.bedrock_use is not None and p.bedrock_use.asked in (arn, policy)
    }
    found = {arn: replace(p, bedrock_use=kept.get(arn)) for arn, p in known.items()}
    at = max((use.asked_at for use in kept.values()), default=None)
    return replace(
        account,
        principals={**account.principals, **found},
        use_asked=None if at is None else UseAsked(at, policy=policy),
    )
