"""Random accounts, and concrete requests that probe them, from one small vocabulary.

Every pattern of the vocabulary has requests inside and outside of it, so that a verdict which is
too wide or too narrow meets a request that says so. What the other judge is known to do wrong is
left out; golden cases hold it: the action `*:*`, policy variables in resources, a wildcard inside a
resource type (`*-model/*`), a `*` that runs past a colon.
"""

from __future__ import annotations

import re
from datetime import timedelta
from fnmatch import fnmatchcase
from random import Random
from typing import Any

from iam.policy.action_catalogue import catalogue
from tests.build import ID, NOW, allow, deny, document, role, user

Json = dict[str, Any]
Sample = tuple[str, Json]

REGIONS = ("us-east-1", "eu-west-1", "sa-east-1")
NAMES = ("anthropic.claude-v2:1", "amazon.nova-lite-v1:0", "team-a", "team-long", "other")
NO_RESOURCE = "arn:aws:nowhere:us-east-1:123456789012:nothing"
"""For actions that act on no resource, which only a pattern that matches `*` allows. The other
judge takes a request for `*` as one for whatever a pattern names."""
VIA = ("bedrock.amazonaws.com", "bedrock-mantle.amazonaws.com")
FIRST = "cloudformation.amazonaws.com"

SECTIONS: tuple[Json, ...] = (
    allow(["bedrock:*", "bedrock-mantle:*", "kms:DescribeKey", "ec2:Describe*", "iam:ListRoles"]),
    allow("bedrock:*", ["arn:aws:bedrock:us-east-1:*:*", "arn:aws:bedrock:eu-west-1:*:*"]),
    allow(
        "bedrock:*",
        "arn:aws:bedrock:us-east-1:*:*",
        Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}},
    ),
    allow("bedrock:*", "arn:aws:bedrock:*:*:guardrail/team-*"),
    allow(
        ["aws-marketplace:Subscribe", "aws-marketplace:Unsubscribe"],
        Condition={"StringEquals": {"aws:CalledViaLast": list(VIA)}},
    ),
)
"""Statements of managed policies; each makes a section that is asked about."""

_ACTIONS = (
    "*", "bedrock:*", "BEDROCK:*", "bedrock:Get*", "bedrock:*Guardrail*", "bedrock:InvokeModel",
    "bedrock:InvokeModel*", "bedrock:?nvokeModel", "bedrock-mantle:*", "kms:*", "kms:Describe*",
    "ec2:Describe*", "iam:List*", "s3:*", "aws-marketplace:*", "aws-marketplace:Subscribe",
)  # fmt: skip
_RESOURCES = (
    "*", "*", "*",
    "arn:aws:bedrock:*:*:*", "arn:aws:bedrock:us-east-1:*:*", "arn:aws:bedrock:eu-*:*:*",
    "arn:aws:bedrock:*::foundation-model/*", "arn:aws:bedrock:*::foundation-model/anthropic.*",
    "arn:aws:bedrock:*:123456789012:guardrail/*", "arn:aws:bedrock:*:*:guardrail/team-?",
    "arn:aws:bedrock:*:*:guardrail/*", "arn:aws:bedrock:*:*:inference-profile/*",
    "arn:aws:bedrock:*:123456789012:*", "arn:aws:bedrock-mantle:*:*:project/*",
    "arn:aws:bedrock-mantle:us-east-1:*:project/*", "arn:aws:kms:*:*:key/*", "arn:aws:s3:::*",
    "arn:aws-cn:bedrock:*:*:*", "arn:*:bedrock:*:*:*",
    "arn:aws:bedrock:::foundation-model/*", "arn:aws:bedrock:::foundation-model/anthropic.*",
    "arn:aws:iam::*:role/*", "arn:aws:iam::123456789012:role/team-*",
)  # fmt: skip
_PROFILE = "bedrock:InferenceProfileArn"
_PROFILES = tuple(
    f"arn:aws:bedrock:{region}:{account}:inference-profile/us.anthropic.claude-v2:1"
    for region in REGIONS[:2]
    for account in ("123456789012", "210987654321")
)
_CONDITIONS: tuple[Json, ...] = (
    {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
    {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
    {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
    {"StringEquals": {"aws:CalledViaLast": list(VIA)}},
    {"StringEquals": {"aws:CalledViaLast": VIA[0]}},
    {"StringNotEquals": {"aws:CalledViaLast": list(VIA)}},
    {"StringLike": {"aws:CalledViaLast": "bedrock*"}},
    {"Null": {"aws:CalledViaLast": "true"}},
    {"Null": {"aws:CalledViaLast": "false"}},
    {"Bool": {"aws:ViaAWSService": "true"}},
    {"Bool": {"aws:ViaAWSService": "false"}},
    {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}, "Bool": {"aws:ViaAWSService": "false"}},
    {"ForAnyValue:StringEquals": {"aws:CalledVia": list(VIA)}},
    {"ForAnyValue:StringEquals": {"aws:CalledVia": VIA[0]}},
    {"ForAnyValue:StringLike": {"aws:CalledVia": "bedrock*"}},
    {"Null": {"aws:CalledVia": "true"}},
    {"StringEquals": {"s3:prefix": "x"}},
    {"StringNotEquals": {"s3:prefix": "x"}},
    {"StringEqualsIfExists": {"s3:prefix": "x"}},
    {"Null": {"s3:prefix": "true"}},
    {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["x"]}},
    {"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": ["x"]}},
    {"ArnLike": {_PROFILE: "arn:aws:bedrock:*:${aws:PrincipalAccount}:inference-profile/*"}},
    {"ArnNotLike": {_PROFILE: "arn:aws:bedrock:*:${aws:PrincipalAccount}:inference-profile/*"}},
    {"ArnLikeIfExists": {_PROFILE: "arn:aws:bedrock:${aws:RequestedRegion}:*:*"}},
    {"StringLike": {_PROFILE: ["*${*}*", "*:${aws:username}:*"]}},
    {"StringEquals": {"aws:RequestedRegion": "${aws:PrincipalTag/region}"}},
    {"StringNotEquals": {"aws:RequestedRegion": "${aws:PrincipalTag/region, 'eu-west-1'}"}},
    {"StringEqualsIfExists": {"aws:RequestedRegion": ["${aws:PrincipalTag/region}", "sa-east-1"]}},
    {"ForAnyValue:StringLike": {"aws:RequestedRegion": "${aws:PrincipalTag/continent}-*"}},
    {"ForAllValues:StringLike": {"aws:RequestedRegion": "${aws:PrincipalTag/continent}-*"}},
    {"StringEquals": {"aws:PrincipalTag/region": "${aws:RequestedRegion}"}},
    {"StringNotLike": {"aws:PrincipalTag/region": "${aws:RequestedRegion}"}},
    {"StringLike": {"aws:RequestedRegion": "us-${*}"}},
)


