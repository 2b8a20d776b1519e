"""How long verdicts take: 10,000 principals, 60 managed policies, 2,000 inline documents.

`make benchmark` prints the seconds of this machine, and where they go; nothing here is a test.

On one core of a small cloud machine (2026-11): 12 s for everyone, 0.07 s when nothing has changed,
3 ms for one principal after a change. 8,300 of the principals have documents in a combination that
nobody else has, which is where the floor is: 116,000 different entries (of 480,000) have to be put
together, at some 40 µs each, with 3 concrete actions in each. The rest are 5,000 walks of patterns
over a type of resource, at 1 ms. Reading the 2,060 documents, once each, is a tenth. An account of
which the inline documents are alike, as most are, takes a fraction of that.
"""

from __future__ import annotations

import cProfile
import io
import json
import pstats
import sys
import time
from collections.abc import Callable
from random import Random
from typing import Any, TypeVar

from iam.account import Account, Principal, parse_page
from iam.judge import Judge
from iam.plan import changed
from tests.build import (
    ID,
    LIMITED,
    allow,
    deny,
    details,
    document,
    group,
    judge,
    limited,
    policy,
    policy_arn,
    role,
    user,
)

PRINCIPALS, MANAGED, INLINE, GROUPS = 10_000, 60, 2_000, 40
AWS_MANAGED = """
    AdministratorAccess PowerUserAccess ReadOnlyAccess SecurityAudit ViewOnlyAccess
    AmazonBedrockFullAccess AmazonBedrockReadOnly AmazonSageMakerFullAccess AmazonS3FullAccess
    AmazonEC2FullAccess AmazonDynamoDBFullAccess CloudWatchFullAccess IAMFullAccess
    AWSElasticBeanstalkWebTier AmazonSageMakerCanvasFullAccess SageMakerStudioProjectUserRolePolicy
    BedrockAgentCoreFullAccess AmazonBedrockMantleFullAccess AWSLambda_FullAccess
    AmazonVPCFullAccess
""".split()
_Result = TypeVar("_Result")


def the_account(random: Random) -> dict[str, Any]:
    """What GetAccountAuthorizationDetails would answer for it."""
    managed = [*_aws_managed(), *(_own(i, random) for i in range(MANAGED - len(AWS_MANAGED)))]
    arns = [p["Arn"] for p in managed]
    groups = [
        group(f"group-{i}", attached=random.sample(arns, random.randint(1, 3)))
        for i in range(GROUPS)
    ]
    inline = [_inline(i, random) for i in range(INLINE)]
    waiting = list(inline)  # so that each of them is somebody's
    principals: list[dict[str, Any]] = []
    for i in range(PRINCIPALS):
        own = [waiting.pop()] if waiting else random.sample(inline, random.choice((0, 0, 1, 2)))
        more: dict[str, Any] = {
            "attached": random.sample(arns, random.choice((0, 1, 1, 2, 3))),
            "boundary": policy_arn(f"own-{i % 5}") if random.random() < 0.1 else None,
        }
        if random.random() < 0.4:
            names = random.sample(range(GROUPS), random.choice((0, 1, 1, 2)))
            principals.append(user(f"u{i}", *own, groups=[f"group-{n}" for n in names], **more))
        else:
            principals.append(role(f"r{i}", *own, **more))
    return details(*principals, *groups, *managed)


def _aws_managed() -> list[dict[str, Any]]:
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    published = json.loads(aws_managed_policies_data)
    return [
        policy(name, arn=f"arn:aws:iam::aws:policy/{name}", raw=published[name]["Document"])
        for name in AWS_MANAGED
    ]


def _own(i: int, random: Random) -> dict[str, Any]:
    services = random.sample(["bedrock", "s3", "ec2", "kms", "sqs", "logs", "bedrock-mantle"], 3)
    more = [deny("bedrock:*", f"arn:aws:bedrock:{_region(random)}:*:*")] if i % 4 == 0 else []
    return policy(f"own-{i}", allow([f"{service}:*" for service in services]), *more)


def _inline(i: int, random: Random) -> dict[str, Any]:
    bucket = allow(["s3:Get*", "s3:List*"], [f"arn:aws:s3:::b{i}", f"arn:aws:s3:::b{i}/*"])
    if random.random() < 0.5:
        return document(
            bucket, allow("sqs:SendMessage", f"arn:aws:sqs:{_region(random)}:{ID}:q{i}")
        )
    model = random.choice(("anthropic.*", "amazon.nova-*", "meta.*", f"model-{i}"))
    invoke = allow(
        "bedrock:InvokeModel*", f"arn:aws:bedrock:{_region(random)}::foundation-model/{model}"
    )
    return document(bucket, invoke)


def _region(random: Random) -> str:
    return random.choice(("us-east-1", "us-west-2", "eu-west-1", "eu-central-1"))


def timed(what: str, work: Callable[[], _Result]) -> _Result:
    """Do some work and print the seconds of processor time that it took."""
    began = time.process_time()
    result = work()
    print(f"{time.process_time() - began:8.3f} s  {what}")
    return result


def judge_all(judging: Judge, account: Account) -> None:
    for principal in account.principals.values():
        judging.result(account, principal)


def again(judging: Judge, account: Account, principal: Principal) -> None:
    """One principal after a change: the policy attached, then detached."""
    judging.result(account, changed(principal, "attach", LIMITED))
    judging.result(account, changed(principal, "detach", LIMITED))


def main() -> None:
    page = the_account(Random(1))
    account = timed("parse", lambda: parse_page(Account(id=ID), page).with_policy(limited()))
    judging = judge()
    profile = cProfile.Profile()
    if "--profile" in sys.argv:
        profile.enable()
    timed("judge everyone, all sections", lambda: judge_all(judging, account))
    profile.disable()
    timed("the same again", lambda: judge_all(judging, account))
    one = next(p for p in account.principals.values() if p.inline and p.attached)
    timed("one principal, attached and detached", lambda: again(judging, account, one))
    timed("a new judge for one principal", lambda: again(judge(), account, one))
    if "--profile" in sys.argv:
        text = io.StringIO()
        pstats.Stats(profile, stream=text).sort_stats("tottime").print_stats(18)
        print(text.getvalue())


if __name__ == "__main__":
    main()
