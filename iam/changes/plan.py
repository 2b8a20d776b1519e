"""What a batch of changes would do, before anything is sent: who changes, who does not, and why.

A plan is worked out on the account as it is known, by pure functions. `iam.changes.preflight` asks
AWS for what has changed since, and the plan is then made anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from iam.account.attachments import attachment_of
from iam.account.model import Account, Entity, Group, ManagedPolicy, Principal, in_order
from iam.arn import Arn
from iam.changes.history import BatchRecord
from iam.changes.journal import Op
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.result import PrincipalResult, SectionResult
from iam.verdicts.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Change:
    """One policy, to be attached to or detached from one user, role or group."""

    op: Op
    entity: Entity
    policy_arn: str

    def shown_by(self, attached: tuple[str, ...]) -> bool:
        """Whether these attached policies are what the change is to bring about."""
        return (self.policy_arn in attached) == (self.op == "attach")


@dataclass(frozen=True, slots=True)
class Effect:
    """One principal as it is, and as it would be once all changes of a plan are made."""

    principal: Principal
    before: PrincipalResult
    after: PrincipalResult

    @property
    def sections(self) -> tuple[tuple[SectionResult, SectionResult], ...]:
        """Each section before and after."""
        return tuple(zip(self.before.sections, self.after.sections, strict=True))

    @property
    def unknown(self) -> bool:
        """Whether it is not known what is allowed afterwards."""
        return any(
            Verdict.UNKNOWN in entry.concrete.values()
            for section in self.after.sections
            for entry in section.entries
        )

    @property
    def remaining(self) -> tuple[str, ...]:
        """By what means, in words, some of the policy's actions are allowed afterwards."""
        found: dict[str, None] = {}
        for section in self.after.sections:
            for entry in section.entries:
                if entry.verdict in (Verdict.NONE, Verdict.DENIED):
                    continue
                for via in entry.via:
                    if via.effect == "Allow" and via.kind != "boundary":
                        found[via.origin] = None
        return tuple(found)


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """A user, role or group that would not change, and why."""

    entity: Entity
    why: str
    groups: tuple[str, ...] = ()
    """The groups by which a user has the policy, where that is why."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Changes of one policy that are to be made together."""

    op: Op
    policy: ManagedPolicy
    changes: tuple[Change, ...] = ()
    effects: tuple[Effect, ...] = ()
    """On every user and role that is changed, or is in a group that is."""
    as_wanted: tuple[LeftAlone, ...] = ()
    """There is nothing to do; they are not sent."""
    blocked: tuple[LeftAlone, ...] = ()
    """They cannot be changed; they are not sent."""
    warnings: tuple[str, ...] = ()
    undoes: BatchRecord | None = None
    """The batch that it reverses."""

    @property
    def holding_groups(self) -> tuple[str, ...]:
        """The groups by which somebody has the policy before and after a detach."""
        if self.op == "attach":
            return ()
        found = [g for left in self.blocked for g in left.groups]
        found += [g for effect in self.effects for g in effect.after.attached.groups]
        return tuple(dict.fromkeys(found))


def make_plan(
    evaluator: Evaluator,
    account: Account,
    entities: Iterable[Entity],
    op: Op,
    policy: ManagedPolicy,
    *,
    blocked: Mapping[str, str] | None = None,
    warnings: tuple[str, ...] = (),
    undoes: BatchRecord | None = None,
) -> Plan:
    """Work out what attaching or detaching a policy would do.

    Args:
        judge: For the sections that are shown.
        account: As it is.
        holders: Users, roles and groups, as the account has them.
        op: What is to be done to them.
        policy: Which is attached or detached.
        blocked: Why some cannot be changed, in words, by ARN.
        warnings: What the operator must know before saying yes.
        undoes: The batch that this one is to reverse.
    """
    changes: list[Change] = []
    as_wanted: list[LeftAlone] = []
    refused: list[LeftAlone] = []
    done = {c.entry.principal for c in undoes.last if c.state == "done"} if undoes else None
    for entity in sorted(entities, key=in_order):
        change = Change(op, entity, policy.arn)
        why = (blocked or {}).get(entity.arn) or _refusal(entity, op, policy)
        if why:
            refused.append(LeftAlone(entity, why))
        elif change.shown_by(entity.attached):
            groups = attachment_of(account, entity, policy.arn).groups
            if op == "detach" and groups and not undoes:
                why = f"it has {policy.name} by group {', '.join(groups)} only"
                refused.append(LeftAlone(entity, why, groups))
            else:
                confirmed = None if done is None else entity.arn in done
                as_wanted.append(LeftAlone(entity, _unneeded(op, policy, confirmed)))
        else:
            changes.append(change)
    return Plan(
        op=op,
        policy=policy,
        changes=tuple(changes),
        effects=_effects(evaluator, account, changes, policy),
        as_wanted=tuple(as_wanted),
        blocked=tuple(refused),
        warnings=warnings,
        undoes=undoes,
    )