_TEAM = "aws:PrincipalTag/team"
CERTAIN: tuple[Json, ...] = (
    {"StringEquals": {_TEAM: "ml"}},
    {"StringNotEquals": {_TEAM: ["ml", "dev"]}},
    {"StringEqualsIfExists": {_TEAM: "ml"}},
    {"StringNotEqualsIfExists": {_TEAM: "ml"}},
    {"StringEqualsIgnoreCase": {_TEAM: "ML"}},
    {"StringLike": {_TEAM: ["m*", "x?"]}},
    {"StringNotLike": {_TEAM: "m*"}},
    {"ForAllValues:StringEquals": {_TEAM: ["ml", "ops"]}},
    {"ForAnyValue:StringEquals": {_TEAM: ["ml", "ops"]}},
    {"ForAllValues:StringNotEquals": {_TEAM: "ml"}},
    {"Null": {_TEAM: "true"}},
    {"Null": {_TEAM: "false"}},
    {"StringEquals": {_TEAM: "${aws:PrincipalTag/home}"}},
    {"NumericLessThan": {"aws:PrincipalTag/level": "10"}},
    {"NumericGreaterThanEquals": {"aws:PrincipalTag/level": "10"}},
    {"NumericNotEquals": {"aws:PrincipalTag/level": "9"}},
    {"Bool": {"aws:PrincipalTag/trusted": "true"}},
    {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/alice"}},
    {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:role/alice", "arn:aws:iam::1*:user/x"]}},
    {"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:user/*"}},
    {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:user/alice"}},
    {"StringEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/alice"}},
    {"StringLike": {"aws:PrincipalArn": "*:user/*"}},
    {"StringEquals": {"aws:PrincipalAccount": "123456789012"}},
    {"StringNotEquals": {"aws:PrincipalAccount": ["123456789012", "210987654321"]}},
    {"StringEquals": {"aws:PrincipalType": "User"}},
    {"Bool": {"aws:PrincipalIsAWSService": "false"}},
    {"BoolIfExists": {"aws:PrincipalIsAWSService": "true"}},
    {"StringEquals": {"aws:username": ["alice", "bob"]}},
    {"StringNotEquals": {"aws:username": "alice"}},
    {"StringEqualsIfExists": {"aws:username": "bob"}},
    {"Null": {"aws:username": "true"}},
    {"StringLike": {"aws:userid": "AROAALICE:*"}},
    {"StringNotLike": {"aws:userid": ["AROAALICE:*", "AIDABOB"]}},
    {"StringEquals": {"aws:userid": "AIDAALICE"}},
    {"DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}},
    {"DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}},
    {"DateLessThanEquals": {"aws:CurrentTime": "2027-01-01T00:00:00Z"}},
    {"NumericGreaterThan": {"aws:EpochTime": "1767225600"}},
    {"DateLessThan": {"aws:TokenIssueTime": "2026-01-01T00:00:00Z"}},
    {"StringEquals": {"aws:PrincipalOrgID": "o-1"}},
    {"StringNotEquals": {"aws:PrincipalOrgID": ["o-1", "o-2"]}},
    {"StringLike": {"aws:RequestedRegion": "*"}},
    {"StringEquals": {_TEAM: "ml"}, "Null": {"aws:username": "true"}},
    {"StringEquals": {_TEAM: "ml", "aws:PrincipalTag/home": "ml"}},
)
"""Conditions that the account decides."""


def principal(random: Random) -> tuple[Json, Json]:
    """A user or a role named alice with some tags, and the keys of all of its requests."""
    tags = {
        key: random.choice(values)
        for key, values in (
            ("team", ("ml", "ML", "dev", "ops")),
            ("home", ("ml", "dev")),
            ("level", ("9", "10", "11")),
            ("trusted", ("true", "false")),
            ("region", REGIONS[:2]),
            ("continent", ("us", "eu")),
        )
        if random.random() < 0.6
    }
    is_user = random.random() < 0.4
    made = (user if is_user else role)("alice", tags=tags)
    context: Json = {f"aws:PrincipalTag/{key}": value for key, value in tags.items()}
    context |= {
        "aws:PrincipalArn": made["Arn"],
        "aws:PrincipalAccount": ID,
        "aws:PrincipalType": "User" if is_user else "AssumedRole",
        "aws:PrincipalIsAWSService": "false",
        "aws:userid": "AIDAALICE" if is_user else "AROAALICE:session",
        "aws:CurrentTime": f"{NOW:%Y-%m-%dT%H:%M:%SZ}",
        "aws:EpochTime": f"{NOW.timestamp():.0f}",
        "aws:SecureTransport": "true",
    }
    if is_user:
        context["aws:username"] = "alice"
    else:
        context["aws:TokenIssueTime"] = f"{NOW - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    return made, context


def statement(random: Random) -> Json:
    """One statement, two in three an Allow, some of them under a condition."""
    make = random.choice((allow, allow, deny))
    actions = random.sample(_ACTIONS, random.choice((1, 1, 2)))
    resources = random.sample(_RESOURCES, random.choice((1, 1, 2, 3)))
    more: Json = {}
    if random.random() < 0.12:
        more["NotAction"] = actions
    if random.random() < 0.15:
        more["NotResource"] = resources
    if random.random() < 0.35:
        more["Condition"] = random.choice((*_CONDITIONS, *CERTAIN))
    return make(actions, resources, **more)


def policies(random: Random) -> list[Json]:
    """One to three documents of one to three statements."""
    return [
        document(*(statement(random) for _ in range(random.randint(1, 3))))
        for _ in range(random.randint(1, 3))
    ]


_FULL = document(allow())


def levels(random: Random) -> list[list[Json]]:
    """The service control policies of the levels of an organization, the root first.

    Half of the accounts are in none. The others are at a depth of up to four.
    """
    if random.random() < 0.5:
        return []
    return [
        [*([_FULL] if random.random() < 0.7 else []), *policies(random)[: random.randint(0, 2)]]
        or [_FULL]
        for _ in range(random.randint(1, 5))
    ]


def samples(action: str, section: Json, known: Json, random: Random) -> list[Sample]:
    """Requests of an action: all the kinds of resources that it acts on, in many contexts.

    Args:
        action: A concrete action.
        section: The statement of the managed policy.
        known: The keys of all requests of the principal.
        random: The source of chance.
    """
    entry = catalogue().find(action)
    formats = entry.resources if entry else ()
    patterns = (
        [section["Resource"]] if isinstance(section["Resource"], str) else section["Resource"]
    )
    chosen: list[str] = []
    for arn_format in formats:
        # Only what the section reaches is asked about: of the rest none need be among the few.
        arns = [a for a in _arns(arn_format) if any(fnmatchcase(a, p) for p in patterns)]
        chosen += random.sample(arns, min(len(arns), max(12, 90 // len(formats))))
    return [
        (
            arn,
            {
                **context,
                **known,
                **through,
                "aws:RequestedRegion": arn.split(":")[3] or "unspecified",
            },
        )
        for arn in chosen or [NO_RESOURCE]
        for context, through in zip(
            random.sample(_CONTEXTS, 2), random.sample(_THROUGH, 2), strict=True
        )
    ]


def _arns(arn_format: str) -> list[str]:
    if arn_format == "*":
        return [NO_RESOURCE]
    found: dict[str, None] = {}
    for region in REGIONS:
        for account in ("123456789012", "210987654321"):
            for name in NAMES:
                arn = arn_format.replace("${Partition}", "aws").replace("${Region}", region)
                arn = arn.replace("${Account}", account)
                found[re.sub(r"\$\{\w+\}|\*", name, arn)] = None
    return list(found)


def _contexts() -> list[Json]:
    made: list[Json] = []
    for mfa in ("true", "false", None):
        for ip in ("10.1.2.3", "203.0.113.9"):
            for via in (*VIA, "cloudformation.amazonaws.com", None):
                keys = {
                    "aws:MultiFactorAuthPresent": mfa,
                    "aws:SourceIp": ip,
                    "aws:CalledViaLast": via,
                    "aws:CalledVia": via and [FIRST, via],
                    "aws:ViaAWSService": "true" if via else "false",
                }
                made.append({key: value for key, value in keys.items() if value is not None})
    return made


_CONTEXTS = _contexts()
_THROUGH: tuple[Json, ...] = ({}, {}, *({_PROFILE: arn} for arn in _PROFILES))
"""Through no inference profile, or through one."""
