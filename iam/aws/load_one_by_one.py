"""Read users, roles, groups and policies one at a time: where the whole is denied.

What may not be read must never look as if it were not there. A part of a principal that is denied
becomes an inline policy whose document is `Unread`, so that whoever judges the principal meets it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import replace
from functools import partial
from typing import Any, Literal

from iam.account.model import Account, Group, ManagedPolicy, Principal, Role, Unread, User
from iam.account.parse import parsed, validated
from iam.arn import Arn
from iam.aws.answers import required
from iam.aws.client import IN_FLIGHT, Aws
from iam.aws.paging import listed
from iam.errors import AwsError
from iam.text import safe

UNREAD_BOUNDARY = "(boundary could not be read)"
"""Stands for the ARN of a boundary when it is not known whether there is one."""

NOT_THERE = ("NoSuchEntity", "InvalidInput", "ValidationError", "ParamValidation")
"""What AWS, or botocore before it asks, says to an ARN of something that is not there."""

_EVERY = 50
"""How many users, roles and groups are read before they are told of."""

_Kind = Literal["user", "role", "group"]
_MODELS: dict[_Kind, type[User | Role | Group]] = {"user": User, "role": Role, "group": Group}
_Json = dict[str, Any]


async def together(jobs: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run jobs side by side; the first error ends all of them and is raised as it is."""
    try:
        async with asyncio.TaskGroup() as group:
            for job in jobs:
                group.create_task(job)
    except* AwsError as errors:
        first: BaseException = errors
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise first from None


async def load_one_by_one(
    aws: Aws, account: Account, on_page: Callable[[Account], None]
) -> Account:
    """Read all users, roles and groups with the calls for single ones.

    Raises:
        AwsError: Neither users nor roles may be listed, or something else than a denial happened.
    """
    unread: list[Unread] = []
    refusals: list[AwsError] = []
    names: list[tuple[_Kind, _Json]] = []
    for kind in _MODELS:
        try:
            found, missing = await listed(aws, f"list_{kind}s", f"{kind.title()}s")
        except AwsError as error:
            if not _skippable(error):
                raise
            found, missing = [], error
        names += [(kind, raw) for raw in found]
        if missing is not None:
            refusals.append(missing)
            unread.append(Unread(f"{kind}s", missing.code, missing.sentence, kind != "group"))
    # Groups alone are nobody.
    if {"users", "roles"} <= {item.what for item in unread} and {k for k, _ in names} <= {"group"}:
        raise refusals[0]

    principals: dict[str, Principal] = {}
    groups: dict[str, Group] = {}
    policies: dict[str, ManagedPolicy] = {}
    waiting = iter(names)
    fresh: list[Principal | Group] = []

    def tell() -> None:
        on_page(replace(account, unread=()).with_entities(fresh))
        fresh.clear()

    async def worker() -> None:
        for kind, raw in waiting:
            name = raw.get(f"{kind.title()}Name")
            if not name:
                what = f"{kind} {raw.get('Arn', '')}".strip()
                unread.append(Unread(what, "Malformed", "AWS lists no name", kind != "group"))
                continue
            reader = _Reader(aws, kind, name)
            read = await reader.read(raw)
            unread.extend(reader.malformed)
            if read is None:
                continue  # it is malformed, or was deleted since it was listed
            fresh.append(read)
            if isinstance(read, Group):
                groups[read.name] = read
            else:
                principals[read.arn] = read
                if isinstance(reader.boundary, ManagedPolicy):
                    policies[UNREAD_BOUNDARY] = reader.boundary
            if len(fresh) >= _EVERY:
                tell()

    await together(worker() for _ in range(IN_FLIGHT))
    tell()
    return replace(
        account,
        principals=principals,
        groups=groups,
        policies=policies,
        unread=(*account.unread, *unread),
    )


async def fetch_missing(aws: Aws, account: Account) -> Account:
    """Read what principals refer to and the account does not hold: boundaries, policies, groups.

    `GetAccountAuthorizationDetails` leaves out a policy that is only used as a boundary.

    Returns:
        The account with them; a policy that could not be read has `Unread` for a document, and a
        group that could not be read is still absent.

    Raises:
        AwsError: The network or the credentials failed.
    """
    groups = dict(account.groups)
    absent = {g for p in account.principals.values() for g in p.groups} - groups.keys()

    async def fetch_group(name: str) -> None:
        try:
            read = await _Reader(aws, "group", name).read({})
        except AwsError as error:
            if not _skippable(error):
                raise
            return  # it stays absent, which nobody takes for an empty group
        if isinstance(read, Group):
            groups[name] = read

    await _with_workers(fetch_group, sorted(absent))
    entities = (*account.principals.values(), *groups.values())
    used = {arn for entity in entities for arn in entity.attached}
    used |= {p.boundary for p in account.principals.values() if p.boundary}
    policies = dict(account.policies)

    async def fetch_policy(arn: str) -> None:
        try:
            policies[arn] = await get_policy(aws, arn)
        except AwsError as error:
            if not _skippable(error):
                raise
            unread = Unread(f"policy {arn}", error.code, error.sentence)
            policies[arn] = _unread_policy(arn, unread)

    await _with_workers(fetch_policy, sorted(used - policies.keys()))
    return replace(account, groups=groups, policies=policies)


