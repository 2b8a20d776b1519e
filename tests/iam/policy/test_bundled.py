"""The bundled policy documents."""

from __future__ import annotations

import pytest

from iam.policy.bundled import bundled_policies, bundled_policy

LIMITED = "arn:aws:iam::aws:policy/AmazonBedrockLimitedAccess"


def test_both_bedrock_policies_are_bundled() -> None:
    assert [(p.name, p.version, p.updated) for p in bundled_policies()] == [
        ("AmazonBedrockLimitedAccess", "v9", "2026-08-04"),
        ("AmazonBedrockFullAccess", "v11", "2026-08-04"),
    ]


@pytest.mark.parametrize(
    "name_or_arn",
    [
        "AmazonBedrockLimitedAccess",
        LIMITED,
        "arn:aws-us-gov:iam::aws:policy/AmazonBedrockLimitedAccess",
        "arn:aws-cn:iam::aws:policy/AmazonBedrockLimitedAccess",
    ],
)
def test_a_policy_is_found_by_name_or_by_arn_in_any_partition(name_or_arn: str) -> None:
    policy = bundled_policy(name_or_arn)
    assert policy is not None
    assert policy.arn == LIMITED


@pytest.mark.parametrize(
    "name_or_arn",
    [
        "",
        "arn:",
        "AdministratorAccess",
        "arn:aws:iam::123456789012:policy/AmazonBedrockLimitedAccess",
        "arn:aws:iam::aws:policy/service-role/AmazonBedrockLimitedAccess",
    ],
)
def test_other_names_and_arns_are_not_found(name_or_arn: str) -> None:
    assert bundled_policy(name_or_arn) is None


def test_the_limited_policy_has_its_six_statements() -> None:
    assert [statement["Sid"] for statement in bundled_policies()[0].document["Statement"]] == [
        "BedrockAPIs",
        "DescribeKey",
        "APIsWithAllResourceAccess",
        "BedrockMantleAPIs",
        "BedrockWebSearch",
        "MarketplaceOperationsFromBedrockFor3pModels",
    ]


def test_the_full_policy_has_fifteen_statements() -> None:
    assert len(bundled_policies()[1].document["Statement"]) == 15
