"""Read one user, role, group or managed policy by the calls for single ones.

What may not be read must never look as if it were not there. A part of an entity that is denied
becomes an inline policy whose document is `Unread`, so that its verdicts are unknown.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Literal

from iam.account.model import UNREAD_BOUNDARY, Group, ManagedPolicy, Role, User
from iam.account.parse import parsed, validated
from iam.account.unread import Unread
from iam.arn import Arn
from iam.aws.answers import required
from iam.aws.client import Aws
from iam.aws.paging import listed
from iam.errors import AwsError
from iam.text import safe

NOT_THERE = ("NoSuchEntity", "InvalidInput", "ValidationError", "ParamValidation")
"""Error codes of AWS, or of botocore before it sends, for an ARN of something that is not there."""

Kind = Literal["user", "role", "group"]
KINDS: tuple[Kind, ...] = ("user", "role", "group")
Json = dict[str, Any]
_MODELS: dict[Kind, type[User | Role | Group]] = {"user": User, "role": Role, "group": Group}


async def get_policy(aws: Aws, arn: str) -> ManagedPolicy:
    """Read a managed policy with the document of its default version.

    Raises:
        AwsError: It does not exist, may not be read, or is not as AWS describes a policy.
    """
    raw = required(await aws.call(aws.iam.get_policy, PolicyArn=arn), "Policy")
    default = required(raw, "DefaultVersionId")
    answer = await aws.call(aws.iam.get_policy_version, PolicyArn=arn, VersionId=default)
    document = required(required(answer, "PolicyVersion"), "Document")
    unread: list[Unread] = []
    model = partial(validated, ManagedPolicy)
    policy = parsed({**raw, "document": document}, "policy", model, unread)
    if policy is None:
        what = f"The policy {safe(arn)} is {safe(unread[0].message)}."
        raise AwsError("Malformed", what, "Check the endpoint URL and the proxy.")
    return policy


def unread_policy(arn: str, unread: Unread) -> ManagedPolicy:
    """A managed policy of which only the ARN is known."""
    return ManagedPolicy(Arn.parse(arn).name, arn, "?", document=unread)


def skippable(error: AwsError) -> bool:
    """Whether the error concerns this one item only, so that the others can still be read."""
    return error.denied or error.code in (*NOT_THERE, "Malformed")


class EntityReader:
    """Reads one user, role or group, part by part."""

    def __init__(self, aws: Aws, kind: Kind, name: str) -> None:
        self.boundary: ManagedPolicy | None = None
        """Set if it is unknown whether there is a permissions boundary."""
        self.malformed: list[Unread] = []
        """Why the answer could not be understood."""
        self._aws = aws
        self._kind = kind
        self._title = kind.title()
        self._parameters = {f"{self._title}Name": name}
        self._name = name
        self._unread: list[Json] = []

    async def read(self, item: Json) -> User | Role | Group | None:
        """Read the entity.

        Args:
            item: What a list said about it; used alone where no more may be read. May be empty.

        Returns:
            The entity; None if it does not exist (any more), or is malformed.

        Raises:
            AwsError: The network or the credentials failed.
        """
        try:
            facts = item if self._kind == "group" and item else await self._facts(item)
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

    async def _facts(self, item: Json) -> Json:
        """Read the boundary, the tags and the last use, which lists leave out."""
        get = getattr(self._aws.iam, f"get_{self._kind}")
        try:
            facts = required(await self._aws.call(get, **self._parameters), self._title)
            return {"Tags": [], "RoleLastUsed": {}, **facts}  # the call leaves out what is empty
        except AwsError as error:
            if not item or error.code == "NoSuchEntity" or not skippable(error):
                raise
            what = f"boundary of {item.get('Arn') or self._name}"
            unread = Unread(what, error.code, error.sentence)
            self.boundary = unread_policy(UNREAD_BOUNDARY, unread)
            return {**item, "PermissionsBoundary": UNREAD_BOUNDARY}

    async def _part(self, what: str, read: Callable[[], Awaitable[list[Any]]]) -> list[Any]:
        try:
            return await read()
        except AwsError as error:
            if error.code == "NoSuchEntity" or not skippable(error):
                raise
            self._keep_unread(f"({what} could not be read)", what, error)
            return []

    async def _items(self, operation: str, key: str, what: str) -> list[Any]:
        """Read all items of a list; if there may be more, that is noted as unread."""
        items, missing = await listed(self._aws, operation, key, **self._parameters)
        if missing is not None:
            self._keep_unread(f"({what} could not be read)", what, missing)
        return items

    async def _attached(self) -> list[Any]:
        operation = f"list_attached_{self._kind}_policies"
        policies = await self._items(operation, "AttachedPolicies", "attached policies")
        return [required(policy, "PolicyArn") for policy in policies]

    async def _inline(self) -> list[Any]:
        operation = f"list_{self._kind}_policies"
        names = await self._items(operation, "PolicyNames", "inline policies")
        get = getattr(self._aws.iam, f"get_{self._kind}_policy")
        policies: list[Json] = []
        for name in names:
            try:
                answer = await self._aws.call(get, **self._parameters, PolicyName=name)
                document = required(answer, "PolicyDocument")
                policies.append({"PolicyName": name, "PolicyDocument": document})
            except AwsError as error:
                if error.code == "NoSuchEntity":
                    continue  # deleted since it was listed; the entity itself still exists
                if not skippable(error):
                    raise
                self._keep_unread(name, f"inline policy {name}", error)
        return policies

    async def _groups(self) -> list[Any]:
        groups = await self._items("list_groups_for_user", "Groups", "groups")
        return [required(group, "GroupName") for group in groups]

    def _keep_unread(self, name: str, what: str, error: AwsError) -> None:
        unread = Unread(f"{what} of {self._kind} {self._name}", error.code, error.sentence)
        self._unread.append({"PolicyName": name, "PolicyDocument": unread})
