"""Say in a few words which models a statement reaches: `Claude in us-east-1`, `with MFA`.

A column of a table has no room for all of a statement (`iam.policy.statement_text` describes it in
full), so the words name what matters most. They never claim more than the statement reaches.

https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from iam.arn import Arn
from iam.policy.condition_operators import operator_of
from iam.policy.condition_text import condition_in_words
from iam.policy.document import Condition, Statement
from iam.text import ascii_lower
from iam.verdicts.invocation import ALL_MODELS, PROFILES

_FAMILIES = {
    "anthropic.": "Claude",
    "anthropic.claude": "Claude",
    "amazon.": "Amazon's models",
    "amazon.nova": "Nova",
    "amazon.titan": "Titan",
    "meta.": "Llama",
    "meta.llama": "Llama",
    "mistral.": "Mistral",
    "cohere.": "Cohere",
    "ai21.": "AI21",
    "deepseek.": "DeepSeek",
    "openai.": "OpenAI",
    "qwen.": "Qwen",
    "stability.": "Stability",
    "twelvelabs.": "TwelveLabs",
    "writer.": "Writer",
}
"""The names of models by the beginning of their IDs, where a wildcard follows."""
_KINDS = {
    "foundation-model": "foundation models",
    "inference-profile": "inference profiles",
    "application-inference-profile": "application inference profiles",
    "custom-model": "custom models",
    "imported-model": "imported models",
    "provisioned-model": "provisioned models",
    "custom-model-deployment": "custom model deployments",
    "default-prompt-router": "prompt routers",
    "prompt-router": "prompt routers",
    "guardrail": "guardrails",
    "project": "Mantle projects",
}
_GEOGRAPHY = re.compile(r"^(?:[a-z]{2,6}|\*|\?+)\.(?=[a-z0-9]+\.)|^\*(?=[a-z])")
"""The prefix of an inference profile: `us.` in `us.anthropic.claude-3-haiku-20240307-v1:0`."""
_MOST = 2
"""How many are named before the rest is counted."""


def models_in_words(statement: Statement, conditions: Iterable[Condition]) -> str:
    """Name the models that an Allow statement reaches.

    Args:
        statement: The statement, which allows invoking models.
        conditions: Those of its conditions that depend on the request.

    Returns:
        `all models`, or a phrase such as `Claude in us-east-1 with MFA`.
    """
    words = [_resources(statement), *[_condition(each) for each in conditions]]
    return " ".join(dict.fromkeys(words))


def _resources(statement: Statement) -> str:
    if statement.not_resources:
        return f"{ALL_MODELS} but {_listed(_named(statement.not_resources))}"
    patterns = statement.resources or ()
    if "*" in patterns:
        return ALL_MODELS
    return _listed(_named(patterns)) or "some models"


def _named(patterns: Sequence[str]) -> list[str]:
    """Name what patterns reach, those of the same models in several regions once."""
    regions: dict[str, dict[str, None]] = {}
    for pattern in patterns:
        arn = Arn.parse(pattern)
        name = _name(arn.resource) if arn.service in ("bedrock", "bedrock-mantle", "*") else pattern
        regions.setdefault(name, {})[arn.region] = None
    if models := [name for name in regions if not name.startswith(PROFILES)]:
        regions = {name: regions[name] for name in models}
    return [name + _where(list(where)) for name, where in regions.items()]


def _where(regions: Sequence[str]) -> str:
    """Say where models are reached; models without a region are those of global profiles."""
    if "*" in regions:
        return ""
    if named := [region for region in regions if region]:
        return f" in {_listed(named)}"
    return " through global profiles"


def _name(resource: str) -> str:
    """Name the models of the last part of an ARN."""
    kind, slash, model = resource.partition("/")
    if not slash:
        return ALL_MODELS if resource == "*" else resource or "some models"
    if model == "*":
        return _KINDS.get(kind, resource)
    if profile := kind.endswith("inference-profile"):
        model = _GEOGRAPHY.sub("", model)
    if model.endswith("*"):
        model = _FAMILIES.get(model.rstrip("*").rstrip("-"), model)
    return f"{PROFILES[0]} of {model}" if profile else model


def _listed(names: Sequence[str]) -> str:
    if len(names) <= _MOST:
        return " and ".join(names)
    return f"{', '.join(names[:_MOST])} and {len(names) - _MOST} more"


_SHORT = {
    "aws:requestedregion": ("String", "in {}"),
    "aws:sourceip": ("IpAddress", "from {}"),
    "aws:sourcevpce": ("String", "through {}"),
    "aws:sourcevpc": ("String", "from {}"),
    "bedrock:guardrailidentifier": ("", "with a guardrail"),
    "bedrock:inferenceprofilearn": ("", "through inference profiles"),
}
"""The phrase for a condition that requires one of some values, by key."""


def _condition(condition: Condition) -> str:
    operator = operator_of(condition)
    kind, phrase = _SHORT.get(ascii_lower(condition.key), ("", ""))
    if (
        phrase
        and operator is not None
        and not (operator.negated or operator.quantifier or operator.if_exists)
        and operator.comparison.name.startswith(kind)
        and not operator.compares_as("Null")
    ):
        return phrase.format(_listed(condition.values))
    return condition_in_words(condition, "Allow", alone=False)
