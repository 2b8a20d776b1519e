"""Ask AWS, before anything is sent, what would prevent a change.

This reads again what is attached to every user, role and group of the plan, the account's quotas,
and, if IAM's policy simulator answers, whether the caller is allowed to make the change. Nothing
here changes anything.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from iam.account.attachments import with_attached
from iam.account.model import Account, Entity, Group
from iam.account.simulation import ContextEntry, Request, Simulated
from iam.arn import Arn
from iam.aws.answers import required
from iam.aws.attached import PATIENCE, attached_now
from iam.aws.client import IN_FLIGHT, Aws
from iam.aws.concurrency import together
from iam.aws.confirmed import Confirmed
from iam.aws.simulator import simulate
from iam.changes.journal import Op
from iam.errors import AwsError

QUOTA = 10
"""Managed policies that can be attached to one user, role or group, unless AWS raised the quota.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
SOON = 10 * 60
"""Seconds; credentials that expire sooner may expire in the middle of a batch."""
_SIMULATED = 50
"""Resources that the simulator is asked about; its rate limit is low."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What AWS returned before a change."""

    attached: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The ARNs of the policies attached now, by the ARN of the entity."""
    blocked: Mapping[str, str] = field(default_factory=dict)
    """Why some entities cannot be changed, in words, by ARN."""
    unread: tuple[str, ...] = ()
    """The names of the entities whose attached policies AWS denied reading."""
    warnings: tuple[str, ...] = ()

    def applied_to(self, account: Account) -> Account:
        """The account with the attached policies that were read."""
        entities = [
            with_attached(entity, attached)
            for arn, attached in self.attached.items()
            if (entity := account.entity(arn)) is not None
        ]
        return account.with_entities(entities)


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
    """Check a change before it is made.

    Args:
        aws: The connection.
        account: The account as loaded.
        entities: The entities to change.
        op: Whether to attach or detach.
        policy_arn: The policy to attach or detach.
        caller: The ARN of the operator's own identity.
        on_progress: Called with the number of entities that have been read.
        confirmed: The recently confirmed changes.

    Raises:
        AwsError: AWS cannot be reached, or the credentials have expired.
    """
    findings = await read_attached(aws, entities, confirmed or Confirmed(), on_progress)
    warnings: list[str] = []
    if findings.unread:
        names = (
            findings.unread[0] if len(findings.unread) == 1 else f"{len(findings.unread)} of them"
        )
        warnings.append(
            f"AWS denied reading what is attached to {names} now, so the loaded data is used."
        )
    blocked = dict(findings.blocked)
    if op == "attach":
        quotas = await _quotas(aws)
        for entity in entities:
            attached = findings.attached.get(entity.arn, entity.attached)
            quota = (quotas or {}).get(entity.type, QUOTA)
            if policy_arn in attached or len(attached) < quota:
                continue
            full = f"it has {len(attached)} of {quota} managed policies; detach one first"
            if quotas is None:
                warnings.append(f"AWS may refuse {entity.name}: {full} (with the default quota).")
            else:
                blocked.setdefault(entity.arn, full)
    warnings += _about_self(account, entities, op, caller)
    warnings += await _simulated_denials(aws, account, entities, op, policy_arn, caller)
    if aws.expires_within(SOON):
        warnings.append(
            f"The credentials expire within {SOON // 60} minutes and cannot be renewed."
        )
    return replace(findings, blocked=blocked, warnings=tuple(warnings))


async def read_attached(
    aws: Aws,
    entities: Sequence[Entity],
    confirmed: Confirmed,
    on_progress: Callable[[int], None] | None = None,
) -> Findings:
    """Read what is attached to these users, roles and groups now.

    Args:
        aws: The connection.
        entities: The entities to read.
        confirmed: The recently confirmed changes. Reads that contradict them are repeated; after a
            while they are believed.
        on_progress: Called with the number of entities that have been read.

    Raises:
        AwsError: AWS cannot be reached, or the credentials have expired.
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
                    blocked[entity.arn] = "it no longer exists"
                elif error.denied:
                    unread.append(entity.name)
                else:
                    raise
            if on_progress:
                on_progress(len(attached) + len(blocked) + len(unread))

    await together(read() for _ in range(min(IN_FLIGHT, len(entities))))
    return Findings(attached, blocked, tuple(unread))


async def _quotas(aws: Aws) -> dict[str, int] | None:
    """How many policies each kind of entity may have; None if AWS does not say."""
    try:
        summary = required(await aws.call(aws.iam.get_account_summary), "SummaryMap")
    except AwsError as error:
        if error.of_all:
            raise
        return None
    keys = {kind: f"AttachedPoliciesPer{kind.title()}Quota" for kind in ("user", "role", "group")}
    return {kind: summary[key] for kind, key in keys.items() if key in summary}


def _about_self(account: Account, entities: Iterable[Entity], op: Op, caller: str) -> list[str]:
    """Warnings that the operator would remove their own access."""
    if op == "attach":
        return []
    me = caller_of(account, caller)
    if me is None:
        return []
    own = [
        entity
        for entity in entities
        if entity.arn == me.arn or (isinstance(entity, Group) and entity.name in me.groups)
    ]
    return [
        f"You are using {entity.type} {entity.name} yourself: this removes your own access."
        for entity in own
    ]


def caller_of(account: Account, caller: str) -> Entity | None:
    """The user or role of a caller's ARN; None if it is not in the account."""
    arn = Arn.parse(caller)
    if arn.kind == "assumed-role":
        role = arn.resource.removeprefix("assumed-role/").partition("/")[0]
        return next(
            (p for p in account.principals.values() if p.type == "role" and p.name == role), None
        )
    return account.principals.get(caller)


async def _simulated_denials(
    aws: Aws,
    account: Account,
    entities: Sequence[Entity],
    op: Op,
    policy_arn: str,
    caller: str,
) -> list[str]:
    """Ask IAM's policy simulator whether the caller is allowed to make the change.

    Returns:
        Warnings; none if the simulator does not answer, because the change itself will tell.

    https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
    """
    me = caller_of(account, caller)
    if me is None:
        return []
    denials: list[str] = []
    for kind in ("user", "role", "group"):
        arns = [h.arn for h in entities if h.type == kind][:_SIMULATED]
        if not arns:
            continue
        action = f"iam:{op.title()}{kind.title()}Policy"
        context = (ContextEntry("iam:PolicyARN", (policy_arn,)),)
        try:
            answers = await simulate(aws, me.arn, [Request(action, arn, context) for arn in arns])
        except AwsError as error:
            if error.of_all:
                raise
            return denials  # the simulator is denied; the change itself will tell
        decisions = [a.decision for a in answers.values() if isinstance(a, Simulated)]
        refused = sum(decision != "allowed" for decision in decisions)
        if refused:
            of = f" for {refused} of {len(arns)} {kind}s" if len(arns) > 1 else ""
            denials.append(f"IAM's policy simulator says that you are not allowed {action}{of}.")
    return denials
