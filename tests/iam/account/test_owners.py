"""Whose a file is: each account of it is judged by its own groups, policies and boundaries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import iam
from iam.account.model import Account
from iam.account.owners import NoOwner, owned
from iam.account.parse import parse_page
from iam.account.unread_documents import unread_documents
from iam.verdicts.verdict import Verdict
from tests.build import ID, LIMITED, allow, deny, details, group, policy, policy_arn, role, user

OTHER = "210987654321"
Json = dict[str, Any]


def elsewhere(item: Json, account: str = OTHER, partition: str = "aws") -> Json:
    """The same item in another account."""
    text = json.dumps(item).replace(ID, account).replace("arn:aws:", f"arn:{partition}:")
    moved: Json = json.loads(text)
    return moved


def saved(*items: Json) -> Account:
    return owned(parse_page(Account(id=None), details(*items)))


def verdicts(tmp_path: Path, *items: Json) -> dict[str, str]:
    """The verdict on each principal of a file, by account and name."""
    path = tmp_path / "saved.json"
    path.write_text(json.dumps(details(*items)))
    audit = iam.evaluate(iam.load_file(path), action="bedrock:InvokeModel")
    return {f"{p.arn.split(':')[4]} {p.name}": str(r.verdict) for p, r in audit.results}


def test_one_account() -> None:
    made = saved(user("alice"), group("ops"))
    assert (made.id, made.ids, made.label, made.partition) == (ID, (ID,), ID, "aws")


def test_two_accounts_have_no_id_in_common() -> None:
    made = saved(user("alice"), elsewhere(user("alice")), role("r"))
    assert (made.id, made.ids, made.label) == (None, (ID, OTHER), "2 accounts")
    assert len(made.principals) == 3
    assert made.unread == ()


def test_principals_have_the_groups_policies_and_boundaries_of_their_own_account(
    tmp_path: Path,
) -> None:
    here = [
        user("by-group", groups=["ops"]),
        user("by-policy", attached=[policy_arn("p")]),
        user("bounded", attached=[LIMITED], boundary=policy_arn("cap")),
        group("ops", allow("bedrock:*")),
        policy("p", allow("bedrock:*")),
        policy("cap", allow("s3:*")),
    ]
    there = [
        user("by-group", groups=["ops"]),
        user("by-policy", attached=[policy_arn("p")]),
        user("bounded", allow("bedrock:*"), boundary=policy_arn("cap")),
        group("ops", deny("bedrock:*")),
        policy("p", allow("s3:*")),
        policy("cap", allow("bedrock:*")),
    ]
    shared = policy("AmazonBedrockLimitedAccess", allow("bedrock:*"), arn=LIMITED)
    assert verdicts(tmp_path, *here, *map(elsewhere, there), shared, shared) == {
        f"{ID} by-group": "granted",
        f"{ID} by-policy": "granted",
        f"{ID} bounded": "none",
        f"{OTHER} by-group": "denied",
        f"{OTHER} by-policy": "none",
        f"{OTHER} bounded": "granted",
    }


def test_a_group_of_another_account_is_no_group_of_this_one(tmp_path: Path) -> None:
    items = [user("alice", groups=["ops"]), elsewhere(role("r")), elsewhere(group("ops", allow()))]
    assert verdicts(tmp_path, *items) == {f"{ID} alice": "unknown", f"{OTHER} r": "none"}
    assert [u.what for u in unread_documents(saved(*items))] == [f"group ops of account {ID}"]


def test_members_are_those_of_the_same_account() -> None:
    made = saved(
        *(user("alice", groups=["ops"]), group("ops")),
        *(elsewhere(user("bob", groups=["ops"])), elsewhere(group("ops"))),
    )
    members = {key: [p.name for p in made.members_of(g)] for key, g in made.groups.items()}
    assert members == {(ID, "ops"): ["alice"], (OTHER, "ops"): ["bob"]}


def test_a_group_elsewhere_makes_no_second_account() -> None:
    assert saved(user("alice"), elsewhere(group("ops"))).id == ID


@pytest.mark.parametrize(
    ("arn", "why"),
    [
        ("arn:aws:iam:::user/bob", "its ARN has no account ID"),
        ("arn:aws:iam::12345:user/bob", "its ARN has no account ID"),
        ("arn:aws:iam::aws:user/bob", "its ARN has no account ID"),
        ("arn:aws:iam::１２３４５６７８９０１２:user/bob", "its ARN has no account ID"),
        ("bob", "its ARN is not that of a user"),
        ("arn:aws:iam", "its ARN is not that of a user"),
        (f"arn:aws:iam::{ID}:role/bob", "its ARN is not that of a user"),
        (f"arn:aws:sts::{ID}:user/bob", "its ARN is not that of a user"),
        (
            f"arn:aws-cn:iam::{ID}:user/bob",
            "it is in partition aws-cn, most others are in aws",
        ),
    ],
)
def test_an_arn_that_names_no_account_is_one_line_and_not_the_end(arn: str, why: str) -> None:
    made = saved(user("alice"), user("bob") | {"Arn": arn}, role("worker"))
    assert [p.name for p in made.principals.values()] == ["alice", "worker"]
    assert made.id == ID
    assert [(u.what, u.message, u.hides) for u in made.unread] == [(f"user {arn}", why, True)]


def test_a_group_without_an_account_is_not_known() -> None:
    made = saved(user("alice", groups=["ops"]), group("ops") | {"Arn": "arn:aws:iam:::group/ops"})
    assert [(u.what, u.hides) for u in made.unread] == [("group arn:aws:iam:::group/ops", False)]
    assert [u.what for u in unread_documents(made)] == ["group ops"]


def test_without_anybody_who_can_be_read_there_is_no_account() -> None:
    with pytest.raises(NoOwner):
        saved(user("alice") | {"Arn": "arn:aws:iam:::user/alice"}, policy("p"))


def test_reports_tell_the_accounts_apart(tmp_path: Path) -> None:
    path = tmp_path / "saved.json"
    path.write_text(
        json.dumps(details(user("alice"), elsewhere(user("alice", allow("bedrock:*")))))
    )
    audit = iam.evaluate(iam.load_file(path), action="bedrock:InvokeModel")
    assert json.loads(iam.report(audit))["account"] == {
        "id": None,
        "alias": None,
        "partition": "aws",
    }
    rows = [line.split(",") for line in iam.report(audit, "csv").splitlines()]
    assert [(row[0], row[2], row[8]) for row in rows[1:]] == [
        (ID, "alice", Verdict.NONE),
        (OTHER, "alice", Verdict.GRANTED),
    ]
    for form in ("table", "markdown"):
        text = iam.report(audit, form)
        assert "Account 2 accounts" not in text
        assert "2 accounts" in text
        assert ID in text
        assert OTHER in text


def test_a_policy_name_that_several_accounts_have_stands_for_none_of_them(tmp_path: Path) -> None:
    path = tmp_path / "saved.json"
    items = [policy("own", allow("bedrock:*")), role("r")]
    path.write_text(json.dumps(details(*items, *map(elsewhere, items))))
    with pytest.raises(iam.AwsError, match="Several accounts have a policy own"):
        iam.load_file(path, policy="own")
    arn = elsewhere({"Arn": policy_arn("own")})["Arn"]
    assert iam.load_file(path, policy=arn).managed.arn == arn
