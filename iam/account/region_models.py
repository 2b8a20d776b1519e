"""What can be invoked from one region: foundation models, inference profiles, models of one's own.

https://docs.aws.amazon.com/bedrock/latest/userguide/inference-invoke.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from iam.account.unread import Unread

ProfileKind = Literal["geographic", "global", "application"]
OwnKind = Literal["provisioned-model", "imported-model", "custom-model-deployment"]
"""As the kinds of resources are called in ARNs."""
GLOBAL = "global"
"""The geography of profiles that may be routed to every commercial region."""


@dataclass(frozen=True, slots=True)
class FoundationModel:
    """A model that a provider offers, as one region has it."""

    id: str
    """`anthropic.claude-sonnet-4-5-20250929-v1:0`."""
    name: str
    """`Claude Sonnet 4.5`; the ID where no name is known."""
    provider: str
    """`Anthropic`."""
    on_demand: bool
    """Whether it can be invoked in the region itself, without a profile."""
    legacy: bool = False
    """Whether AWS is going to withdraw it."""


@dataclass(frozen=True, slots=True)
class InferenceProfile:
    """A way to a model, which routes requests to one of some regions.

    https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles.html
    """

    id: str
    """`eu.anthropic.claude-sonnet-4-5-20250929-v1:0`; of an application profile the ID in its
    ARN."""
    name: str
    arn: str
    """In the region from which it is used."""
    kind: ProfileKind
    models: tuple[str, ...]
    """The ARNs of the model in every destination region; for a global profile in the region itself
    and without a region."""


@dataclass(frozen=True, slots=True)
class OwnModel:
    """Something of the account itself that can be invoked by its ARN."""

    name: str
    arn: str
    kind: OwnKind
    model: str | None = None
    """The ID of the foundation model behind it, where AWS says it."""


@dataclass(frozen=True, slots=True)
class RegionModels:
    """All that can be invoked from one region, as far as it is known."""

    region: str
    source: str
    """Where the list comes from, in words, with its date unless it was read just now."""
    live: bool
    """Whether AWS was asked, and answered about the models and the profiles."""
    models: tuple[FoundationModel, ...] = ()
    profiles: tuple[InferenceProfile, ...] = ()
    own: tuple[OwnModel, ...] = ()
    unread: tuple[Unread, ...] = ()
    """Why AWS's own list, or a part of it, is not here."""

    @property
    def providers(self) -> dict[str, str]:
        """The provider of each model, by its ID."""
        return {model.id: model.provider for model in self.models}
