"""What a batch of changes would do, before anything is sent: who changes, who does not, and why.

Pure functions make a plan from the account as loaded. `iam.changes.preflight` reads what has
changed since, and the plan is then made again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from iam.account.attachments import attachment_of, members_of_groups
from iam.account.model import Account, Entity, Group, ManagedPolicy, Principal, in_order
from iam.changes.history import BatchRecord
from iam.changes.journal import Op, sign_of
from iam.changes.key_effects import key_warnings
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.result import PrincipalResult, SectionResult
from iam.verdicts.verdict import Verdict

if TYPE_CHECKING:
    from iam.changes.model_effects import ModelEffects


@dataclass(frozen=True, slots=True)
class Change:
    """One policy, to be attached to or detached from one user, role or group."""

    op: Op
    entity: Entity
    policy_arn: str

    @property
    def credential(self) -> str:
        """It is about no API key; the property is there for every change."""
        return ""

    def shown_by(self, attached: tuple[str, ...]) -> bool:
        """Whether these attached policies show the change as made."""
        return sign_of(self.op, self.entity.arn, self.policy_arn, "").shown_by(attached)


@dataclass(frozen=True, slots=True)
class PrincipalEffect:
    """The access of one principal before and after all changes of a plan."""

    principal: Principal
    before: PrincipalResult
    after: PrincipalResult

    @property
    def sections(self) -> tuple[tuple[SectionResult, SectionResult], ...]:
        """Each section, before and after."""
        return tuple(zip(self.before.sections, self.after.sections, strict=True))

    @property
    def unknown(self) -> bool:
        """Whether some of the access afterwards is unknown."""
        return any(
            Verdict.UNKNOWN in entry.concrete.values()
            for section in self.after.sections
            for entry in section.entries
        )

    @property
    def remaining(self) -> tuple[str, ...]:
        """Where the policy's actions that are still allowed afterwards come from, in words."""
        origins: dict[str, None] = {}
        for section in self.after.sections:
            for entry in section.entries:
                if entry.verdict in (Verdict.NONE, Verdict.DENIED):
                    continue
                for via in entry.via:
                    if via.effect == "Allow" and not via.limits:
                        origins[via.origin] = None
        return tuple(origins)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A user, role or group that the plan does not change, and why."""

    entity: Entity
    why: str
    groups: tuple[str, ...] = ()
    """The groups that give a user the policy, if that is why."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Changes of one policy that are to be made as one batch."""

    op: Op
    policy: ManagedPolicy
    changes: tuple[Change, ...] = ()
    effects: tuple[PrincipalEffect, ...] = ()
    """One for each user and role that is changed or is a member of a changed group."""
    unneeded: tuple[Skipped, ...] = ()
    """Entities that need no change."""
    blocked: tuple[Skipped, ...] = ()
    """Entities that cannot be changed."""
    warnings: tuple[str, ...] = ()
    members_unread: tuple[str, ...] = ()
    """The names of changed groups that may have more members than could be read."""
    undoes: BatchRecord | None = None
    """The batch that this plan reverses."""
    models: ModelEffects | None = None
    """Which models it opens and closes; None if it is not about them, or if that was not asked."""

    @property
    def holding_groups(self) -> tuple[str, ...]:
        """The groups by which somebody still has the policy after a detach."""
        if self.op == "attach":
            return ()
        names = [name for skipped in self.blocked for name in skipped.groups]
        names += [name for effect in self.effects for name in effect.after.attached.groups or ()]
        return tuple(dict.fromkeys(names))


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
        evaluator: Evaluates the sections that are shown.
        account: The account before the changes.
        entities: The users, roles and groups to change, as the account has them.
        op: Whether to attach or detach.
        policy: The policy to attach or detach.
        blocked: Why some entities cannot be changed, in words, by ARN.
        warnings: What the operator must know before confirming.
        undoes: The batch that the plan reverses.
    """
    changes: list[Change] = []
    unneeded: list[Skipped] = []
    cannot_change: list[Skipped] = []
    unread: list[str] = []
    confirmed = {c.entry.principal for c in undoes.last if c.state == "done"} if undoes else None
    for entity in sorted(entities, key=in_order):
        change = Change(op, entity, policy.arn)
        reason = (blocked or {}).get(entity.arn) or _refusal(entity, op, policy)
        if reason:
            cannot_change.append(Skipped(entity, reason))
        elif attachment_of(account, entity, policy.arn).direct is None and op == "detach":
            unread.append(entity.name)  # AWS knows whether there is anything to detach
            changes.append(change)
        elif change.shown_by(entity.attached):
            groups = attachment_of(account, entity, policy.arn).groups or ()
            if op == "detach" and groups and not undoes:
                reason = f"it has {policy.name} by group {', '.join(groups)} only"
                cannot_change.append(Skipped(entity, reason, groups))
            else:
                undone = None if confirmed is None else entity.arn in confirmed
                unneeded.append(Skipped(entity, _why_unneeded(op, policy, undone)))
        else:
            changes.append(change)
    members_unread = _members_unread(changes, account)
    after = _changed_account(account, changes, policy)
    effects = _effects(evaluator, account, after, changes)
    found = (
        *_unread_attachments(unread, policy),
        *_unread_members(members_unread),
        *key_warnings(evaluator, account, after, [effect.principal for effect in effects], op),
    )
    return Plan(
        op=op,
        policy=policy,
        changes=tuple(changes),
        effects=effects,
        unneeded=tuple(unneeded),
        blocked=tuple(cannot_change),
        # A plan that is made again is given those of before.
        warnings=tuple(dict.fromkeys((*warnings, *found))),
        members_unread=members_unread,
        undoes=undoes,
    )


def _unread_attachments(names: Sequence[str], policy: ManagedPolicy) -> list[str]:
    """Say of whom it is not known whether they have what is to be detached."""
    if not names:
        return []
    who = names[0] if len(names) == 1 else f"{len(names)} of them"
    return [f"Whether {policy.name} is attached to {who} could not be read."]


def _members_unread(changes: Iterable[Change], account: Account) -> tuple[str, ...]:
    groups = [c.entity for c in changes if isinstance(c.entity, Group)]
    members = members_of_groups(account) if groups else {}
    return tuple(group.name for group in groups if not members[group.key].certain)


def _unread_members(groups: Sequence[str]) -> list[str]:
    """Say of which groups more members may be affected than are shown."""
    if not groups:
        return []
    return [f"{', '.join(groups)} may have more members: some users or groups were not read."]


def changed(entity: Entity, op: Op, policy_arn: str) -> Entity:
    """The user, role or group as it would be with the policy attached or detached."""
    others = tuple(arn for arn in entity.attached if arn != policy_arn)
    attached = (*others, policy_arn) if op == "attach" else others
    return replace(entity, attached=attached)


def account_after(account: Account, plan: Plan) -> Account:
    """The account as it would be after all changes of a plan."""
    return _changed_account(account, plan.changes, plan.policy)


def _changed_account(account: Account, changes: Iterable[Change], policy: ManagedPolicy) -> Account:
    made = account.with_entities(changed(c.entity, c.op, c.policy_arn) for c in changes)
    return made if policy.arn in account.policies else made.with_policy(policy)


def protected(entity: Entity) -> str | None:
    """Why AWS does not allow anybody to change this role, in words; None if it does."""
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
        return f"AWS does not allow {policy.name} to be attached"
    return protected(entity)


def _why_unneeded(op: Op, policy: ManagedPolicy, confirmed: bool | None) -> str:
    """Why an entity needs no change, in words.

    Args:
        op: Whether the plan attaches or detaches.
        policy: The policy to attach or detach.
        confirmed: Whether AWS confirmed the change to reverse; None if the plan reverses none.
    """
    now, before = ("attached", "detached") if op == "attach" else ("detached", "attached")
    if confirmed:
        return f"{policy.name} has been {now} since"
    if confirmed is not None:
        return f"AWS never showed {policy.name} as {before}; that change may still take effect"
    return f"it already has {policy.name}" if op == "attach" else f"it does not have {policy.name}"


def _effects(
    evaluator: Evaluator, account: Account, after: Account, changes: Iterable[Change]
) -> tuple[PrincipalEffect, ...]:
    groups = [c.entity for c in changes if isinstance(c.entity, Group)]
    arns = {c.entity.arn for c in changes}
    arns.update(member.arn for group in groups for member in account.members_of(group))
    affected = [p for p in account.principals.values() if p.arn in arns]
    return tuple(
        PrincipalEffect(
            p,
            evaluator.result(account, p),
            evaluator.result(after, after.principals[p.arn]),
        )
        for p in sorted(affected, key=in_order)
    )
