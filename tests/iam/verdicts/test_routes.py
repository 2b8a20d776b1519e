"""Routes to models: the calls of each, and the examples of AWS's guides about profiles.

Unless a case says otherwise, alice may use what it lists from us-east-1, and nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import pytest
from hypothesis import given

from iam.account.model import Account
from iam.account.region_models import RegionModels
from iam.policy.action_catalogue import catalogue
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.routes import INVOKE, STREAMING, Route, routes_of
from iam.verdicts.verdict import Verdict
from tests.build import NOW, account, allow, deny, limited, role, the, user
from tests.examples import examples
from tests.iam.verdicts.routes_from import (
    ANYWHERE,
    GLOBAL,
    HAIKU,
    IN_US,
    NAMES,
    OFFERED,
    PROVISIONED,
    ROUTES,
    SONNET,
    SOURCE,
    TEAM,
    US,
    explained,
    model_arn,
    routes,
    under,
    verdicts_on_routes,
)
from tests.iam.verdicts.test_properties import policies

GUIDE = "https://docs.aws.amazon.com/bedrock/latest/userguide/"
GEOGRAPHIC = f"{GUIDE}geographic-cross-region-inference.html"
ANY_REGION = f"{GUIDE}global-cross-region-inference.html"
PREREQUISITES = f"{GUIDE}inference-profiles-prereq.html"
Json = dict[str, Any]
PROFILE = "bedrock:InferenceProfileArn"
REGION = "aws:RequestedRegion"
INVOKES = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]


def calls(route: Route) -> list[tuple[str, dict[str, tuple[str, ...]]]]:
    return [(call.resource, {e.key: e.values for e in call.context}) for call in route.calls]


def test_a_model_in_its_region_is_one_call_through_no_profile() -> None:
    (route,) = routes("region")
    absent: Json = {PROFILE: (), "bedrock:PromptRouterArn": ()}
    assert calls(route) == [(model_arn(SOURCE, HAIKU), {REGION: (SOURCE,), **absent})]
    assert (route.label, route.invoked_by) == ("in us-east-1", HAIKU)


def test_a_geographic_profile_is_the_profile_and_the_model_in_every_destination() -> None:
    (route,) = routes("us")
    assert [(arn, c[REGION], c[PROFILE]) for arn, c in calls(route)] == [
        (US, ("us-east-1",), ()),
        (IN_US[0], ("us-east-1",), (US,)),
        (IN_US[1], ("us-east-2",), (US,)),
        (IN_US[2], ("us-west-2",), (US,)),
    ]
    assert route.label == "us. profile"


def test_a_global_profile_is_three_calls_one_of_them_without_a_region() -> None:
    (route,) = routes("global")
    assert [(arn, c[REGION], c[PROFILE]) for arn, c in calls(route)] == [
        (GLOBAL, ("us-east-1",), ()),
        (ANYWHERE[0], ("us-east-1",), (GLOBAL,)),
        (ANYWHERE[1], ("unspecified",), (GLOBAL,)),
    ]


def test_an_application_profile_takes_its_own_arn_and_the_models_of_what_it_copies() -> None:
    (route,) = routes("team")
    assert [(arn, c[PROFILE]) for arn, c in calls(route)] == [
        (TEAM, ()),
        *((arn, (TEAM,)) for arn in IN_US),
    ]
    assert (route.model, route.label) == (SONNET, "profile team12345678")


def test_what_the_account_has_is_one_call_on_its_own_arn() -> None:
    (route,) = routes("reserved")
    assert [arn for arn, _ in calls(route)] == [PROVISIONED]
    assert (route.model, route.label) == (HAIKU, "provisioned-model/abcdefghijkl")


def test_a_source_that_is_no_destination_is_needed_all_the_same() -> None:
    (us,) = (p for p in OFFERED.profiles if p.kind == "geographic")
    arn = us.arn.replace(SOURCE, "us-west-1")
    from_california = RegionModels("us-west-1", "", True, profiles=(replace(us, arn=arn),))
    (route,) = routes_of(from_california, "aws")
    assert [arn for arn, _ in calls(route)][:2] == [arn, model_arn("us-west-1")]


def test_streaming_takes_the_same_calls_by_another_action() -> None:
    streaming = routes_of(OFFERED, "aws", STREAMING)
    assert [[c.resource for c in r.calls] for r in streaming] == [
        [c.resource for c in r.calls] for r in ROUTES
    ]
    assert {c.action for r in streaming for c in r.calls} == {STREAMING}


def when(**conditions: dict[str, Any]) -> Json:
    return {"Condition": conditions}


def through(arn: str) -> Json:
    return when(StringEquals={PROFILE: arn})


GEOGRAPHIC_ACCESS = [allow(INVOKE, US), allow(INVOKE, list(IN_US), **through(US))]
GLOBAL_ACCESS = [
    allow(INVOKE, GLOBAL, **when(StringEquals={REGION: SOURCE})),
    allow(INVOKE, ANYWHERE[0], **when(StringEquals={REGION: SOURCE, PROFILE: GLOBAL})),
    allow(INVOKE, ANYWHERE[1], **when(StringEquals={REGION: "unspecified", PROFILE: GLOBAL})),
]
APPROVED = ["us-east-1", "us-east-2", "us-west-2"]
DISABLE_GLOBAL = deny(
    "bedrock:*",
    **when(
        StringEquals={REGION: "unspecified"},
        ArnLike={PROFILE: "arn:aws:bedrock:*:*:inference-profile/global.*"},
    ),
)


class Case(NamedTuple):
    name: str
    page: str
    statements: list[Json]
    granted: set[str]
    """The routes that alice has."""
    scp: list[Json] | None = None
    denied: set[str] = set()  # noqa: RUF012
    """The routes of which an explicit Deny covers a call; the others are `none`."""


EVERYTHING = [allow(INVOKE)]
CASES = [
    Case("Everything is allowed", PREREQUISITES, EVERYTHING, set(NAMES)),
    Case("A geographic profile is granted", GEOGRAPHIC, GEOGRAPHIC_ACCESS, {"us"}),
    Case(
        "A geographic profile lacks one destination",
        GEOGRAPHIC,
        [GEOGRAPHIC_ACCESS[0], allow(INVOKE, list(IN_US[:2]), **through(US))],
        set(),
    ),
    Case(
        "The profiles alone invoke nothing",
        PREREQUISITES,
        [allow(INVOKE, "arn:aws:bedrock:*:*:inference-profile/*")],
        set(),
    ),
    Case(
        "The models alone are invoked without a profile",
        PREREQUISITES,
        [allow(INVOKE, "arn:aws:bedrock:*::foundation-model/*")],
        {"region"},
    ),
    Case("A global profile is granted in three parts", ANY_REGION, GLOBAL_ACCESS, {"global"}),
    *(
        Case(
            f"A global profile is disabled: part {n + 1} of the policy is removed",
            ANY_REGION,
            [part for part in GLOBAL_ACCESS if part is not removed],
            set(),
        )
        for n, removed in enumerate(GLOBAL_ACCESS)
    ),
    Case(
        "Global profiles are disabled by a Deny of unspecified",
        ANY_REGION,
        [*EVERYTHING, deny("bedrock:*", **when(StringEquals={REGION: "unspecified"}))],
        {"us", "team", "region", "reserved"},
        denied={"global"},
    ),
    Case(
        "Global profiles are disabled by an SCP",
        ANY_REGION,
        EVERYTHING,
        {"us", "team", "region", "reserved"},
        scp=[DISABLE_GLOBAL],
        denied={"global"},
    ),
    Case(
        "A guard rail of regions without unspecified denies global profiles only",
        ANY_REGION,
        EVERYTHING,
        {"us", "team", "region", "reserved"},
        scp=[deny("*", **when(StringNotEquals={REGION: APPROVED}))],
        denied={"global"},
    ),
    Case(
        "A guard rail of regions with unspecified denies nothing",
        ANY_REGION,
        EVERYTHING,
        set(NAMES),
        scp=[deny("*", **when(StringNotEquals={REGION: [*APPROVED, "unspecified"]}))],
    ),
    Case(
        "A guard rail that exempts profiles from its regions denies no global profile",
        ANY_REGION,
        EVERYTHING,
        set(NAMES),
        scp=[
            deny(
                "*",
                **when(
                    StringNotEquals={REGION: APPROVED},
                    ArnNotLike={PROFILE: "arn:aws:bedrock:*:*:inference-profile/*"},
                ),
            )
        ],
    ),
    Case(
        "An SCP that lacks one destination denies the geographic profile",
        GEOGRAPHIC,
        EVERYTHING,
        {"region", "reserved"},
        scp=[deny("*", **when(StringNotEquals={REGION: "us-east-1"}))],
        denied={"us", "team", "global"},
    ),
    Case(
        "An SCP denies profiles of other geographies",
        GEOGRAPHIC,
        EVERYTHING,
        {"us", "region", "reserved"},
        scp=[
            deny(
                "bedrock:*",
                **when(
                    Null={PROFILE: "false"},
                    ArnNotLike={PROFILE: ["arn:aws:bedrock:*:*:inference-profile/us.*"]},
                ),
            )
        ],
        denied={"global", "team"},
    ),
    Case(
        "An SCP denies one model, wherever it is",
        GUIDE + "security_iam_id-based-policy-examples.html",
        EVERYTHING,
        {"region", "reserved"},
        scp=[deny("bedrock:*", f"arn:aws:bedrock:*::foundation-model/{SONNET}")],
        denied={"us", "global", "team"},
    ),
    Case(
        "Models are invoked through an application profile only",
        PREREQUISITES,
        [
            allow(INVOKE, TEAM),
            allow(INVOKE, "arn:aws:bedrock:*::foundation-model/*", **through(TEAM)),
        ],
        {"team"},
    ),
    Case(
        "A Deny of models without a profile",
        PREREQUISITES,
        [
            *EVERYTHING,
            deny(
                INVOKES,
                "arn:aws:bedrock:*::foundation-model/*",
                **when(Null={PROFILE: "true"}),
            ),
        ],
        {"us", "global", "team", "reserved"},
        denied={"region"},
    ),
    *(
        Case(
            f"{operator} compares a region that is known",
            ANY_REGION,
            [allow(INVOKE, **when(**{operator: {REGION: APPROVED}}))],
            {"us", "team", "region", "reserved"},
        )
        for operator in (
            "StringEquals",
            "StringLike",
            "StringEqualsIgnoreCase",
            "StringEqualsIfExists",
            "ForAnyValue:StringEquals",
            "ForAllValues:StringEquals",
        )
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden_case(case: Case) -> None:
    made = account(role("alice", *case.statements))
    if case.scp is not None:
        made = under(made, Guard=case.scp)
    expected = {
        name: Verdict.GRANTED
        if name in case.granted
        else Verdict.DENIED
        if name in case.denied
        else Verdict.NONE
        for name in NAMES
    }
    assert verdicts_on_routes(made, the(made)) == expected


def test_what_is_open_makes_a_route_partial() -> None:
    made = account(
        user("alice", allow(INVOKE, **when(Bool={"aws:MultiFactorAuthPresent": "true"})))
    )
    assert set(verdicts_on_routes(made, the(made)).values()) == {Verdict.PARTIAL}


def test_an_unread_policy_makes_every_route_unknown() -> None:
    made = account(role("alice", attached=["arn:aws:iam::123456789012:policy/gone"]))
    assert set(verdicts_on_routes(made, the(made)).values()) == {Verdict.UNKNOWN}


def test_what_blocks_a_route_names_the_call_and_the_statement() -> None:
    made = account(role("alice", *EVERYTHING))
    made = under(made, DenyRegions=[deny("*", **when(StringNotEquals={REGION: APPROVED}))])
    result = explained(made, the(made), "global")
    assert result.verdict is Verdict.DENIED
    (call,) = result.deciding
    assert call.request.resource == ANYWHERE[1]
    (why,) = call.result.withheld_by
    assert why.startswith("denied by SCP DenyRegions at Root")


@given(policies, policies)
@examples(100)
def test_a_route_is_granted_only_if_each_call_is(own: list[Json], scp: list[Json]) -> None:
    made = under(account(role("alice", *own)), Guard=[{**s, "Effect": "Deny"} for s in scp])
    alice = the(made)
    found = verdicts_on_routes(made, alice)
    for name in NAMES:
        result = explained(made, alice, name)
        assert result.verdict is found[name]
        granted = all(call.result.verdict is Verdict.GRANTED for call in result.calls)
        assert (result.verdict is Verdict.GRANTED) == granted


OPEN = (Verdict.GRANTED, Verdict.PARTIAL)


@given(policies, policies)
@examples(100)
def test_a_further_deny_never_opens_a_route(own: list[Json], further: list[Json]) -> None:
    denies = [{**statement, "Effect": "Deny"} for statement in further]
    before, after = account(role("alice", *own)), account(role("alice", *own, *denies))
    for name, verdict in verdicts_on_routes(after, the(after)).items():
        if verdict in OPEN:
            assert verdicts_on_routes(before, the(before))[name] in OPEN
        if verdict is Verdict.GRANTED:
            assert verdicts_on_routes(before, the(before))[name] is Verdict.GRANTED


@given(policies)
@examples(100)
def test_a_route_agrees_with_the_section_where_that_is_certain(own: list[Json]) -> None:
    made = account(role("alice", *own))
    section = invoking(made)
    for verdict in verdicts_on_routes(made, the(made)).values():
        if section is Verdict.GRANTED:
            assert verdict is Verdict.GRANTED
        if section in (Verdict.NONE, Verdict.DENIED):
            assert verdict in (Verdict.NONE, Verdict.DENIED)


def invoking(made: Account) -> Verdict:
    """The verdict on InvokeModel, whatever it acts on."""
    evaluator = Evaluator(limited(), catalogue(), "aws", now=NOW)
    return evaluator.invocation(made, the(made)).verdicts[0]
