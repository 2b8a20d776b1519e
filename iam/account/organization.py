"""What an organization puts above one account: the levels from the root down to the account.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from iam.account.unread import DOCUMENT, Unread
from iam.policy.document import Document

SCP, RCP = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"
"""The types of policies that limit access, as AWS Organizations names them."""
Status = Literal["applied", "exempt", "none", "unread", "unasked"]
"""`applied`: all levels were read. `exempt`: the account is the management account, which no policy
limits. `none`: it is in no organization. `unread`: something could not be read; the levels that
were read count. `unasked`: nothing was asked, as for an account from a file."""


@dataclass(frozen=True, slots=True)
class OrganizationPolicy:
    """A service control policy or a resource control policy.

    One with an `Unread` document also stands for policies that could not be listed: then it is
    unknown how many there are.
    """

    id: str
    name: str
    document: Document | Unread
    aws_managed: bool = False


@dataclass(frozen=True, slots=True)
class Level:
    """The root, an organizational unit or the account, with the policies attached to it."""

    id: str
    name: str
    kind: Literal["root", "ou", "account"]
    scps: tuple[OrganizationPolicy, ...] = ()
    rcps: tuple[OrganizationPolicy, ...] = ()

    @property
    def unread(self) -> tuple[Unread, ...]:
        """What could not be read of it; then a request may be allowed by another policy."""
        unread = (
            replace(policy.document, what=f"policy {policy.name} at {self.name}")
            if policy.document.what == DOCUMENT
            else policy.document
            for policy in (*self.scps, *self.rcps)
            if isinstance(policy.document, Unread)
        )
        return tuple(dict.fromkeys(unread))  # a policy of unknown type stands in both lists


@dataclass(frozen=True, slots=True)
class Organization:
    """The organization of an account, as far as it could be read."""

    status: Status = "unasked"
    id: str | None = None
    management_account: str | None = None
    levels: tuple[Level, ...] = ()
    """The root first, the account last."""
    unread: tuple[Unread, ...] = ()
    """What could not be read, that of the levels included."""

    @property
    def path(self) -> tuple[str, ...]:
        """The names of the levels, the root first."""
        return tuple(level.name for level in self.levels)

    @property
    def id_path(self) -> str | None:
        """The value of aws:PrincipalOrgPaths; None unless it is known for certain.

        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgpaths
        """
        kinds = [level.kind for level in self.levels]
        if self.id is None or kinds[:1] != ["root"] or kinds[-1] != "account":
            return None
        return "".join(f"{id}/" for id in (self.id, *(level.id for level in self.levels[:-1])))


UNASKED = Organization()
STATUSES: tuple[Status, ...] = ("unread", "unasked", "applied", "exempt", "none")
"""Those of several accounts together have the first of these that one of them has."""
