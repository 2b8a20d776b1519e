"""Read users, roles, groups and policies one at a time: where the whole is denied.

What may not be read must never look as if it were not there. A part of a principal that is denied
becomes an inline policy whose document is `Unread`, so that whoever judges the principal meets it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import replace
from typing import Any, Literal

from iam.account import Account, Group, ManagedPolicy, Principal, Role, Unread, User
from iam.client import IN_FLIGHT, Aws
from iam.errors import AwsError
from iam.parse import validated

UNREAD_BOUNDARY = "(boundary could not be read)"
"""Stands for the ARN of a boundary when it is not known whether there is one."""

NOT_THERE = ("NoSuchEntity", "InvalidInput", "ValidationError", "ParamValidation")
"""What AWS, or botocore before it asks, says to an ARN of something that is not there."""

_EVERY = 50
"""How many users, roles and groups are read before they are told of."""

_Kind = Literal["user", "role", "group"]
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
    denials: list[AwsError] = []
    names: list[tuple[_Kind, _Json]] = []
    kinds: tuple[_Kind, ...] = ("user", "role", "group")
    for kind in kinds:
        try:
            found = await listed(aws, f"list_{kind}s", f"{kind.title()}s")
            names += [(kind, raw) for raw in found]
        except AwsError as error:
            if not error.denied:
                raise
            denials.append(error)
            hides = kind != "group"
            unread.append(Unread(f"{kind}s", error.code, error.sentence, hides))
    if {"users", "roles"} <= {item.what for item in unread}:
        raise denials[0]

    principals: dict[str, Principal] = {}
    groups: dict[str, Group] = {}
    policies: dict[str, ManagedPolicy] = {}
    waiting = iter(names)

    fresh: list[Principal | Group] = []

    def tell() -> None:
        on_page(replace(account, unread=()).with_holders(fresh))
        fresh.clear()

    async def worker() -> None:
        for kind, raw in waiting:
            reader = _Reader(aws, kind, raw[f"{kind.title()}Name"])
            if (read := await reader.read(raw)) is None:
                continue  # deleted since it was listed
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
    holders = (*account.principals.values(), *groups.values())
    used = {arn for holder in holders for arn in holder.attached}
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
        AwsError: It does not exist, or may not be read.
    """
    said = await aws.call(aws.iam.get_policy, PolicyArn=arn)
    raw: _Json = dict(said["Policy"])
    version = await aws.call(
        aws.iam.get_policy_version, PolicyArn=arn, VersionId=raw["DefaultVersionId"]
    )
    document = version["PolicyVersion"]["Document"]
    return validated(ManagedPolicy, {**raw, "document": document})


class _Reader:
    """Reads one user, role or group, part by part."""

    def __init__(self, aws: Aws, kind: _Kind, name: str) -> None:
        self.boundary: ManagedPolicy | None = None
        """Set if it could not be read whether there is a boundary."""
        self._aws = aws
        self._kind = kind
        self._title = kind.title()
        self._who = {f"{self._title}Name": name}
        self._name = name
        self._unread: list[_Json] = []

    async def read(self, listed: _Json) -> User | Role | Group | None:
        """Read it; None if it does not exist (any more).

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
        models: Mapping[_Kind, type[User | Role | Group]] = {
            "user": User,
            "role": Role,
            "group": Group,
        }
        return validated(models[self._kind], raw)

    async def _facts(self, listed: _Json) -> _Json:
        """Boundary, tags and last use, which lists leave out."""
        get = getattr(self._aws.iam, f"get_{self._kind}")
        try:
            return dict((await self._aws.call(get, **self._who))[self._title])
        except AwsError as error:
            if not listed or not error.denied:
                raise
            unread = Unread(f"boundary of {listed['Arn']}", error.code, error.sentence)
            self.boundary = _unread_policy(UNREAD_BOUNDARY, unread)
            return {**listed, "PermissionsBoundary": UNREAD_BOUNDARY}

    async def _part(self, what: str, read: Callable[[], Awaitable[list[Any]]]) -> list[Any]:
        try:
            return await read()
        except AwsError as error:
            if not error.denied:
                raise
            self._keep_unread(f"({what} could not be read)", what, error)
            return []

    async def _attached(self) -> list[Any]:
        list_attached = f"list_attached_{self._kind}_policies"
        return await listed(self._aws, list_attached, "AttachedPolicies", **self._who)

    async def _inline(self) -> list[Any]:
        names = await listed(self._aws, f"list_{self._kind}_policies", "PolicyNames", **self._who)
        get = getattr(self._aws.iam, f"get_{self._kind}_policy")
        found: list[_Json] = []
        for name in names:
            try:
                said = await self._aws.call(get, **self._who, PolicyName=name)
                found.append({"PolicyName": name, "PolicyDocument": said["PolicyDocument"]})
            except AwsError as error:
                if error.code == "NoSuchEntity":
                    continue  # deleted since it was listed; the principal itself is still there
                if not error.denied:
                    raise
                self._keep_unread(name, f"inline policy {name}", error)
        return found

    async def _groups(self) -> list[Any]:
        found = await listed(self._aws, "list_groups_for_user", "Groups", **self._who)
        return [group["GroupName"] for group in found]

    def _keep_unread(self, name: str, what: str, error: AwsError) -> None:
        unread = Unread(f"{what} of {self._kind} {self._name}", error.code, error.sentence)
        self._unread.append({"PolicyName": name, "PolicyDocument": unread})


async def listed(aws: Aws, operation: str, key: str, **kwargs: str) -> list[Any]:
    """All items of all pages of a list.

    Raises:
        AwsError: A page could not be read.
    """

    def pages() -> list[Any]:
        paginator: Any = aws.iam.get_paginator(operation)  # type: ignore[call-overload]
        return [item for page in paginator.paginate(**kwargs) for item in page.get(key, [])]

    pages.__name__ = operation
    return await aws.call(pages)


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
    return error.denied or error.code in NOT_THERE


def _unread_policy(arn: str, unread: Unread) -> ManagedPolicy:
    return ManagedPolicy(arn.rsplit("/", 1)[-1], arn, "?", document=unread)