def plan_of_undo(
    evaluator: Evaluator,
    account: Account,
    batch: BatchRecord,
    policy: ManagedPolicy,
    *,
    only: frozenset[str] = frozenset(),
    again: frozenset[str] = frozenset(),
) -> Plan:
    """Work out what reversing a batch would do.

    Args:
        judge: For the sections that are shown.
        account: As it is.
        batch: What is to be reversed: what it is known to have done, where it is so still.
        policy: The one of the batch.
        only: The ARNs that alone are to be reversed; all of the batch if there are none.
        again: The ARNs that later batches changed: what they have now is not of this batch.
    """
    chosen = [c.entry.principal for c in batch.reversible if not only or c.entry.principal in only]
    entities = [entity for arn in chosen if (entity := account.entity(arn)) is not None]
    op: Op = "detach" if batch.entry.op == "attach" else "attach"
    return make_plan(
        evaluator,
        account,
        entities,
        op,
        policy,
        blocked=dict.fromkeys(again, "it was changed again since: undo that instead"),
        warnings=(*_gone(chosen, account), *_doubtful(batch, chosen)),
        undoes=batch,
    )


def _doubtful(batch: BatchRecord, chosen: Iterable[str]) -> list[str]:
    arns = set(chosen)
    count = sum(c.state == "unconfirmed" for c in batch.reversible if c.entry.principal in arns)
    if not count:
        return []
    return [f"AWS never confirmed {count} of these changes: what is there may be somebody else's."]


def _gone(arns: Iterable[str], account: Account) -> list[str]:
    gone = [arn for arn in arns if account.entity(arn) is None]
    return [f"{Arn.parse(arn).name} is not in the account any more." for arn in gone]


def changed(entity: Entity, op: Op, policy_arn: str) -> Entity:
    """The user, role or group as it would be with the policy attached or detached."""
    others = tuple(arn for arn in entity.attached if arn != policy_arn)
    attached = (*others, policy_arn) if op == "attach" else others
    return replace(entity, attached=attached)


def protected(entity: Entity) -> str | None:
    """Why AWS will not let anybody change this role, in words; None if it will."""
    if entity.type != "role":
        return None
    if entity.path.startswith("/aws-service-role/"):
        service = entity.path.split("/")[2]
        return f"it is a service-linked role, which only {service} can change"
    if entity.path.startswith("/aws-reserved/") or entity.name.startswith("AWSReservedSSO_"):
        return "it belongs to IAM Identity Center: change its permission set there"
    return None


def _refusal(entity: Entity, op: Op, policy: ManagedPolicy) -> str | None:
    if op == "attach" and (not policy.attachable or ":policy/aws-service-role/" in policy.arn):
        return f"AWS lets nobody attach {policy.name}"
    return protected(entity)


def _unneeded(op: Op, policy: ManagedPolicy, confirmed: bool | None) -> str:
    """Why nothing is to be done.

    Args:
        op: What was to be done.
        policy: Which is attached or detached.
        confirmed: Whether AWS confirmed the change that is to be reversed; None if none is.
    """
    now, before = ("attached", "detached") if op == "attach" else ("detached", "attached")
    if confirmed:
        return f"{policy.name} was {now} since"
    if confirmed is not None:
        return f"AWS does not show that {policy.name} was {before}: it may still come"
    return f"it has {policy.name} already" if op == "attach" else f"it does not have {policy.name}"


def _effects(
    evaluator: Evaluator, account: Account, changes: Iterable[Change], policy: ManagedPolicy
) -> tuple[Effect, ...]:
    would_be = account.with_entities(changed(c.entity, c.op, c.policy_arn) for c in changes)
    if policy.arn not in account.policies:
        would_be = would_be.with_policy(policy)
    groups = {c.entity.name for c in changes if isinstance(c.entity, Group)}
    arns = {c.entity.arn for c in changes}
    reached = [
        p for p in account.principals.values() if p.arn in arns or groups.intersection(p.groups)
    ]
    return tuple(
        Effect(
            p, evaluator.result(account, p), evaluator.result(would_be, would_be.principals[p.arn])
        )
        for p in sorted(reached, key=in_order)
    )
