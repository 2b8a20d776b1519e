"""Which policy a name or an ARN stands for, and where its document is from."""

from __future__ import annotations

import json
from typing import Any

import pytest

from iam.account.model import Account, ManagedPolicy
from iam.account.parse import managed_policy_of
from iam.aws.client import Aws
from iam.aws.managed_policy import managed_policy
from iam.errors import AwsError
from tests.build import statements_of
from tests.fake_iam import FakeIam
from tests.iam.accounts import allowing

LIMITED = "AmazonBedrockLimitedAccess"
HERE = Account(id="123456789012")


def held(arn: str) -> ManagedPolicy:
    """The policy as the account's data holds it."""
    return managed_policy_of(
        {
            "Arn": arn,
            "DefaultVersionId": "v3",
            "UpdateDate": "2026-05-06T00:00:00Z",
            "PolicyVersionList": [{"VersionId": "v3", "Document": allowing("bedrock:Get*")}],
        }
    )


@pytest.fixture
def _aws_policies(monkeypatch: pytest.MonkeyPatch, moto_url: str, iam: Any) -> None:
    """Have moto load the AWS managed policies, which takes it a while."""
    monkeypatch.setenv("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
    iam.list_users()


@pytest.mark.usefixtures("_aws_policies")
@pytest.mark.parametrize(
    ("ref", "path"),
    [
        (LIMITED, LIMITED),
        (f"arn:aws:iam::aws:policy/{LIMITED}", LIMITED),
        ("AWSLambdaBasicExecutionRole", "service-role/AWSLambdaBasicExecutionRole"),
        ("ViewOnlyAccess", "job-function/ViewOnlyAccess"),
    ],
)
async def test_an_aws_managed_policy_is_read_live(aws: Aws, ref: str, path: str) -> None:
    found = await managed_policy(aws, ref, HERE)
    assert found.source == "live"
    assert found.policy.arn == f"arn:aws:iam::aws:policy/{path}"
    assert statements_of(found.policy.document)
    assert found.as_of is not None


@pytest.mark.parametrize("path", ["/", "/deep/down/"])
async def test_a_policy_of_the_account_is_found_by_its_name(aws: Aws, iam: Any, path: str) -> None:
    made = iam.create_policy(
        PolicyName="ours", Path=path, PolicyDocument=json.dumps(allowing("bedrock:*"))
    )
    arn = made["Policy"]["Arn"]
    account = Account(id=HERE.id, policies={arn: held(arn)})
    found = await managed_policy(aws, "ours", account)
    assert (found.source, found.policy.arn, found.policy.version) == ("live", arn, "v1")


@pytest.mark.parametrize("code", ["AccessDenied", "ServiceFailure"])
async def test_where_aws_does_not_tell_the_accounts_own_data_does(
    aws: Aws, fake: FakeIam, code: str
) -> None:
    fake.refuse("GetPolicy", code, 403 if code == "AccessDenied" else 500)
    arn = f"arn:aws:iam::aws:policy/{LIMITED}"
    found = await managed_policy(aws, LIMITED, Account(id=HERE.id, policies={arn: held(arn)}))
    assert (found.source, found.policy.version, found.as_of) == ("account", "v3", "2026-05-06")


async def test_where_the_version_is_denied_and_the_account_does_not_hold_it_the_app_does(
    aws: Aws, fake: FakeIam
) -> None:
    fake.refuse("GetPolicy", "AccessDenied")
    found = await managed_policy(aws, LIMITED, HERE)
    assert (found.source, found.policy.version, found.as_of) == ("shipped", "v9", "2026-08-04")


async def test_without_a_connection_the_shipped_policy_has_the_accounts_partition() -> None:
    found = await managed_policy(None, LIMITED, Account(id=HERE.id, partition="aws-us-gov"))
    assert found.policy.arn == f"arn:aws-us-gov:iam::aws:policy/{LIMITED}"
    assert found.source == "shipped"


@pytest.mark.parametrize(
    "ref",
    [
        "Nothing",
        "arn:aws:iam::aws:policy/Nothing",
        "arn:aws-cn:iam::aws:policy/AmazonBedrockFullAccess",
        "a b",
        "arn:",
    ],
)
async def test_a_policy_that_is_nowhere_is_one_sentence(aws: Aws, ref: str) -> None:
    with pytest.raises(AwsError, match="has no policy") as caught:
        await managed_policy(aws, ref, HERE)
    assert str(caught.value).isprintable()


async def test_a_denial_is_told_where_nothing_else_has_the_policy(aws: Aws, fake: FakeIam) -> None:
    fake.refuse("GetPolicy", "AccessDenied")
    with pytest.raises(AwsError, match="AWS denied GetPolicy"):
        await managed_policy(aws, "ours", HERE)
