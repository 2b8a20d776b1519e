"""The sections of a managed policy."""

from __future__ import annotations

from iam.policy.action_catalogue import catalogue
from iam.policy.document import parse_document
from iam.verdicts.section import Section, describe, sections_of
from tests.build import allow, deny, document, make_evaluator


def of(*statements: dict[str, object]) -> tuple[Section, ...]:
    return sections_of(parse_document(document(*statements)), catalogue())


def test_the_managed_policy_has_six_sections() -> None:
    assert [(s.sid, s.title, len(s.entries)) for s in make_evaluator().sections] == [
        ("BedrockAPIs", "Amazon Bedrock APIs", 44),
        ("DescribeKey", "KMS Key Access", 1),
        ("APIsWithAllResourceAccess", "Supporting Infrastructure Access", 4),
        ("BedrockMantleAPIs", "Amazon Bedrock Mantle APIs", 4),
        ("BedrockWebSearch", "BedrockWebSearch", 2),
        ("MarketplaceOperationsFromBedrockFor3pModels", "AWS Marketplace – Third-Party Models", 3),
    ]


def test_wildcards_are_expanded_and_unknown_ones_are_kept() -> None:
    (section,) = of(allow(["kms:Describe*", "nobody:Has*", "kms:DescribeKey"]))
    assert [(e.action, e.concrete) for e in section.entries] == [
        ("kms:Describe*", ("kms:DescribeCustomKeyStores", "kms:DescribeKey")),
        ("nobody:Has*", ("nobody:Has*",)),
        ("kms:DescribeKey", ("kms:DescribeKey",)),
    ]


def test_deny_statements_are_left_out_and_sids_are_unique() -> None:
    sections = of(
        allow("kms:*", Sid="A"), deny("*", Sid="No"), allow("ec2:*", Sid="A"), allow("iam:*")
    )
    assert [s.sid for s in sections] == ["A", "A (2)", "Statement 4"]


def test_a_statement_that_was_not_understood_is_a_section() -> None:
    (section,) = of({"Sid": "Odd", "Effect": "Allow", "Action": 7, "Resource": "*"})
    assert section.sid == "Odd"
    assert section.statement.problem
    assert section.entries == ()


def test_not_action_has_an_entry_per_service() -> None:
    (section,) = of(allow(NotAction=["bedrock:*", "iam:*"]))
    services = [entry.action for entry in section.entries]
    assert "kms:*" in services
    assert "bedrock:*" not in services


def test_every_action_of_the_policy_has_a_description() -> None:
    for section in make_evaluator().sections:
        for entry in section.entries:
            for action in (entry.action, *entry.concrete):
                assert describe(action, catalogue()), action


def test_labels_have_at_most_seven_characters() -> None:
    assert [s.label for s in make_evaluator().sections] == [
        "Bedrock", "KMS", "Infra", "Mantle", "Web", "Market",
    ]  # fmt: skip
    (long,) = of(allow("kms:*", Sid="AllowEverythingThereIs"))
    assert len(long.label) <= 7
