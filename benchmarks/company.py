"""The account that the benchmarks measure: two users to three roles, as in many companies.

Managed policies and groups are shared by many principals. Half of the roles have an inline policy
that names a bucket or queue of their own, so thousands of documents differ and have nothing to do
with Bedrock. A few hundred documents concern Bedrock. `every_one_different` is the hard case:
hardly any two principals have the same documents.
"""

from __future__ import annotations

import json
from functools import cache
from random import Random
from typing import Any

from tests.build import (
    ID,
    LIMITED,
    allow,
    deny,
    details,
    document,
    group,
    policy,
    policy_arn,
    role,
    user,
)

MANAGED, GROUPS, MODELS = 60, 40, 300
_AWS_MANAGED = """
    AdministratorAccess PowerUserAccess ReadOnlyAccess SecurityAudit ViewOnlyAccess
    AmazonBedrockFullAccess AmazonBedrockReadOnly AmazonSageMakerFullAccess AmazonS3FullAccess
    AmazonEC2FullAccess AmazonDynamoDBFullAccess CloudWatchFullAccess IAMFullAccess
    AWSElasticBeanstalkWebTier AmazonSageMakerCanvasFullAccess SageMakerStudioProjectUserRolePolicy
    BedrockAgentCoreFullAccess AmazonBedrockMantleFullAccess AWSLambda_FullAccess
    AmazonBedrockLimitedAccess
""".split()
_TRUST = document(
    {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
)
Json = dict[str, Any]


def company(principals: int = 10_000, seed: int = 1) -> Json:
    """The response of `GetAccountAuthorizationDetails` for the account, all pages in one."""
    random = Random(seed)
    managed = _managed(random)
    arns = [p["Arn"] for p in managed]
    groups = _groups(arns, random)
    # Few policies are held by most, as everywhere.
    weights = [1 / (place + 1) for place in range(len(arns))]

    def some(*counts: int) -> list[str]:
        return list(dict.fromkeys(random.choices(arns, weights, k=random.choice(counts))))

    def boundary() -> str | None:
        return policy_arn(f"own-{random.randrange(5)}") if random.random() < 0.1 else None

    made: list[Json] = []
    for i in range(principals * 2 // 5):
        inline = [_bedrock(random)] if random.random() < 0.03 else []
        names = random.sample(range(GROUPS), random.choice((0, 1, 1, 2)))
        joins = [f"group-{n}" for n in names]
        one = user(
            f"user-{i:05}", *inline, attached=some(0, 0, 1), groups=joins, boundary=boundary()
        )
        made.append({**one, **_facts("AIDA", i, random)})
    for i in range(principals - len(made)):
        inline = [_storage(i)] if random.random() < 0.5 else []
        inline += [_bedrock(random)] if random.random() < 0.05 else []
        one = role(
            f"role-{i:05}", *inline, attached=some(0, 1, 1, 2, 3), boundary=boundary(),
            path=random.choice(("/", "/service-role/", "/teams/ml/")),
        )  # fmt: skip
        more = {
            "AssumeRolePolicyDocument": _TRUST,
            "InstanceProfileList": [],
            "RoleLastUsed": {"LastUsedDate": "2026-05-20T08:00:00Z", "Region": "eu-west-1"},
        }
        made.append({**one, **_facts("AROA", i, random), **more})
    return details(*made, *groups, *managed)


def every_one_different(principals: int = 10_000, seed: int = 1) -> Json:
    """The hard case: 2,000 inline documents, most of which concern Bedrock, in any combination."""
    random = Random(seed)
    managed = _managed(random)
    arns = [p["Arn"] for p in managed]
    groups = _groups(arns, random)
    inline = [_storage(i) if i % 2 else _bedrock(random, i) for i in range(2_000)]
    waiting = list(inline)  # so that each of them is somebody's
    made: list[Json] = []
    for i in range(principals):
        own = [waiting.pop()] if waiting else random.sample(inline, random.choice((0, 0, 1, 2)))
        more: Json = {
            "attached": random.sample(arns, random.choice((0, 1, 1, 2, 3))),
            "boundary": policy_arn(f"own-{i % 5}") if random.random() < 0.1 else None,
        }
        if random.random() < 0.4:
            names = random.sample(range(GROUPS), random.choice((0, 1, 1, 2)))
            made.append(user(f"u{i}", *own, groups=[f"group-{n}" for n in names], **more))
        else:
            made.append(role(f"r{i}", *own, **more))
    return details(*made, *groups, *managed)


def with_own_conditions(principals: int = 10_000, seed: int = 1) -> Json:
    """The company, where each fifth principal has conditions on its own tags, ARN and name."""
    page = company(principals, seed)
    for kind in ("User", "Role"):
        for i, item in enumerate(page[f"{kind}DetailList"]):
            item["Tags"] = [{"Key": "team", "Value": f"team-{i % 50}"}]
            if i % 5 == 0:
                own = document(*_for_principal(item["Arn"], i))
                item[f"{kind}PolicyList"].append({"PolicyName": "own", "PolicyDocument": own})
    return page


def _for_principal(arn: str, i: int) -> list[Json]:
    team = {"StringEquals": {"aws:PrincipalTag/team": f"team-{i % 50}"}}
    other = {"ArnNotLike": {"aws:PrincipalArn": arn}}
    own_guardrails = "arn:aws:bedrock:*:*:guardrail/${aws:PrincipalTag/team}-*"
    return [
        allow("bedrock:InvokeModel*", Condition=team),
        deny("bedrock:Delete*", Condition=other),
        allow("bedrock:*Guardrail", own_guardrails),
    ]


def _groups(arns: list[str], random: Random) -> list[Json]:
    return [
        group(f"group-{i}", attached=random.sample(arns, random.randint(1, 3)))
        for i in range(GROUPS)
    ]


def _facts(kind: str, i: int, random: Random) -> Json:
    return {
        f"{'User' if kind == 'AIDA' else 'Role'}Id": f"{kind}{i:017}",
        "CreateDate": f"2024-{1 + i % 12:02}-{1 + i % 28:02}T10:00:00Z",
        "Tags": [
            {"Key": "team", "Value": f"team-{i % 50}"},
            {"Key": "cost-center", "Value": str(random.randrange(100))},
        ],
    }


def _managed(random: Random) -> list[Json]:
    published = _published()
    aws = [
        policy(name, arn=f"arn:aws:iam::aws:policy/{name}", raw=published[name]["Document"])
        for name in _AWS_MANAGED
    ]
    assert any(p["Arn"] == LIMITED for p in aws)
    return [*aws, *(_own(i, random) for i in range(MANAGED - len(aws)))]


@cache
def _published() -> Json:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    published: Json = json.loads(aws_managed_policies_data)
    return published


def _own(i: int, random: Random) -> Json:
    services = random.sample(["bedrock", "s3", "ec2", "kms", "sqs", "logs", "bedrock-mantle"], 3)
    more = [deny("bedrock:*", f"arn:aws:bedrock:{_region(random)}:*:*")] if i % 4 == 0 else []
    return policy(f"own-{i}", allow([f"{service}:*" for service in services]), *more)


def _storage(i: int) -> Json:
    bucket = f"arn:aws:s3:::bucket-of-{i}"
    return document(
        allow(["s3:GetObject", "s3:PutObject", "s3:ListBucket"], [bucket, f"{bucket}/*"]),
        allow("sqs:SendMessage", f"arn:aws:sqs:eu-west-1:{ID}:queue-{i}"),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], "*"),
    )


def _bedrock(random: Random, i: int | None = None) -> Json:
    number = random.randrange(MODELS) if i is None else i
    model = random.choice(("anthropic.*", "amazon.nova-*", "meta.*", f"model-{number}"))
    return document(
        allow(["s3:Get*", "s3:List*"], f"arn:aws:s3:::corpus-{number}/*"),
        allow(
            "bedrock:InvokeModel*", f"arn:aws:bedrock:{_region(random)}::foundation-model/{model}"
        ),
    )


def _region(random: Random) -> str:
    return random.choice(("us-east-1", "us-west-2", "eu-west-1", "eu-central-1"))
