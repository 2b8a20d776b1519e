"""ARNs to ask AWS about: one for each resource type of an action, and some that statements name.

https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from iam.account.model import Account, Entity
from iam.account.simulation import EVERYTHING
from iam.arn import Arn
from iam.policy.action_catalogue import Action
from iam.policy.document import Statement
from iam.policy.glob import glob_of
from iam.policy.pattern import resource_tokens

_FROM_STATEMENTS = 4
"""Requests for each action that are made from the deciding statements."""
MODELS = (
    "anthropic.claude-sonnet-4-5-20250929-v1:0",
    "amazon.nova-lite-v1:0",
    "meta.llama3-3-70b-instruct-v1:0",
    "mistral.mistral-large-2407-v1:0",
    "cohere.embed-v4:0",
)
"""IDs of foundation models. The first stands for all; the others are for patterns."""
_REGIONS = ("us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-northeast-1")
"""For patterns that do not reach the client's region."""
_NAMES = {
    "foundation-model": MODELS[0],
    "inference-profile": f"global.{MODELS[0]}",
    "system-tool": "amazon.nova_grounding",
}
EXAMPLE = "example"
"""In place of what may be anything."""
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")


def arns_of_types(action: Action, account: Account, entity: Entity, region: str) -> Iterator[str]:
    """One ARN for each resource type of an action."""
    own = Arn.parse(entity.arn).account
    for written in action.resources or (EVERYTHING,):
        kind = Arn.parse(written).kind
        arn = (
            written.replace("${Partition}", account.partition)
            .replace("${Region}", region)
            .replace("${Account}", own)
        )
        yield _PLACEHOLDER.sub(_NAMES.get(kind, EXAMPLE), arn)


def arns_of_statements(
    statements: Iterable[Statement],
    known: Sequence[str],
    action: Action,
    account: Account,
    entity: Entity,
    region: str,
) -> list[str]:
    """ARNs of the action's resource types that the statements name, other than those known."""
    types = [
        glob_of(resource_tokens(_PLACEHOLDER.sub("*", written))) for written in action.resources
    ]
    own = Arn.parse(entity.arn).account
    found: dict[str, None] = {}
    for statement in statements:
        for written in (*(statement.resources or ()), *(statement.not_resources or ())):
            for arn in _arns_of_pattern(written, account.partition, own, region):
                if any(type.matches(arn) for type in types):
                    found[arn] = None
    return [arn for arn in found if arn not in known][:_FROM_STATEMENTS]


def _arns_of_pattern(pattern: str, partition: str, own: str, region: str) -> Iterator[str]:
    """ARNs that a pattern matches; none where its variables depend on the principal."""
    parts = pattern.split(":", 5)
    if "${" in pattern or len(parts) < 6 or parts[0] != "arn":
        return
    matches = glob_of(resource_tokens(pattern)).matches
    _, _, service, regions, accounts, resource = parts
    kind = resource.partition("/")[0]
    models = MODELS if kind == "foundation-model" else (_NAMES.get(kind, ""),)
    names = [f"{kind}/{name}" for name in models if name]
    names.append(resource.replace("*", EXAMPLE).replace("?", "x"))
    region_names = (region, *_REGIONS) if "*" in regions or "?" in regions else (regions,)
    account_names = (own,) if "*" in accounts or "?" in accounts else (accounts,)
    for in_region in region_names:
        for in_account in account_names:
            for name in names:
                arn = f"arn:{partition}:{service}:{in_region}:{in_account}:{name}"
                if matches(arn):
                    yield arn
                    return
