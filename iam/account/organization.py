"""What an organization puts above one account: the levels from the root down to the account.

https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_evaluation.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from iam.account.unread import Unread
from iam.policy.document import Document

Status = Literal["applied", "exempt", "none", "unread", "unasked"]
"""`applied`: all levels were read. `exempt`: the account is the management account, which no policy
limits. `none`: it is in no organization. `unread`: something could not be read; the levels that
were read count. `unasked`: nothing was asked, as for an account from a file."""


@dataclass(frozen=True, slots=True)
class OrganizationPolicy:
    """A service control policy or a resource control policy."""

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
    unread: tuple[Unread, ...] = ()
    """Why its policies are not all known. Then a request may be allowed by another one."""


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
