"""The JSON, put together of shared texts, is to the byte what `json.dumps` makes of it."""

from __future__ import annotations

import json
import re
from copy import copy
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from iam.account.model import Account, ManagedPolicy
from iam.account.parse import parse_page
from iam.policy.action_catalogue import catalogue
from iam.reports.audit import Audit, take_audit
from iam.reports.formats import Detail
from iam.reports.json_format import as_json
from iam.verdicts.evaluator import Evaluator
from tests.build import (
    ID,
    LIMITED,
    account,
    allow,
    deny,
    details,
    document,
    group,
    limited,
    policy,
    policy_arn,
    role,
    user,
)

HOSTILE = (
    'quote"back\\slash', "line\nbreak\r\ttab", "\x1b[31mred\x07", "bidi\u202egnp.exe", "\x7f\x85",
    "lone\ud800surrogate", "zero\u200bwidth\ufeff", "línea é 中文 🐍", "sep\u2028\u2029", "",
)  # fmt: skip


def plain(audit: Audit) -> str:
    """The contract as one object, written by `json.dumps`."""
    body = {
        "schema": 1,
        "generated_at": audit.generated_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "source": audit.source,
        "account": {
            "id": audit.account.id,
            "alias": audit.account.alias,
            "partition": audit.account.partition,
        },
        "caller": audit.caller,
        "organization": {
            "id": audit.account.organization.id,
            "status": audit.account.organization.status,
            "path": list(audit.account.organization.path),
        },
        "policy": {
            "name": audit.managed.name,
            "arn": audit.managed.arn,
            "version": audit.managed.version,
        },
        "complete": audit.complete,
        "unread": [{"what": u.what, "error": u.error, "message": u.message} for u in audit.unread],
        "principals": [
            {
                "arn": principal.arn,
                "type": principal.type,
                "name": principal.name,
                "path": principal.path,
                "attached": {
                    "direct": result.attached.direct,
                    "groups": result.attached.groups,
                },
                "boundary": principal.boundary,
                "verdict": result.verdict,
                "sections": [
                    {
                        "sid": section.sid,
                        "title": section.title,
                        "verdict": section.verdict,
                        "granted": section.granted,
                        "total": section.total,
                        "actions": [
                            {
                                "action": entry.action,
                                "verdict": entry.verdict,
                                "granted": entry.granted,
                                "total": entry.total,
                                "concrete": dict(entry.concrete),
                                "via": [
                                    {
                                        "effect": via.effect,
                                        "policy": via.policy,
                                        "kind": via.kind,
                                        "level": via.level,
                                        "group": via.group,
                                        "sid": via.sid,
                                        "statement": via.statement,
                                    }
                                    for via in entry.via
                                ],
                            }
                            for entry in section.entries
                        ],
                    }
                    for section in result.sections
                ],
                "invoke": result.invocation
                and {
                    "verdict": result.invocation.verdict,
                    "words": result.invocation.words,
                    "by": result.invocation.by,
                },
                "other_policy": result.other_policies,
                "keys": [] if principal.type == "role" else None,
            }
            for principal, result in audit.results
        ],
    }
    unsafe = "[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
    text = json.dumps(body, ensure_ascii=False, indent=1)
    return re.sub(unsafe, lambda found: f"\\u{ord(found.group()):04x}", text) + "\n"


def audit_of(made: Account, managed: ManagedPolicy | None = None, only: str | None = None) -> Audit:
    action = catalogue().choose(only) if only else None
    return take_audit(
        made,
        Evaluator(managed or limited(), catalogue(), made.partition, action),
        now=datetime(2026, 11, 23, 18, 0, 0, tzinfo=UTC),
        source="snapshot",
        caller=f"arn:aws:iam::{ID}:user/zoë\u202e",
    )


def managing(*statements: Any, raw: Any = None) -> ManagedPolicy:
    """A policy of one's own that is managed."""
    page = details(policy("mine", *statements, raw=raw))
    (made,) = parse_page(Account(id=ID), page).policies.values()
    return made


