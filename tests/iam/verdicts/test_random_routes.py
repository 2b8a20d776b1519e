"""Random policies about models: the demo's simulator agrees with the verdict on every call."""

from __future__ import annotations

import os
from collections import Counter
from random import Random
from typing import Any

from iam.account.simulation import Request, Simulated
from iam.demo.simulator import Applying, Policy, decide
from iam.policy.action_catalogue import catalogue
from iam.verdicts.simulation import Comparison, Outcome, compared
from tests.build import ID, NOW, account, allow, deny, document, role, the
from tests.iam.verdicts.routes_from import BEDROCK, ROUTES, SONNET, SOURCE, TEAM, US, under

ROUNDS, SEED = int(os.environ.get("ROUNDS", "150")), int(os.environ.get("SEED", "1"))
ACTIONS = ("bedrock:InvokeModel", "bedrock:Invoke*", "bedrock:*", "*", "bedrock:GetAgent")
RESOURCES = (
    "*",
    "arn:aws:bedrock:*::foundation-model/*",
    "arn:aws:bedrock:*:*:inference-profile/*",
    f"arn:aws:bedrock:us-*::foundation-model/{SONNET}",
    f"arn:aws:bedrock:::foundation-model/{SONNET}",
    "arn:aws:bedrock:*::foundation-model/anthropic.claude-3-*",
    f"{BEDROCK}:*",
    TEAM,
    US,
    "arn:aws:bedrock:${aws:RequestedRegion}::foundation-model/*",
    "arn:aws:bedrock:*:${aws:PrincipalAccount}:inference-profile/${aws:PrincipalTag/geo}.*",
)
TAGS = {"home": SOURCE, "geo": "us", "odd": "us-*"}
"""Those of alice. She has no tag `none`."""
KEYS = {
    "aws:RequestedRegion": (
        SOURCE, "us-*", "unspecified", "eu-west-1", "us-west-2", "${aws:PrincipalTag/home}",
        "${aws:PrincipalTag/odd}", "${aws:PrincipalTag/geo}-east-?", "${aws:PrincipalTag/none}",
        "${aws:PrincipalTag/none, 'us'}-west-2", "us-${*}",
    ),
    "bedrock:InferenceProfileArn": (
        US, "arn:aws:bedrock:*:*:inference-profile/global.*", TEAM,
        "arn:aws:bedrock:*:${aws:PrincipalAccount}:inference-profile/us.*",
        "arn:aws:bedrock:${aws:RequestedRegion}:*:*", "arn:aws:bedrock:*:*:${*}",
    ),
    "bedrock:PromptRouterArn": (f"{BEDROCK}:prompt-router/*",),
    "aws:PrincipalAccount": (ID, "999999999999", "${aws:PrincipalAccount}"),
    "aws:PrincipalTag/home": ("us-*", "${aws:RequestedRegion}", "${aws:PrincipalTag/geo}-*"),
    "aws:PrincipalTag/none": ("us-*", "${aws:RequestedRegion}"),
}  # fmt: skip
ABSENT = "${aws:PrincipalTag/none}"
OPERATORS = (
    "StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "ArnLike", "ArnNotLike",
    "StringEqualsIgnoreCase", "StringLikeIfExists", "Null", "ForAnyValue:StringLike",
    "ForAllValues:StringLike",
)  # fmt: skip
VERSIONS = ("2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17")


def statement(random: Random, make: Any) -> dict[str, Any]:
    more: dict[str, Any] = {}
    for _ in range(random.choice((0, 0, 1, 1, 2))):
        operator, key = random.choice(OPERATORS), random.choice(list(KEYS))
        if operator.startswith("Arn") and not KEYS[key][0].startswith("arn:"):
            operator = "StringLike"  # what AWS makes of other texts is not documented
        values = random.sample(KEYS[key], random.randint(1, len(KEYS[key])))
        if "Not" in operator and ABSENT in values:
            values = [SOURCE]  # whether that holds is not documented without contradiction
        values = [random.choice(("true", "false"))] if operator == "Null" else values
        more.setdefault("Condition", {}).setdefault(operator, {})[key] = values
    if random.random() < 0.1:
        more["NotResource"] = random.choice(RESOURCES[1:])
    resources = random.sample(RESOURCES, random.randint(1, 3))
    return dict(make(random.choice(ACTIONS), resources, **more))


def compare(random: Random) -> tuple[Comparison, ...]:
    """alice in a random account, and all calls of all routes."""
    own = [allow("*")] if random.random() < 0.3 else []
    own += [statement(random, random.choice((allow, allow, deny))) for _ in range(3)]
    scp = [statement(random, deny) for _ in range(random.choice((0, 0, 1)))]
    raw = document(*own, version=random.choice(VERSIONS))
    made = account(role("alice", raw, tags=TAGS))
    levels: list[list[Policy]] | None = None
    if scp:
        made = under(made, Guard=scp)
        full = Policy("full", "scp", document(allow("*")))
        levels = [[full, Policy("guard", "scp", document(*scp))], [full]]
    applying = Applying([Policy("own", "role", raw)], None, levels)
    calls = dict.fromkeys(call for route in ROUTES for call in route.calls)
    answers: dict[Request, Simulated] = {}
    for call in calls:
        context = {e.key.lower(): list(e.values) for e in call.context if e.values}
        context["aws:principalaccount"] = [ID]
        context |= {f"aws:principaltag/{key}": [value] for key, value in TAGS.items()}
        said = decide(applying, call.action, call.resource, context)
        answers[call] = Simulated(said.decision)
    return compared(made, the(made), answers, catalogue(), NOW)


def test_two_evaluations_never_differ() -> None:
    random = Random(SEED)
    counts: Counter[Outcome] = Counter()
    for _ in range(ROUNDS):
        for comparison in compare(random):
            assert comparison.outcome is not Outcome.DIFFERS, comparison
            counts[comparison.outcome] += 1
    # Everything that these policies ask for is known of every call.
    assert set(counts) == {Outcome.AGREES}