async def get_policy(aws: Aws, arn: str) -> ManagedPolicy:
    """Read a managed policy with the document of its default version.

    Raises:
        AwsError: It does not exist, may not be read, or is not as AWS describes a policy.
    """
    raw = required(await aws.call(aws.iam.get_policy, PolicyArn=arn), "Policy")
    default = required(raw, "DefaultVersionId")
    said = await aws.call(aws.iam.get_policy_version, PolicyArn=arn, VersionId=default)
    document = required(required(said, "PolicyVersion"), "Document")
    unread: list[Unread] = []
    model = partial(validated, ManagedPolicy)
    policy = parsed({**raw, "document": document}, "policy", model, unread)
    if policy is None:
        what = f"The policy {safe(arn)} is {safe(unread[0].message)}."
        raise AwsError("Malformed", what, "Check the endpoint URL and the proxy.")
    return policy


class _Reader:
    """Reads one user, role or group, part by part."""

    def __init__(self, aws: Aws, kind: _Kind, name: str) -> None:
        self.boundary: ManagedPolicy | None = None
        """Set if it could not be read whether there is a boundary."""
        self.malformed: list[Unread] = []
        """Why there is nothing to be understood of it."""
        self._aws = aws
        self._kind = kind
        self._title = kind.title()
        self._who = {f"{self._title}Name": name}
        self._name = name
        self._unread: list[_Json] = []

    async def read(self, listed: _Json) -> User | Role | Group | None:
        """Read it; None if it does not exist (any more), or is malformed.

        Args:
            listed: What a list said about it, for when no more may be read.
        """
        try:
            facts = listed if self._kind == "group" and listed else await self._facts(listed)
            attached = await self._part("attached policies", self._attached)
            inline = await self._part("inline policies", self._inline)
            if self._kind == "user":
                groups = await self._part("groups", self._groups)
                facts = {**facts, "GroupList": groups}
        except AwsError as error:
            if error.code == "NoSuchEntity":
                return None
            raise
        raw = {
            **facts,
            "AttachedManagedPolicies": attached,
            f"{self._title}PolicyList": [*inline, *self._unread],
        }
        return parsed(raw, self._kind, partial(validated, _MODELS[self._kind]), self.malformed)

    async def _facts(self, listed: _Json) -> _Json:
        """Boundary, tags and last use, which lists leave out."""
        get = getattr(self._aws.iam, f"get_{self._kind}")
        try:
            return dict(required(await self._aws.call(get, **self._who), self._title))
        except AwsError as error:
            if not listed or error.code == "NoSuchEntity" or not _skippable(error):
                raise
            what = f"boundary of {listed.get('Arn') or self._name}"
            unread = Unread(what, error.code, error.sentence)
            self.boundary = _unread_policy(UNREAD_BOUNDARY, unread)
            return {**listed, "PermissionsBoundary": UNREAD_BOUNDARY}

    async def _part(self, what: str, read: Callable[[], Awaitable[list[Any]]]) -> list[Any]:
        try:
            return await read()
        except AwsError as error:
            if error.code == "NoSuchEntity" or not _skippable(error):
                raise
            self._keep_unread(f"({what} could not be read)", what, error)
            return []

    async def _items(self, operation: str, key: str, what: str) -> list[Any]:
        """All items of a list of its; where there may be more, that is kept as unread."""
        found, missing = await listed(self._aws, operation, key, **self._who)
        if missing is not None:
            self._keep_unread(f"({what} could not be read)", what, missing)
        return found

    async def _attached(self) -> list[Any]:
        operation = f"list_attached_{self._kind}_policies"
        found = await self._items(operation, "AttachedPolicies", "attached policies")
        return [required(policy, "PolicyArn") for policy in found]

    async def _inline(self) -> list[Any]:
        operation = f"list_{self._kind}_policies"
        names = await self._items(operation, "PolicyNames", "inline policies")
        get = getattr(self._aws.iam, f"get_{self._kind}_policy")
        found: list[_Json] = []
        for name in names:
            try:
                said = await self._aws.call(get, **self._who, PolicyName=name)
                document = required(said, "PolicyDocument")
                found.append({"PolicyName": name, "PolicyDocument": document})
            except AwsError as error:
                if error.code == "NoSuchEntity":
                    continue  # deleted since it was listed; the principal itself is still there
                if not _skippable(error):
                    raise
                self._keep_unread(name, f"inline policy {name}", error)
        return found

    async def _groups(self) -> list[Any]:
        found = await self._items("list_groups_for_user", "Groups", "groups")
        return [required(group, "GroupName") for group in found]

    def _keep_unread(self, name: str, what: str, error: AwsError) -> None:
        unread = Unread(f"{what} of {self._kind} {self._name}", error.code, error.sentence)
        self._unread.append({"PolicyName": name, "PolicyDocument": unread})


async def _with_workers(
    fetch: Callable[[str], Coroutine[Any, Any, None]], names: Iterable[str]
) -> None:
    waiting = iter(names)

    async def worker() -> None:
        for name in waiting:
            await fetch(name)

    await together(worker() for _ in range(IN_FLIGHT))


def _skippable(error: AwsError) -> bool:
    """Whether the error is about this one thing, and the rest can be read all the same."""
    return error.denied or error.code in (*NOT_THERE, "Malformed")


def _unread_policy(arn: str, unread: Unread) -> ManagedPolicy:
    return ManagedPolicy(Arn.parse(arn).name, arn, "?", document=unread)
