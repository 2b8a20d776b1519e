"""Policy variables in what alice is allowed and denied, on routes: most calls have their values.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from iam.account.model import Account
from iam.verdicts.verdict import Verdict
from tests.build import (
    account,
    allow,
    deny,
    document,
    group,
    policy,
    policy_arn,
    role,
    the,
    trusting,
    user,
)
from tests.iam.verdicts.routes_from import NAMES, under, verdicts_on_routes

Json = dict[str, Any]
INVOKE = "bedrock:InvokeModel"
PROFILE = "bedrock:InferenceProfileArn"
REGION = "aws:RequestedRegion"
OF_ACCOUNT = "arn:aws:bedrock:*:${aws:PrincipalAccount}:inference-profile/us.*"
OF_REGION = "arn:aws:bedrock:${aws:RequestedRegion}::foundation-model/*"
PROFILES = "arn:aws:bedrock:*:*:inference-profile/*"
GRANTED, PARTIAL, NONE, DENIED = Verdict.GRANTED, Verdict.PARTIAL, Verdict.NONE, Verdict.DENIED
ALL = set(NAMES)


def under_condition(make: Any, operator: str, key: str, *values: str) -> Json:
    return dict(make(INVOKE, Condition={operator: {key: list(values)}}))


def found(verdict: Verdict, made: Account) -> set[str]:
    """The routes with a verdict."""
    return {n for n, each in verdicts_on_routes(made, the(made)).items() if each is verdict}


def tagged(*statements: Json, **tags: str) -> Account:
    return account(role("alice", *statements, tags=tags, trust=trusting("sts:AssumeRole")))


def test_the_account_of_the_caller_is_known_in_a_condition() -> None:
    models = {**under_condition(allow, "ArnLike", PROFILE, OF_ACCOUNT)}
    made = account(role("alice", allow(INVOKE, PROFILES), models))
    assert found(GRANTED, made) == {"us"}
    assert found(NONE, made) == ALL - {"us"}


OTHER = "arn:aws:bedrock:*:999999999999:inference-profile/us.*"
WITHOUT_KEY = {"region", "reserved"}
"""The routes through no profile."""


@pytest.mark.parametrize(
    ("operator", "value", "denied"),
    [
        ("ArnLike", OF_ACCOUNT, {"us"}),
        ("ArnNotLike", OF_ACCOUNT, ALL),  # the call on a profile carries no profile
        ("ArnNotLikeIfExists", OTHER, ALL),
        ("StringLikeIfExists", OF_ACCOUNT, ALL),
        ("ForAnyValue:ArnLike", OF_ACCOUNT, {"us"}),
        ("ForAllValues:ArnLike", OF_ACCOUNT, ALL),
        ("ForAnyValue:StringNotLike", OF_ACCOUNT, {"global", "team"}),
        ("StringEquals", OF_ACCOUNT, set()),  # a star is no wildcard here
        ("StringLike", "${aws:PrincipalTag/none}*", set()),
        ("StringLike", "${aws:PrincipalTag/none, 'arn'}:*", {"us", "global", "team"}),
        ("StringLike", "*${*}", set()),
        ("ArnLike", "arn:aws:bedrock:${aws:PrincipalTag/home}:*:*", {"us", "global", "team"}),
    ],
)
def test_operators_compare_values_with_variables(
    operator: str, value: str, denied: set[str]
) -> None:
    made = tagged(allow(INVOKE), under_condition(deny, operator, PROFILE, value), home="us-east-1")
    assert found(DENIED, made) == denied
    assert found(GRANTED, made) == ALL - denied


def test_the_region_of_a_call_is_known_in_a_condition() -> None:
    value = "arn:aws:bedrock:${aws:RequestedRegion}:*:inference-profile/us.*"
    models = under_condition(allow, "ArnLike", PROFILE, value)
    made = account(role("alice", allow(INVOKE, PROFILES), models))
    assert found(NONE, made) == ALL  # the destinations in other regions are lacking
    made = account(role("alice", allow(INVOKE), {**models, "Effect": "Deny"}))
    assert found(DENIED, made) == {"us"}


def test_the_region_of_a_call_is_known_in_a_resource() -> None:
    made = account(role("alice", allow(INVOKE, [OF_REGION, PROFILES])))
    assert found(GRANTED, made) == {"us", "region"}
    assert found(NONE, made) == {"global", "team", "reserved"}


def test_the_region_of_a_call_is_compared_with_a_tag_of_the_caller() -> None:
    for condition in (
        {REGION: "${aws:PrincipalTag/home}"},
        {"aws:PrincipalTag/home": "${aws:RequestedRegion}"},
    ):
        allowed = allow(INVOKE, Condition={"StringEquals": condition})
        assert found(GRANTED, tagged(allowed, home="us-east-1")) == {"region", "reserved"}
        assert found(NONE, tagged(allowed, home="eu-west-1")) == ALL
        assert found(NONE, tagged(allowed)) == ALL


def test_what_is_not_known_of_a_variable_stays_partial() -> None:
    for value in (
        "${aws:SourceVpc}",
        "${aws:PrincipalTag/home}",
        "${aws:PrincipalTag/home, 'us*'}",
        "${aws:userid}",
        "${unclosed",
    ):
        statement = under_condition(allow, "StringEquals", REGION, value)
        session = trusting(["sts:AssumeRole", "sts:TagSession"])
        made = account(role("alice", statement, trust=session))
        assert found(PARTIAL, made) == ALL, value


def test_another_value_decides_beside_a_variable_that_is_not_known() -> None:
    statement = under_condition(allow, "StringLike", REGION, "${aws:SourceVpc}", "us-*")
    made = account(role("alice", statement))
    assert found(GRANTED, made) == ALL - {"global"}
    assert found(PARTIAL, made) == {"global"}


def test_a_document_of_2008_has_no_variables() -> None:
    for values, verdict in (("${aws:PrincipalTag/home}",), NONE), (("${*}", "us-*"), GRANTED):
        statement = under_condition(allow, "StringLike", REGION, *values)
        old = document(statement, version="2008-10-17")
        made = account(role("alice", old, tags={"home": "us-east-1"}))
        assert found(verdict, made) == (ALL if verdict is NONE else ALL - {"global"})


def test_operators_that_take_no_variables_stay_undecided() -> None:
    statement = under_condition(allow, "Bool", "aws:ViaAWSService", "${aws:PrincipalTag/via}")
    assert found(PARTIAL, tagged(statement, via="false")) == ALL


def test_variables_are_those_of_the_user_in_groups_boundaries_and_service_control_policies() -> (
    None
):
    statement = under_condition(allow, "StringEquals", REGION, "${aws:PrincipalTag/home}")
    everything, home = allow(INVOKE), {"home": "us-east-1"}
    by_group = account(group("ml", statement), user("alice", groups=["ml"], tags=home, attached=[]))
    boundary = account(
        policy("Boundary", statement),
        user("alice", everything, tags=home, boundary=policy_arn("Boundary")),
    )
    for made in (by_group, boundary):
        assert found(GRANTED, made) == {"region", "reserved"}
        assert found(NONE, made) == {"us", "global", "team"}
    denied = under_condition(deny, "StringNotEquals", REGION, "${aws:PrincipalTag/home}")
    guarded = under(account(user("alice", everything, tags=home)), Guard=[denied])
    assert found(GRANTED, guarded) == {"region", "reserved"}
    assert found(DENIED, guarded) == {"us", "global", "team"}


def test_the_organization_of_the_caller_is_known_where_it_was_read() -> None:
    statement = under_condition(allow, "StringLike", REGION, "${aws:PrincipalOrgID}*", "us-*")
    made = under(account(role("alice", statement)))
    assert found(NONE, made) == {"global"}
    (id,) = made.organizations
    unread = {id: replace(made.organizations[id], status="unread", id=None)}
    assert found(PARTIAL, replace(made, organizations=unread)) == {"global"}


def test_a_group_alone_has_no_user_name() -> None:
    statement = under_condition(allow, "StringEquals", REGION, "${aws:username}")
    made = account(group("ml", statement))
    assert set(verdicts_on_routes(made, next(iter(made.groups.values()))).values()) == {PARTIAL}


@pytest.mark.parametrize("key", ["aws:PrincipalTag/team", "s3:prefix"])
def test_no_negated_test_of_an_absent_key_is_certain_if_the_variable_is_absent_too(
    key: str,
) -> None:
    names = "StringNotEquals", key, "${aws:username}"
    assert found(PARTIAL, tagged(under_condition(allow, *names))) == ALL
    assert found(PARTIAL, tagged(allow(INVOKE), under_condition(deny, *names))) == ALL
    any_value = "ForAnyValue:StringNotEquals", *names[1:]
    assert found(NONE, tagged(under_condition(allow, *any_value))) == ALL


@pytest.mark.parametrize("operator", ["StringEquals", "StringNotEquals"])
def test_a_condition_without_values_may_hold(operator: str) -> None:
    assert found(PARTIAL, tagged(under_condition(allow, operator, REGION))) == ALL
