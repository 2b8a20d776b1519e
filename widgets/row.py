"""A row of the table as data: one principal. Not imported before the first of them is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from iam.arn import sort_key
from iam.verdicts.verdict import Verdict

if TYPE_CHECKING:
    from iam.account.api_keys import ApiKey
    from iam.account.attachments import Attachment, MemberCount
    from iam.account.model import Entity
    from iam.verdicts.result import PrincipalResult, Summary


@dataclass(frozen=True, slots=True)
class Row:
    """One principal."""

    arn: str
    type: Literal["user", "role", "group"]
    name: str
    path: str
    attached: Attachment | None
    """None while the policy is not known."""
    result: Summary | PrincipalResult | None
    """None while it is being evaluated."""
    invokes: Verdict | None = None
    """How far it can invoke models; None while that is not known yet."""
    can_invoke: bool | None = None
    """Whether it can invoke any model; None if that is not known."""
    other_policies: tuple[str, ...] | None = ()
    """The policies not specific to Bedrock that let it invoke models; None if not known."""
    keys: tuple[ApiKey, ...] | None = None
    """Its Bedrock API keys; None if not known."""
    keys_unread: bool = False
    """Whether it has any could not be read."""
    note: str = ""
    """What decides, where only one action is asked about."""
    members: MemberCount | None = None
    """The number of members of a group."""
    unconfirmed: bool = False
    """AWS has not confirmed its last change."""
    question: int = 0
    """The number of the question that `result` answers; the table shows the current one's only."""
    entity: Entity | None = field(default=None, repr=False, compare=False)
    """The account's data about it; None in the picture of an earlier day."""
    order: str = field(init=False, repr=False, compare=False)
    """The key that sorts by type, then name; see `sort_key`."""
    searched: str = field(init=False, repr=False, compare=False)
    """The text in which a filter looks for words."""

    def __post_init__(self) -> None:
        # Computed once: lists of thousands are sorted and searched with every key.
        object.__setattr__(self, "order", sort_key(self.type, self.name, self.arn))
        lowered = self.arn.lower()
        object.__setattr__(self, "searched", self.arn if lowered == self.arn else lowered)
