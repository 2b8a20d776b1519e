"""The catalogue of concrete actions: what each does, on which resources, under which conditions.

It knows the services that AWS's Bedrock policies name. The data is `iam/data/catalogue.json`,
written by `scripts/make_catalogue.py`. Plain dataclasses, not pydantic: the file is ours and read
at start.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from iam.policy.automaton import Tokens
from iam.policy.glob import glob_of
from iam.policy.pattern import action_tokens
from iam.text import ascii_lower

_MOST_KNOWN = 4_096
"""So many patterns are remembered with what they match."""


@dataclass(frozen=True, slots=True)
class Action:
    """One concrete action of a service."""

    service: str
    """The prefix of its policies: `bedrock`."""
    name: str
    description: str
    """What a grant permits, to follow "may": `create a guardrail`."""
    access: str
    """`List`, `Read`, `Write`, `Tagging` or `Permissions management`."""
    resources: tuple[str, ...]
    """ARN formats, as `arn:${Partition}:bedrock:${Region}:${Account}:agent/${AgentId}`.

    An action without any is granted on `*` only."""
    conditions: tuple[str, ...]
    """Condition keys of its own and of its resources; any request has AWS's global ones too."""

    @property
    def id(self) -> str:
        """As policies name it: `bedrock:GetAgent`."""
        return f"{self.service}:{self.name}"


class Catalogue:
    """Every known action, found by name or by pattern."""

    def __init__(self, actions: Iterable[Action], source: str, updated: str) -> None:
        """Take the actions, the data set they come from, and the date of that data."""
        in_order = sorted(actions, key=lambda action: action.id)
        self.actions: Mapping[str, Action] = {ascii_lower(action.id): action for action in in_order}
        """By identifier in lower case, in the order of identifiers."""
        self.source = source
        self.updated = updated
        self._matching: dict[Tokens, tuple[Action, ...]] = {}

    def find(self, id: str) -> Action | None:
        """The action of this name, whatever its case; None where the catalogue has none."""
        return self.actions.get(ascii_lower(id))

    def matching(self, pattern: str) -> tuple[Action, ...]:
        """The actions that an Action element such as `bedrock:Get*` stands for, by identifier."""
        tokens = action_tokens(pattern)
        if (known := self._matching.get(tokens)) is None:
            matches = glob_of(tokens).matches
            known = tuple([action for id, action in self.actions.items() if matches(id)])
            if len(self._matching) >= _MOST_KNOWN:
                self._matching.clear()
            self._matching[tokens] = known
        return known


@cache
def catalogue() -> Catalogue:
    """The catalogue that comes with the app, read once."""
    text = files("iam").joinpath("data/catalogue.json").read_text(encoding="utf-8")
    content = json.loads(text)
    return Catalogue(
        actions=(
            action
            for service, known in content["services"].items()
            for action in _service_actions(service, known)
        ),
        source=content["source"],
        updated=content["updated"],
    )


def _service_actions(service: str, known: Mapping[str, Any]) -> Iterable[Action]:
    types: Mapping[str, list[str]] = known["resources"]
    for name, action in known["actions"].items():
        formats = (format for type in action["resources"] for format in types[type])
        yield Action(
            service=service,
            name=name,
            description=action["description"],
            access=action["access"],
            resources=tuple(dict.fromkeys(formats)),
            conditions=tuple(action["conditions"]),
        )
