"""Random accounts: the demo's simulator, which shares no code with the verdicts, never differs."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

from iam.account.model import Account
from iam.account.parse import parse_page
from iam.account.simulation import Request, Simulated
from iam.demo.simulator import Applying, Policy, decide
from iam.errors import AwsError
from iam.policy.action_catalogue import catalogue
from iam.verdicts.sample_requests import sample_requests
from iam.verdicts.simulation import Comparison, Outcome, compared
from tests.build import ID, NOW, details, document, inline, policy, policy_arn, the
from tests.differential.cases import levels, policies, principal
from tests.differential.compare import organization_of

ROUNDS, SEED = int(os.environ.get("ROUNDS", "150")), int(os.environ.get("SEED", "1"))
ACTIONS = (
    "bedrock:InvokeModel", "bedrock:GetGuardrail", "bedrock:ListGuardrails", "kms:DescribeKey",
    "bedrock-mantle:CreateInference", "ec2:DescribeVpcs", "iam:ListRoles",
    "aws-marketplace:Subscribe",
)  # fmt: skip


def compare(random: Random) -> tuple[Comparison, ...]:
    """A random principal in a random account, asked about one action."""
    identity = policies(random)
    boundary = document(*policies(random)[0]["Statement"]) if random.random() < 0.3 else None
    alice, _ = principal(random)
    scps = levels(random)
    items: list[dict[str, Any]] = [
        {**alice, f"{'User' if 'UserName' in alice else 'Role'}PolicyList": inline(identity)}
    ]
    if boundary:
        items[0]["PermissionsBoundary"] = {"PermissionsBoundaryArn": policy_arn("boundary")}
        items.append(policy("boundary", raw=boundary))
    made = replace(
        parse_page(Account(id=ID), details(*items)), organizations={ID: organization_of(scps)}
    )
    applying = Applying(
        [Policy("own", "user", document) for document in identity],
        [Policy("boundary", "user-managed", boundary)] if boundary else None,
        [[Policy("scp", "scp", document) for document in level] for level in scps] or None,
    )
    asked = sample_requests(
        made, the(made), [random.choice(ACTIONS)], "us-east-1", catalogue(), now=NOW
    )
    answers: dict[Request, Simulated | AwsError] = {}
    for request in asked.requests:
        context = {e.key.lower(): list(e.values) for e in (*asked.always, *request.context)}
        said = decide(applying, request.action, request.resource, context)
        answers[request] = Simulated(said.decision)
    return compared(made, the(made), answers, catalogue(), NOW)


def test_two_evaluations_never_differ() -> None:
    random = Random(SEED)
    counts: Counter[Outcome] = Counter()
    for _ in range(ROUNDS):
        for comparison in compare(random):
            assert comparison.outcome is not Outcome.DIFFERS, comparison
            counts[comparison.outcome] += 1
    assert counts[Outcome.AGREES] > 10 * counts[Outcome.DEPENDS] > 0
