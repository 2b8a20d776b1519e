"""Explanations of verdicts: the deciding statements. Golden cases check their wording."""

from __future__ import annotations

from tests.build import LIMITED, allow, deny, group, result, user


def test_only_deciding_statements_are_named() -> None:
    entry = next(
        e
        for e in result(
            user("alice", allow("bedrock:*", Sid="A"), deny("s3:*", Sid="B"), deny("bedrock:Get*"))
        )
        .sections[0]
        .entries
        if e.action == "bedrock:InvokeModel"
    )
    assert [(v.effect, v.sid) for v in entry.via] == [("Allow", "A")]


def test_a_statement_of_a_group_names_its_policy_group_and_sid() -> None:
    alice = result(user("alice", groups=["ml"]), group("ml", attached=[LIMITED]))
    (via,) = alice.sections[0].entries[0].via
    assert (via.policy, via.group, via.sid, via.kind) == (LIMITED, "ml", "BedrockAPIs", "managed")
