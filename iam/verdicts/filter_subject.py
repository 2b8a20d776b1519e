"""What a filter looks at: a user, a role or a group, with its verdicts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Protocol

from iam.verdicts.verdict import Verdict

if TYPE_CHECKING:
    from iam.account.api_keys import ApiKey
    from iam.account.attachments import Attachment
    from iam.account.model import Entity
    from iam.verdicts.result import PrincipalResult, Summary


class Subject(Protocol):
    """A user, role or group, as far as a filter looks at it."""

    @property
    def arn(self) -> str:
        """Its ARN."""

    @property
    def searched(self) -> str:
        """The ARN in lower case."""

    @property
    def type(self) -> Literal["user", "role", "group"]:
        """What it is."""

    @property
    def attached(self) -> Attachment | None:
        """How it has the managed policy; None while pending."""

    @property
    def result(self) -> Summary | PrincipalResult | None:
        """Its verdicts; None while pending."""

    @property
    def invokes(self) -> Verdict | None:
        """How far it can invoke models; None while pending."""

    @property
    def can_invoke(self) -> bool | None:
        """Whether it can invoke any model; None while pending, or if that is not known."""

    @property
    def other_policies(self) -> tuple[str, ...] | None:
        """The policies not specific to Bedrock that let it invoke models; None if not known."""

    @property
    def keys(self) -> tuple[ApiKey, ...] | None:
        """Its Bedrock API keys; None if not known."""

    @property
    def entity(self) -> Entity | None:
        """The account's data about it; None if there is none."""


Test = Callable[[Subject], bool | None]
"""Decides about a subject; None if that cannot be decided."""
