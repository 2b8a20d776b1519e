"""What the account says of every request of a principal: the values of condition keys.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from iam.account.model import Account, Entity, Group, Role, User
from iam.arn import Arn
from iam.policy.document import Document
from iam.policy.known_values import ABSENT, Between, KnownValues, StartingWith
from iam.policy.specialize import keys_of
from iam.text import ascii_lower

_TAG = "aws:principaltag/"
_ORGANIZATION = "aws:principalorg"
_LONGEST_SESSION = timedelta(hours=36)
"""The longest duration of temporary credentials.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
"""


_KEYS = frozenset(
    {
        "aws:currenttime",
        "aws:epochtime",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalisawsservice",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principaltype",
        "aws:requestedregion",
        "aws:tokenissuetime",
        "aws:userid",
        "aws:username",
    }
)


def may_be_known(key: str) -> bool:
    """Return whether the account may say something of a condition key, given in lower case."""
    return key in _KEYS or key.startswith(_TAG)


def depends_on_organization(account: Account) -> bool:
    """Return whether a document of an account asks for the organization of the caller."""
    documents = {
        id(document): document
        for document in (
            *(inline.document for entity in account.entities for inline in entity.inline),
            *(policy.document for policy in account.policies.values()),
        )
        if isinstance(document, Document)
    }
    return any(
        key.startswith(_ORGANIZATION)
        for document in documents.values()
        for key in keys_of(document, range(len(document.statements)))
    )


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What is known of every request of a principal.

    For a group, it is what all requests of its users have in common.
    """

    account: Account
    entity: Entity
    now: datetime
    carried: Mapping[str, KnownValues] = field(default_factory=dict)
    """What is known beyond that, because the requests in question are of one kind."""

    def known(self, key: str) -> KnownValues | None:
        """Return what is known of a condition key.

        Args:
            key: The key, in lower case.

        Returns:
            The values that it may have; None if nothing is known.
        """
        if key in self.carried:
            return self.carried[key]
        if key.startswith(_TAG):
            return self._tag(key.removeprefix(_TAG))
        entity = self.entity
        match key:
            case "aws:principalarn":
                return None if isinstance(entity, Group) else ((entity.arn,),)
            case "aws:principalaccount":
                return ((Arn.parse(entity.arn).account,),)
            case "aws:principaltype":
                return (("AssumedRole" if isinstance(entity, Role) else "User",),)
            case "aws:principalisawsservice":
                return (("false",),)
            case "aws:username":
                return self._user_name()
            case "aws:userid":
                return self._user_id()
            case "aws:tokenissuetime":
                session = Between(self.now - _LONGEST_SESSION, self.now)
                # The requests of a user are signed with access keys, or with a session token.
                return (session,) if isinstance(entity, Role) else (ABSENT, session)
            case "aws:currenttime" | "aws:epochtime":
                return (Between(self.now, self.now),)
            case "aws:principalorgid" | "aws:principalorgpaths":
                return self._organization(key)
            case "aws:requestedregion":
                return (StartingWith(""),)  # in every request, with any value
        return None

    def _organization(self, key: str) -> KnownValues | None:
        organization = self.account.organization_of(self.entity)
        if organization.status == "none":
            return (ABSENT,)
        value = organization.id if key == "aws:principalorgid" else organization.id_path
        return None if value is None else ((value,),)

    def _user_name(self) -> KnownValues | None:
        match self.entity:
            case User(name=name):
                return ((name,),)
            case Role():
                return (ABSENT,)
        return None

    def _user_id(self) -> KnownValues | None:
        match self.entity:
            case User(id=str(id)):
                return ((id,),)
            case Role(id=str(id)):
                return (StartingWith(f"{id}:"),)
        return None

    def _tag(self, name: str) -> KnownValues | None:
        """Return what is known of a tag of the principal.

        Session tags take the place of a role's own tags. They need sts:TagSession.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
        """
        entity = self.entity
        if isinstance(entity, Group) or entity.tags is None:
            return None
        if isinstance(entity, Role) and entity.session_tags:
            return None
        values = [value for key, value in entity.tags if ascii_lower(key) == name]
        similar = [key for key, _ in entity.tags if key.casefold() == name.casefold()]
        if len(similar) > len(values) or len(values) > 1:
            return None  # which of them AWS compares is not documented
        return (tuple(values),)
