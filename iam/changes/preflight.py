"""Ask AWS, before anything is sent, what would keep a change from being made as it is meant.

It reads every user, role and group of the plan anew, the account's quotas, and, where IAM's
simulator answers, whether the caller may do it at all. Nothing here changes anything.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from iam.account.model import Account, Entity, Group
from iam.arn import Arn
from iam.aws.answers import required
from iam.aws.attached import PATIENCE, attached_now
from iam.aws.client import IN_FLIGHT, Aws
from iam.aws.concurrency import together
from iam.aws.confirmed import Confirmed
from iam.aws.paging import listed
from iam.changes.journal import Op
from iam.errors import AwsError

QUOTA = 10
"""Managed policies that can be attached to one user, role or group, unless AWS raised it.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
SOON = 10 * 60
"""Seconds; credentials that end sooner may end in the middle of a batch."""
_SIMULATED = 50
"""Resources that the simulator is asked about; it throttles early."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What AWS says before a change."""

    attached: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The attached policies as they are now, by the ARN of their holder."""
    blocked: Mapping[str, str] = field(default_factory=dict)
    """Why something cannot be changed, in words, by ARN."""
    unread: tuple[str, ...] = ()
    """The names of those of whom AWS denies what is attached to them."""
    warnings: tuple[str, ...] = ()

    def applied_to(self, account: Account) -> Account:
        """The account with what was read."""
        now = [
            replace(entity, attached=attached)
            for arn, attached in self.attached.items()
            if (entity := account.entity(arn)) is not None
        ]
        return account.with_entities(now)


async def preflight(
    aws: Aws,
    account: Account,
    entities: Sequence[Entity],
    op: Op,
    policy_arn: str,
    caller: str,
    on_progress: Callable[[int], None] | None = None,
    confirmed: Confirmed | None = None,
) -> Findings:
    """Look before a change.

    Args:
        aws: The connection.
        account: As it is known.
        holders: Who is to change.
        op: How.
        policy_arn: Which policy is to be attached or detached.
        caller: The ARN of the operator's own identity.
        on_progress: Told how many of the holders have been read.
        confirmed: What AWS confirmed a moment ago.

    Raises:
        AwsError: AWS cannot be asked at all: no network, expired credentials.
    """
    found = await look(aws, entities, confirmed or Confirmed(), on_progress)
    warnings: list[str] = []
    if found.unread:
        who = found.unread[0] if len(found.unread) == 1 else f"{len(found.unread)} of them"
        warnings.append(
            f"What is attached to {who} now may not be read: the account's data is used."
        )
    blocked = dict(found.blocked)
    if op == "attach":
        quotas = await _quotas(aws)
        for entity in entities:
            held = found.attached.get(entity.arn, entity.attached)
            quota = (quotas or {}).get(entity.type, QUOTA)
            if policy_arn in held or len(held) < quota:
                continue
            full = f"it has {len(held)} of {quota} managed policies; detach one first"
            if quotas is None:
                warnings.append(f"{entity.name} may be refused: {full}, if the quota is the usual.")
            else:
                blocked.setdefault(entity.arn, full)
    warnings += _of_self(account, entities, op, caller)
    warnings += await _may_not(aws, account, entities, op, policy_arn, caller)
    if aws.expires_within(SOON):
        warnings.append(f"The credentials end within {SOON // 60} minutes and are not renewed.")
    return replace(found, blocked=blocked, warnings=tuple(warnings))


async def look(
    aws: Aws,
    entities: Sequence[Entity],
    confirmed: Confirmed,
    on_progress: Callable[[int], None] | None = None,
) -> Findings:
    """Read what is attached to these users, roles and groups now.

    Args:
        aws: The connection.
        holders: Whom to read.
        confirmed: What AWS confirmed a moment ago: reads that contradict it are repeated, and what
            they say in the end is believed.
        on_progress: Told how many have been read.

    Raises:
        AwsError: AWS cannot be asked at all.
    """
    attached: dict[str, tuple[str, ...]] = {}
    blocked: dict[str, str] = {}
    unread: list[str] = []
    waiting = iter(entities)
    deadline = time.monotonic() + PATIENCE

    async def read() -> None:
        for entity in waiting:
            try:
                now = await attached_now(
                    aws, entity.type, entity.name, confirmed.of(entity.arn), deadline
                )
                confirmed.believe(entity.arn, now)
                attached[entity.arn] = now
            except AwsError as error:
                if error.code == "NoSuchEntity":
                    blocked[entity.arn] = "it does not exist any more"
                elif error.denied:
                    unread.append(entity.name)
                else:
                    raise
            if on_progress:
                on_progress(len(attached) + len(blocked) + len(unread))

    await together(read() for _ in range(min(IN_FLIGHT, len(entities))))
    return Findings(attached, blocked, tuple(unread))


async def _quotas(aws: Aws) -> dict[str, int] | None:
    """How many policies each kind of holder may have; None if AWS does not say."""
    try:
        summary = required(await aws.call(aws.iam.get_account_summary), "SummaryMap")
    except AwsError as error:
        if error.of_all:
            raise
        return None
    keys = {kind: f"AttachedPoliciesPer{kind.title()}Quota" for kind in ("user", "role", "group")}
    return {kind: summary[key] for kind, key in keys.items() if key in summary}


def _of_self(account: Account, entities: Iterable[Entity], op: Op, caller: str) -> list[str]:
    """Say so where the operator takes away what the operator itself has."""
    if op == "attach":
        return []
    me = caller_of(account, caller)
    if me is None:
        return []
    mine = [
        h for h in entities if h.arn == me.arn or (isinstance(h, Group) and h.name in me.groups)
    ]
    return [
        f"You are using {h.type} {h.name} yourself: this takes away your own access." for h in mine
    ]


def caller_of(account: Account, caller: str) -> Entity | None:
    """The user or role that a caller's ARN stands for; None if the account does not hold it."""
    arn = Arn.parse(caller)
    if arn.kind == "assumed-role":
        role = arn.resource.removeprefix("assumed-role/").partition("/")[0]
        return next(
            (p for p in account.principals.values() if p.type == "role" and p.name == role), None
        )
    return account.principals.get(caller)


