"""The last uses of Bedrock in an account: put in, carried over to a new load, or dropped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from iam.account.effective_policies import policies_of
from iam.account.last_use import SERVICES, BedrockUse, UseAsked, services_of
from iam.account.model import Account, Principal
from iam.account.unread import Unread


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


def others_granted(
    account: Account, arns: Iterable[str], reported: frozenset[str]
) -> dict[str, tuple[str, ...]]:
    """The services that other policies grant to holders, and on which a report says nothing.

    Without them, `never` would be said of who uses one of these services every day.

    Args:
        account: The account of the holders.
        arns: The holders.
        reported: The services that the report is on.
    """
    found: dict[str, tuple[str, ...]] = {}
    known: dict[int, frozenset[str]] = {}  # many principals share a document
    for arn in arns:
        if (principal := account.principals.get(arn)) is None:
            continue
        granted: frozenset[str] = frozenset()
        for policy in policies_of(account, principal):
            document = policy.document
            if id(document) not in known:
                unread = isinstance(document, Unread)
                known[id(document)] = frozenset(SERVICES) if unread else services_of([document])
            granted |= known[id(document)]
        if others := granted - reported:
            found[arn] = tuple(sorted(others))
    return found
