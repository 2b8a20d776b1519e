"""Say in a few words which models a statement reaches: `Claude in us-east-1`, `with MFA`.

A column of a table has no room for all of a statement (`iam.policy.statement_text` describes it in
full), so the words name what matters most. They never claim more than the statement reaches.

https://docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html
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
    "custom-model-deployment": "custom model deployments",
    "imported-model": "imported models",
    "provisioned-model": "provisioned models",
    "marketplace": "Marketplace models",
    "default-prompt-router": "prompt routers",
    "prompt-router": "prompt routers",
    "project": "projects",
    "async-invoke": "asynchronous invocations",
    "system-tool": "system tools",
}
"""The kinds of resources that models are invoked by."""
_GEOGRAPHY = re.compile(r"^(?:[a-z]{2,6}|\*|\?+)\.(?=[a-z0-9]+\.)|^\*(?=[a-z])")
"""The prefix of an inference profile: `us.` in `us.anthropic.claude-3-haiku-20240307-v1:0`."""
_SOME = "some models"
_MOST = 2
"""How many are named before the rest is counted."""


def models_in_words(
    statement: Statement, conditions: Iterable[Condition], action: str, partition: str
) -> str:
    """Name the models that an Allow statement reaches.

    Args:
        statement: The statement, which allows invoking models.
        conditions: Those of its conditions that depend on the request.
        action: The action that invokes them.
        partition: The partition of the account.

    Returns:
        `all models`, or a phrase such as `Claude in us-east-1 with MFA`.
    """
    service = action.partition(":")[0]
    words = [_resources(statement, service, partition), *[_condition(each) for each in conditions]]
    return " ".join(dict.fromkeys(words))


def _resources(statement: Statement, service: str, partition: str) -> str:
    if statement.not_resources:
        excluded = _named(statement.not_resources, service, partition)
        return f"{ALL_MODELS} but {_listed(excluded)}" if excluded else ALL_MODELS
    patterns = statement.resources or ()
    if "*" in patterns:
        return ALL_MODELS
    named = _named(patterns, service, partition)
    if models := [name for name in named if not name.startswith(PROFILES)]:
        named = models  # profiles lead to models, and reach none that is not allowed by itself
    return ALL_MODELS if ALL_MODELS in named else _listed(named) or _SOME


def _named(patterns: Sequence[str], service: str, partition: str) -> list[str]:
    """Name what patterns reach, those of the same models in several regions once."""
    regions: dict[str, dict[str, None]] = {}
    for pattern in patterns:
        arn = Arn.parse(pattern)
        if not arn.service:
            regions.setdefault(pattern, {})["*"] = None  # not an ARN, or one without all fields
        elif arn.partition in (partition, "*") and _may_be(arn.service, service):
            name = _all_projects(arn) if service == "bedrock-mantle" else _name(arn)
            if name:
                regions.setdefault(name, {})[arn.region] = None
    return [name + _where(list(where)) for name, where in regions.items()]


def _may_be(written: str, service: str) -> bool:
    """Return whether a service field may stand for a service."""
    return written == service or "*" in written or "?" in written


def _where(regions: Sequence[str]) -> str:
    """Say where models are reached; models without a region are those of global profiles."""
    if "*" in regions:
        return ""
    ways = []
    if named := [region for region in regions if region]:
        ways.append(f"in {_listed(named)}")
    if "" in regions:
        ways.append("through global profiles")
    return f" {' and '.join(ways)}"


def _all_projects(arn: Arn) -> str:
    """Name what a pattern for Mantle reaches: models are invoked by projects there."""
    kind, _, project = arn.resource.partition("/")
    if "*" in (arn.resource, project) and _may_be(kind, "project"):
        return ALL_MODELS if arn.account == "*" else f"projects of account {arn.account}"
    return f"project {project}" if kind == "project" else ""


def _name(arn: Arn) -> str:
    """Name the models that a pattern for Bedrock reaches; empty if it reaches none."""
    kind, slash, model = arn.resource.partition("/")
    of_aws, of_account = arn.account in ("", "*"), arn.account != ""
    if not slash:
        if kind != "*":
            return arn.resource if "*" in kind or "?" in kind else ""
        if not of_account:
            return _KINDS["foundation-model"]
        return ALL_MODELS if of_aws else f"resources of account {arn.account}"
    if "*" in kind or "?" in kind:
        return arn.resource
    if kind not in _KINDS or not (of_aws if kind == "foundation-model" else of_account):
        return ""
    if model == "*":
        return _KINDS[kind]
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
    values = [value for value in condition.values if value]
    if (
        phrase
        and values
        and operator is not None
        and not (operator.negated or operator.quantifier or operator.if_exists)
        and operator.comparison.name.startswith(kind)
        and not operator.compares_as("Null")
    ):
        return phrase.format(_listed(values))
    return condition_in_words(condition, "Allow", alone=False)
