"""The lean walk over an answer says what botocore's own parser says, or leaves the answer to it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

import boto3
import pytest
from botocore.model import OperationModel
from botocore.parsers import create_parser
from hypothesis import given
from hypothesis import strategies as st

from iam.account.model import Account
from iam.account.parse import parse_page
from iam.aws.fast_xml import _SKIPPED, OtherShape, parse, parse_large_response
from tests.build import ID, allow, details, group, policy, role, user

WHOLE = "GetAccountAuthorizationDetails"
SPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
_DOCUMENTS = ("PolicyDocument", "Document", "AssumeRolePolicyDocument")


@pytest.fixture(scope="module")
def operation() -> OperationModel:
    client = boto3.client("iam", region_name="us-east-1", aws_access_key_id="x",
                          aws_secret_access_key="x")  # fmt: skip
    return client.meta.service_model.operation_model(WHOLE)


def as_xml(value: Any, name: str = "") -> str:
    """The items of an account as IAM writes them."""
    if name in _DOCUMENTS:
        return quote(json.dumps(value), safe="")
    if isinstance(value, dict):
        return "".join(f"<{k}>{as_xml(v, k)}</{k}>" for k, v in value.items())
    if isinstance(value, list):
        return "".join(f"<member>{as_xml(item)}</member>" for item in value)
    return escape(str(value).lower() if isinstance(value, bool) else str(value))


def answer(inside: str, space: str = SPACE) -> bytes:
    named = f' xmlns="{space}"' if space else ""
    return (
        f"<{WHOLE}Response{named}><{WHOLE}Result>{inside}</{WHOLE}Result>"
        f"<ResponseMetadata><RequestId>r&amp;1</RequestId></ResponseMetadata></{WHOLE}Response>"
    ).encode()


def by_botocore(body: bytes, operation: OperationModel) -> dict[str, Any]:
    raw = {"status_code": 200, "headers": {}, "body": body}
    assert operation.output_shape is not None
    parsed: dict[str, Any] = create_parser("query").parse(raw, operation.output_shape)
    return parsed


def read_fields(value: Any) -> Any:
    """What is read of botocore's answer: without skipped fields, with texts for times."""
    if isinstance(value, dict):
        left_out = _SKIPPED | {"ResponseMetadata"}
        return {k: read_fields(v) for k, v in value.items() if k not in left_out}
    if isinstance(value, list):
        return [read_fields(item) for item in value]
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value


TEXT = st.text("aZ0é日 &<>'\"/-_", max_size=12)
TIME = st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1)).map(
    lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ")
)
FACTS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "CreateDate": TIME,
        "Tags": st.lists(st.fixed_dictionaries({"Key": TEXT, "Value": TEXT}), max_size=2),
        "SomethingNew": TEXT,
    },
)
LAST_USED: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {}, optional={"LastUsedDate": TIME, "Region": TEXT}
)


@st.composite
def items(draw: st.DrawFn) -> dict[str, Any]:
    name = draw(TEXT)
    made = draw(
        st.sampled_from(
            [
                user(name, allow("bedrock:*"), groups=["a", "b"], attached=["arn:x"]),
                user(name, boundary="arn:boundary"),
                role(name, allow("s3:*", "arn:&<>"), attached=["arn:y", "arn:z"]),
                group(name, allow(), attached=[]),
                policy(name or "p", allow("bedrock:Get*")),
            ]
        )
    )
    more = draw(FACTS)
    if "RoleName" in made:
        more["RoleLastUsed"] = draw(LAST_USED)
        more["AssumeRolePolicyDocument"] = {"Version": "2012-10-17", "Statement": []}
        more["InstanceProfileList"] = [{"InstanceProfileName": "i", "Roles": []}]
    if "UserName" in made:
        more["UserId"] = "AIDA"
    return {**made, **more}


@given(st.lists(items(), max_size=6), st.booleans(), st.sampled_from([SPACE, ""]))
def test_it_says_what_botocore_says(
    operation: OperationModel, some: list[dict[str, Any]], more: bool, space: str
) -> None:
    whole = {**details(*some), "IsTruncated": more, "Marker": "a&b<"}
    body = answer(as_xml(whole), space)
    lean, request_id = parse(body, operation)
    theirs = by_botocore(body, operation)
    assert lean == read_fields(theirs)
    assert request_id == theirs["ResponseMetadata"]["RequestId"] == "r&1"
    assert parse_page(Account(id=ID), lean) == parse_page(Account(id=ID), theirs)


def test_large_answers_are_read_in_pieces_that_cut_anywhere(operation: OperationModel) -> None:
    some = [user(f"日本{i}", allow("bedrock:*"), path="/é/") for i in range(2_000)]
    body = answer(as_xml(details(*some)))
    assert parse(body, operation)[0] == read_fields(by_botocore(body, operation))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not XML",
        answer("<UserDetailList><member><UserName>a")[:200],
        answer("<UserDetailList><entry/></UserDetailList>"),
        answer("<IsTruncated>perhaps</IsTruncated>"),
        answer("<Marker><b>1</b></Marker>"),
        answer("<Marker>1</Marker><Marker>2</Marker>"),
        answer('<UserDetailList xmlns=""><member><UserName>a</UserName></member></UserDetailList>'),
        answer('<IsTruncated xmlns="urn:other">true</IsTruncated>'),
        answer("").replace(b"Result>", b"Outcome>"),
        answer("").replace(b"Response", b"Answer"),
    ],
)
def test_another_shape_is_left_to_botocore(operation: OperationModel, body: bytes) -> None:
    with pytest.raises(OtherShape):
        parse(body, operation)
    response = {"status_code": 200, "headers": {}, "body": body}
    answered: dict[str, Any] = {}
    parse_large_response(operation, response, answered)
    assert (response["body"], answered) == (body, {})


def test_without_a_word_on_what_follows_it_is_left_to_botocore(operation: OperationModel) -> None:
    body = answer(as_xml(details(user("a"))))
    response = {"status_code": 200, "headers": {}, "body": body}
    answered: dict[str, Any] = {}
    parse_large_response(operation, response, answered)
    assert (response["body"], answered) == (body, {})


def test_errors_are_left_to_botocore(operation: OperationModel) -> None:
    response = {"status_code": 403, "headers": {}, "body": answer("")}
    answered: dict[str, Any] = {}
    parse_large_response(operation, response, answered)
    assert (response["body"], answered) == (answer(""), {})


def test_botocore_finds_no_result_and_the_id_of_the_request(operation: OperationModel) -> None:
    whole = {**details(user("a")), "IsTruncated": False}
    response = {"status_code": 200, "headers": {}, "body": answer(as_xml(whole))}
    answered: dict[str, Any] = {}
    parse_large_response(operation, response, answered)
    assert [one["UserName"] for one in answered["UserDetailList"]] == ["a"]
    left = by_botocore(response["body"], operation)  # type: ignore[arg-type]
    assert left["ResponseMetadata"]["RequestId"] == "r&1"
    assert left.keys() == {"ResponseMetadata"}