MANY = (
    user("alice", allow("bedrock:*"), attached=[LIMITED]),
    user("bob", allow("bedrock:*"), groups=["ml", "ops"], boundary=policy_arn("cap")),
    user("carol", groups=["gone"], attached=[policy_arn("gone"), LIMITED]),
    user("dave"),
    user("eve", "{oops"),
    role("worker", allow(["bedrock:Get*", "kms:*"], Sid="S"), deny("bedrock:GetAgent")),
    role("odd", allow("bedrock:*", Condition={"Odd": {"a": "b"}}), path="/a/b/"),
    group("ml", allow("bedrock:Invoke*", "arn:aws:bedrock:us-east-1::foundation-model/a*")),
    group("ops", attached=[LIMITED]),
    policy("cap", allow("bedrock:*")),
)
ACCOUNTS = {
    "nobody": (),
    "one who may do nothing": (user("alice"),),
    "of all kinds": MANY,
    "hostile names": tuple(
        item
        for i, name in enumerate(HOSTILE)
        for item in (
            user(f"{name}{i}", groups=[f"g{name}{i}"], path=f"/{name}/"),
            {
                **role(f"r{name}{i}", boundary=policy_arn(f"{name}{i}")),
                "RolePolicyList": [
                    {"PolicyName": name, "PolicyDocument": document(allow(Sid=name))}
                ],
            },
            group(f"g{name}{i}", allow("bedrock:*", Sid=name), attached=[LIMITED]),
            policy(f"{name}{i}", deny("bedrock:Get*", Sid=name), allow("*")),
        )
    ),
}


@pytest.mark.parametrize("items", ACCOUNTS.values(), ids=list(ACCOUNTS))
def test_an_account(items: tuple[Any, ...]) -> None:
    audit = audit_of(account(*items))
    assert "".join(as_json(audit)) == plain(audit)


@pytest.mark.parametrize("detail", ["principals", "sections"])
def test_less_detail_leaves_out_one_key(detail: Detail) -> None:
    audit = audit_of(account(*MANY))
    body = json.loads(plain(audit))
    for principal in body["principals"]:
        if detail == "principals":
            del principal["sections"]
        for section in principal.get("sections", ()):
            del section["actions"]
    text = json.dumps(body, ensure_ascii=False, indent=1) + "\n"
    assert "".join(as_json(audit, detail)) == text.replace("\u202e", "\\u202e")


def test_one_action() -> None:
    audit = audit_of(account(*MANY), only="bedrock:InvokeModel")
    assert audit.only
    assert "".join(as_json(audit)) == plain(audit)


@pytest.mark.parametrize(
    "managed",
    [
        managing(*(allow("bedrock:Get*", Sid=f"{name}{i}") for i, name in enumerate(HOSTILE))),
        managing({"Effect": "perhaps", "Action": "bedrock:*", "Resource": "*"}),
        managing(allow(["bedrock:Get*", "bedrock:NoSuch*", "nothing:No\u202eSuch"])),
        managing(allow([])),
        managing(),
        managing(raw="{oops"),
    ],
    ids=["hostile Sids", "not understood", "unknown actions", "no action", "empty", "unread"],
)
def test_a_policy_of_another_kind(managed: ManagedPolicy) -> None:
    audit = audit_of(account(*MANY), managed)
    assert "".join(as_json(audit)) == plain(audit)


def test_each_of_those_who_share_a_result_has_all_of_it() -> None:
    audit = audit_of(account(*(user(f"user-{i:03}", allow("bedrock:*")) for i in range(100))))
    assert len({id(result.sections[0]) for _, result in audit.results}) == 1
    assert "".join(as_json(audit)) == plain(audit)


def test_what_cannot_be_told_is_found_before_there_is_a_piece() -> None:
    audit = audit_of(account(user("alice"), user("bob")))
    (first, (bob, result)) = audit.results
    odd = copy(bob)
    object.__setattr__(odd, "boundary", object())
    broken = replace(audit, results=(first, (odd, result)))
    with pytest.raises(TypeError, match="not JSON serializable"):
        as_json(broken)
