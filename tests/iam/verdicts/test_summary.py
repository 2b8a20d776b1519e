"""Summaries agree with full results, and equal summaries are shared.

The tests of golden cases, damaged documents and AWS managed policies check this agreement as well.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.company import company
from iam.account.model import Account
from iam.account.parse import managed_policy_of, parse_page
from iam.policy.action_catalogue import catalogue
from iam.reports.not_read import uncertain_results, unread_of
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.result import Summary
from iam.verdicts.verdict import Verdict
from tests.build import (
    ID,
    LIMITED,
    account,
    allow,
    deny,
    document,
    group,
    make_evaluator,
    policy,
    policy_arn,
    role,
    the,
    user,
)
from tests.examples import examples
from tests.iam.verdicts.summary_check import agreed
from tests.iam.verdicts.test_properties import ODD, conditions

LIMITED_EVALUATOR = make_evaluator()
INVOKE = "bedrock:InvokeModel"
MODELS = "arn:aws:bedrock:*::foundation-model"
Json = dict[str, Any]

SECTIONS: dict[str, Json] = {
    "an action that is on no type of resource": allow(["iam:ListRoles", "nowhere:Get*"]),
    "resources": allow(["bedrock:*Guardrail", "bedrock:Invoke*"], "arn:aws:bedrock:us-*:*:*"),
    "variables": allow("bedrock:*", "arn:aws:bedrock:*:*:guardrail/${aws:username}"),
    "none of what its actions act on": allow(["kms:*Key", INVOKE], "arn:*:kms:*:::*"),
    "a letter that stands for others": allow("bedrock:Get*", "arn:aws:bedrock:*:*:\0*"),
    "all but some resources": allow(
        "bedrock:*", NotResource=[f"{MODELS}/*", "arn:aws:bedrock:*:*:guardrail/a*"]
    ),
    "all but all": allow("bedrock:GetGuardrail", NotResource="*"),
    "a condition": allow(
        "aws-marketplace:*",
        Condition={"StringEquals": {"aws:CalledViaLast": "bedrock.amazonaws.com"}},
    ),
    "a condition on a variable": allow(
        "bedrock:Get*", Condition={"StringEquals": {"aws:ResourceAccount": "${aws:userid}"}}
    ),
    "no action known": allow("bedrock:Hop*"),
    "a problem": allow("bedrock:*", Extra=1),
    "nothing but a problem": {"Effect": "Allow", "Extra": INVOKE},
}


@cache
def evaluator_of(*names: str) -> Evaluator:
    statements = [SECTIONS[name] for name in names]
    return Evaluator(managed_policy_of(policy("p", *statements)), catalogue(), "aws")


@cache
def evaluator_of_one(action: str) -> Evaluator:
    known = catalogue().choose(action)
    assert known is not None
    return Evaluator(make_evaluator().managed, catalogue(), "aws", only=known)


evaluators = st.one_of(
    st.just(LIMITED_EVALUATOR),
    st.lists(st.sampled_from(list(SECTIONS)), max_size=3, unique=True).map(
        lambda n: evaluator_of(*n)
    ),
    st.sampled_from([INVOKE, "ec2:RunInstances", "kms:DescribeKey"]).map(evaluator_of_one),
)
actions = st.sampled_from(
    """* bedrock:* bedrock:Get* bedrock:invokemodel bedrock:Invoke* bedrock:*Guardrail bedrock:?et*
    bedrock-mantle:* bedrock-mantle:CreateInference kms:* kms:DescribeKey s3:* b*:* nowhere:Get*
    nowhere:* iam:List* aws-marketplace:Subscribe bedrock:Hop* bedrock:H*""".split()
)
resources = st.sampled_from(
    [
        *["*"] * 6,
        "arn:aws:bedrock:*",
        "arn:*:bedrock:*:*:*",
        "arn:aws:bedrock:us-east-1:*:*",
        "arn:aws:bedrock:us-*:*:*",
        "arn:aws:bedrock:??-*:*:*",
        f"{MODELS}/*",
        f"{MODELS}/anthropic.*",
        f"{MODELS}/anthropic.claude-v?:0",
        f"{MODELS}/${{aws:username}}",
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova",
        "arn:aws:bedrock:us-east-1:*:*-model/*",
        "arn:aws:bedrock:*:*:guardrail/*",
        "arn:aws:bedrock:*:*:guardrail/${aws:username}",
        "arn:aws:bedrock:*:123456789012:*",
        "arn:aws:bedrock:*:*:\0*",
        "arn:*:kms:*:::*",
        "arn:aws:kms:*:*:key/*",
        "arn:aws:s3:::*",
        "*:guardrail/*",
        "*a*b",
        "",
    ]
)


WIDE = [allow("*"), allow("bedrock:*"), allow(["bedrock*:*", "kms:*"]), deny("bedrock:Get*")]


@st.composite
def statements(draw: st.DrawFn, odd: bool) -> Json:
    if draw(st.integers(0, 3)) == 0:
        return draw(st.sampled_from(WIDE))
    make = draw(st.sampled_from([allow, allow, deny]))
    listed = draw(st.lists(actions, min_size=1, max_size=2))
    reached = draw(st.just(["*"]) | st.lists(resources, min_size=1, max_size=3))
    more: Json = dict(draw(st.sampled_from(ODD))) if odd else {}
    if "Condition" not in more and (condition := draw(conditions)):
        more["Condition"] = condition
    if draw(st.integers(0, 6)) == 0:
        more["NotAction"] = listed
    if draw(st.integers(0, 5)) == 0:
        more["NotResource"] = reached
    made: Json = make(listed, reached, **more)
    if odd and draw(st.integers(0, 9)) == 0:
        made["Effect"] = "Perhaps"
    return made


def read(odd: bool) -> st.SearchStrategy[Json]:
    """Draw readable documents. Their statements are understood unless they are odd."""
    return st.one_of(
        st.builds(
            lambda made, version: document(*made, version=version),
            st.lists(statements(odd), min_size=1, max_size=3),
            st.sampled_from(["2012-10-17", "2012-10-17", "2008-10-17"]),
        ),
        st.sampled_from(
            [document(SECTIONS[name]) for name in ("variables", "all but some resources")]
        ),
    )


readable = read(odd=False) | read(odd=True)


@st.composite
def accounts(draw: st.DrawFn) -> list[Json]:
    """Draw a user and a role with documents from every source, and their groups and policies.

    In half of the accounts, all documents exist and are understood.
    """
    odd = draw(st.booleans())
    documents = read(odd) | st.just({"Statement": 7}) if odd else read(odd)
    names = ["own", "MyBedrock", "other"]
    arns = [policy_arn(name) for name in names] + [LIMITED] + [policy_arn("gone")] * odd
    some = st.lists(st.sampled_from(arns), max_size=2, unique=True)
    bound = st.none() | st.sampled_from(arns)
    held = st.lists(documents, max_size=2)
    groups = st.sampled_from(["ml", "ops", "ghosts"] if odd else ["ml", "ops"])
    return [
        user(
            "alice", *draw(held), attached=draw(some), boundary=draw(bound),
            groups=draw(st.lists(groups, max_size=2, unique=True)),
        ),
        role("worker", *draw(held), attached=draw(some), boundary=draw(bound)),
        group("ml", *draw(held), attached=draw(some)),
        group("ops", attached=draw(some)),
        *(policy(name, raw=draw(documents)) for name in names),
    ]  # fmt: skip


@given(accounts(), evaluators)
@examples(60)
def test_a_summary_agrees_with_the_result(items: list[Json], evaluator: Evaluator) -> None:
    made = account(*items)
    for entity in (*made.principals.values(), *made.groups.values()):
        agreed(evaluator, made, entity)


@given(accounts(), evaluators)
@examples(20)
def test_results_do_not_depend_on_earlier_ones(items: list[Json], evaluator: Evaluator) -> None:
    made = account(*items)
    fresh = Evaluator(evaluator.managed, catalogue(), "aws", only=evaluator.only)
    for entity in made.principals.values():
        assert evaluator.summary(made, entity) == fresh.summary(made, entity)
        assert evaluator.result(made, entity) == fresh.result(made, entity)


def test_equal_summaries_are_one_object() -> None:
    bucket = "arn:aws:s3:::bucket-of-{}"
    made = account(
        user("alice", allow("bedrock:Get*"), allow("s3:*", bucket.format("alice"))),
        user("bob", allow("s3:*", bucket.format("bob")), allow(["bedrock:Get*", "ec2:Run*"])),
        user("carol", allow("bedrock:Get*"), attached=[LIMITED]),
    )
    names = ("alice", "bob", "carol")
    alice, bob, carol = (LIMITED_EVALUATOR.summary(made, the(made, name)) for name in names)
    assert alice is bob
    assert (alice.verdict, carol.verdict) == (Verdict.PARTIAL, Verdict.GRANTED)
    other = account(user("dave", allow("bedrock:List*")))
    dave = LIMITED_EVALUATOR.summary(other, the(other, "dave"))
    assert dave == alice, "different verdicts on entries, but the same sums"
    assert dave is alice


def test_summaries_of_other_policies_depend_on_policy_names() -> None:
    everything = document(allow("*"))
    made = account(
        user("alice", attached=[policy_arn("admin")]),
        user("bob", attached=[policy_arn("root")]),
        user("carol", attached=[policy_arn("MyBedrock")]),
        user("dave", groups=["ops"]),
        group("ops", attached=[policy_arn("admin")]),
        *(policy(name, raw=everything) for name in ("admin", "root", "MyBedrock")),
    )
    others = {
        p.name: LIMITED_EVALUATOR.summary(made, p).other_policies for p in made.principals.values()
    }
    assert others == {"alice": ("admin",), "bob": ("root",), "carol": (), "dave": ("admin",)}
    assert LIMITED_EVALUATOR.summary(made, made.groups[ID, "ops"]).other_policies == ("admin",)


def test_a_summary_is_uncertain_even_if_no_sum_is_unknown() -> None:
    odd = allow("bedrock:ListTagsForResource", Condition={"StringResembles": {"a": "b"}})
    made = account(user("alice", allow(INVOKE), odd), user("bob", allow(INVOKE)))
    alice, bob = (agreed_summary(made, name) for name in ("alice", "bob"))
    assert (alice.verdict, alice.uncertain) == (Verdict.PARTIAL, True)
    assert (bob.verdict, bob.uncertain) == (Verdict.PARTIAL, False)


def agreed_summary(made: Any, name: str) -> Any:
    agreed(LIMITED_EVALUATOR, made, the(made, name))
    return LIMITED_EVALUATOR.summary(made, the(made, name))


@pytest.mark.parametrize("effect", [allow, deny])
def test_many_patterns_give_the_same_verdict_in_both(effect: Any) -> None:
    letters = "abcdefghijklmnop"
    many = [effect(INVOKE, f"{MODELS}/*{a}*{b}*") for a, b in pairwise(letters)]
    more = [allow("*")] if effect is deny else []
    made = account(user("alice", document(*many, *more)))
    result = agreed(LIMITED_EVALUATOR, made, the(made))
    entry = next(e for e in result.sections[0].entries if e.action == INVOKE)
    assert entry.verdict is Verdict.PARTIAL


@given(accounts(), evaluators)
@examples(20)
def test_uncertain_summaries_include_everything_that_was_not_understood(
    items: list[Json], evaluator: Evaluator
) -> None:
    made = account(*items)
    principals = made.principals.values()
    results = [(p, evaluator.result(made, p)) for p in principals]
    uncertain = uncertain_results(
        made, evaluator, [(p, evaluator.summary(made, p)) for p in principals]
    )
    unread_of_all = unread_of(made, evaluator.managed, results)
    assert unread_of(made, evaluator.managed, uncertain) == unread_of_all


def test_threads_that_share_an_evaluator_get_the_same_results() -> None:
    made = parse_page(Account(id=ID), company(300)).with_policy(LIMITED_EVALUATOR.managed)
    principals = list(made.principals.values())
    expected = [LIMITED_EVALUATOR.summary(made, principal) for principal in principals]
    shared = make_evaluator()

    def summarise(start: int) -> list[Summary]:
        rotated = principals[start:] + principals[:start]
        summaries = [shared.summary(made, principal) for principal in rotated]
        return summaries[len(principals) - start :] + summaries[: len(principals) - start]

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(4) as threads:
            for summaries in threads.map(summarise, (0, 50, 120, 250)):
                assert summaries == expected
    finally:
        sys.setswitchinterval(interval)


MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
US = "arn:aws:bedrock:us-*:*:*"


@pytest.mark.parametrize(
    ("own", "boundary", "expected"),
    [
        ([deny(INVOKE, US)], None, "none"),
        ([deny(INVOKE, NotResource=US), deny(INVOKE, US)], None, "denied"),
        ([allow(INVOKE, f"{MODELS}/a*"), deny(INVOKE, f"{MODELS}/*")], None, "none"),
        ([allow("*"), deny("*", Condition=MFA)], None, "partial"),
        ([allow("*"), deny(INVOKE, US)], None, "partial"),
        ([allow(INVOKE, US), allow(INVOKE, NotResource=US)], None, "granted"),
        ([allow(INVOKE, US)], [allow(INVOKE, NotResource=US)], "none"),
        ([allow(INVOKE)], [allow(INVOKE, US)], "partial"),
        ([allow(INVOKE)], [allow("*"), deny(INVOKE, US)], "partial"),
        ([allow(INVOKE, Condition=MFA), allow(INVOKE, US, Condition=MFA)], None, "partial"),
        ([allow(INVOKE, f"{MODELS}/${{aws:username}}")], None, "partial"),
        ([allow("*")], [allow("s3:*")], "none"),
    ],
)
def test_paths_to_a_verdict(own: list[Json], boundary: list[Json] | None, expected: str) -> None:
    bound = None if boundary is None else policy_arn("bound")
    made = account(
        user("alice", document(*own), boundary=bound), policy("bound", *(boundary or ()))
    )
    result = agreed(make_evaluator(), made, the(made))
    entry = next(e for e in result.sections[0].entries if e.action == INVOKE)
    assert entry.verdict == expected
    assert evaluator_of_one(INVOKE).summary(made, the(made)).verdict == expected
