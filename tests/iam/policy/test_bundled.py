"""The policy documents that come with the app."""

from __future__ import annotations

import pytest

from iam.policy.bundled import shipped, shipped_policies

LIMITED = "arn:aws:iam::aws:policy/AmazonBedrockLimitedAccess"


def test_both_bedrock_policies_come_with_the_app() -> None:
    assert [(p.name, p.version, p.updated) for p in shipped_policies()] == [
        ("AmazonBedrockLimitedAccess", "v9", "2026-08-04"),
        ("AmazonBedrockFullAccess", "v11", "2026-08-04"),
    ]


@pytest.mark.parametrize(
    "asked",
    [
        "AmazonBedrockLimitedAccess",
        LIMITED,
        "arn:aws-us-gov:iam::aws:policy/AmazonBedrockLimitedAccess",
        "arn:aws-cn:iam::aws:policy/AmazonBedrockLimitedAccess",
    ],
)
def test_a_policy_is_found_by_name_and_by_arn_of_any_partition(asked: str) -> None:
    policy = shipped(asked)
    assert policy is not None
    assert policy.arn == LIMITED


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "arn:",
        "AdministratorAccess",
        "arn:aws:iam::123456789012:policy/AmazonBedrockLimitedAccess",
        "arn:aws:iam::aws:policy/service-role/AmazonBedrockLimitedAccess",
    ],
)
def test_no_other_policy_is_taken_for_one_of_them(asked: str) -> None:
    assert shipped(asked) is None


def test_the_limited_policy_has_the_six_statements_of_its_version() -> None:
    assert [statement["Sid"] for statement in shipped_policies()[0].document["Statement"]] == [
        "BedrockAPIs",
        "DescribeKey",
        "APIsWithAllResourceAccess",
        "BedrockMantleAPIs",
        "BedrockWebSearch",
        "MarketplaceOperationsFromBedrockFor3pModels",
    ]


def test_the_full_policy_has_fifteen_statements() -> None:
    assert len(shipped_policies()[1].document["Statement"]) == 15