async def _may_not(
    aws: Aws,
    account: Account,
    entities: Sequence[Entity],
    op: Op,
    policy_arn: str,
    caller: str,
) -> list[str]:
    """Ask IAM's simulator whether the caller may; what it does not answer is found out by trying.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
    """
    me = caller_of(account, caller)
    if me is None:
        return []
    found: list[str] = []
    for kind in ("user", "role", "group"):
        arns = [h.arn for h in entities if h.type == kind][:_SIMULATED]
        if not arns:
            continue
        action = f"iam:{op.title()}{kind.title()}Policy"
        try:
            results, _ = await listed(
                aws,
                "simulate_principal_policy",
                "EvaluationResults",
                PolicySourceArn=me.arn,
                ActionNames=[action],
                ResourceArns=arns,
                ContextEntries=[
                    {
                        "ContextKeyName": "iam:PolicyARN",
                        "ContextKeyValues": [policy_arn],
                        "ContextKeyType": "string",
                    }
                ],
            )
            # Without results of its own for each resource, the one decision is the only resource's.
            decisions = [
                required(each, "EvalResourceDecision")
                for result in results
                for each in result.get("ResourceSpecificResults", [])
            ] or [required(result, "EvalDecision") for result in results]
        except AwsError as error:
            if error.of_all:
                raise
            return found  # it may not be asked, or does not answer: AWS itself will say
        refused = sum(decision != "allowed" for decision in decisions)
        if refused:
            of = f" for {refused} of {len(arns)} {kind}s" if len(arns) > 1 else ""
            found.append(f"IAM's simulator says that you may not {action}{of}.")
    return found
