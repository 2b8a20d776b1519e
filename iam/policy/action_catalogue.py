"""The catalogue of concrete actions, with descriptions, resource types and condition keys.

It covers the services that the AWS managed policies for Bedrock name. The data file,
`iam/data/catalogue.json`, is written by `scripts/make_catalogue.py`. `iam/data/corrections.json`
adds resources that AWS checks although its reference does not list them, each with its source.
Pydantic is not used: the files are trusted and are read at start-up.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from iam.policy.automaton import Tokens
from iam.policy.glob import glob_of
from iam.policy.pattern import action_tokens
from iam.text import ascii_lower

_MAX_CACHED = 4_096
"""Maximum number of cached patterns."""


@dataclass(frozen=True, slots=True)
class Action:
    """One concrete action of a service."""

    service: str
    """The service prefix in policies: `bedrock`."""
    name: str
    description: str
    """What a grant permits, to follow "may": `create a guardrail`."""
    access: str
    """`List`, `Read`, `Write`, `Tagging` or `Permissions management`."""
    resources: tuple[str, ...]
    """ARN formats of its resource types: `arn:${Partition}:bedrock:${Region}:${Account}:agent/…`.

    `*` stands for requests that have no resource, as all requests have for an action without
    resource types. They require `"Resource": "*"`."""
    conditions: tuple[str, ...]
    """Condition keys of the action and its resource types, without the global condition keys."""

    @property
    def id(self) -> str:
        """The action as written in policies: `bedrock:GetAgent`."""
        return f"{self.service}:{self.name}"


class ChosenActions(NamedTuple):
    """The actions that are asked about."""

    id: str
    """The action, or the pattern of the actions: `bedrock:Invoke*`."""
    actions: tuple[Action, ...]
    resource: str = ""
    """The only resource that they are asked about, or a pattern of some; empty for all."""

    def on(self, resource: str) -> ChosenActions:
        """Ask about these actions on a resource, or on those that a pattern matches."""
        return ChosenActions(f"{self.id} on {resource}", self.actions, resource)


class Catalogue:
    """The known actions, by name or by pattern."""

    def __init__(self, actions: Iterable[Action], source: str, updated: str) -> None:
        """Build the catalogue.

        Args:
            actions: The actions, in any order.
            source: The name of the data set that they come from.
            updated: The date of that data set.
        """
        ordered = sorted(actions, key=lambda action: action.id)
        self.actions: Mapping[str, Action] = {ascii_lower(action.id): action for action in ordered}
        """By identifier in lower case, sorted by identifier."""
        self.source = source
        self.updated = updated
        self._matching: dict[Tokens, tuple[Action, ...]] = {}

    def find(self, id: str) -> Action | None:
        """Return the action of this identifier, ignoring case; None if it is unknown."""
        return self.actions.get(ascii_lower(id))

    def choose(self, written: str) -> ChosenActions | None:
        """Return the action, or the actions of a pattern; None if there is no such action."""
        if (action := self.find(written)) is not None:
            return ChosenActions(action.id, (action,))
        pattern = "*" in written or "?" in written
        actions = self.matching(written) if pattern else ()
        return ChosenActions(written, actions) if actions else None

    def matching(self, pattern: str) -> tuple[Action, ...]:
        """Return the actions that a pattern such as `bedrock:Get*` matches, sorted by ID."""
        tokens = action_tokens(pattern)
        if (actions := self._matching.get(tokens)) is None:
            matches = glob_of(tokens).matches
            actions = tuple([action for id, action in self.actions.items() if matches(id)])
            if len(self._matching) >= _MAX_CACHED:
                self._matching.clear()
            self._matching[tokens] = actions
        return actions


@cache
def catalogue() -> Catalogue:
    """Return the catalogue that comes with the app. The files are read once."""
    content = _read("catalogue.json")
    corrected = {
        action: tuple(correction["resources"])
        for correction in _read("corrections.json")["corrections"]
        for action in correction["actions"]
    }
    return Catalogue(
        actions=(
            replace(action, resources=(*action.resources, *corrected.get(action.id, ())))
            for service, data in content["services"].items()
            for action in _service_actions(service, data)
        ),
        source=content["source"],
        updated=content["updated"],
    )


def _read(name: str) -> Any:
    return json.loads(files("iam").joinpath("data", name).read_text(encoding="utf-8"))


def _service_actions(service: str, data: Mapping[str, Any]) -> Iterable[Action]:
    types: Mapping[str, list[str]] = data["resources"]
    for name, action in data["actions"].items():
        formats = (format for type in action["resources"] for format in types[type])
        yield Action(
            service=service,
            name=name,
            description=action["description"],
            access=action["access"],
            resources=tuple(dict.fromkeys(formats)),
            conditions=tuple(action["conditions"]),
        )
