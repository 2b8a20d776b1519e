"""What a key is good for: its state, its owner, and whether requests with keys are accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from iam.account.api_keys import ApiKey, ApiKeys
from iam.account.model import Account
from iam.account.organization import Level, Organization, OrganizationPolicy
from iam.account.unread import Unread, document_of
from iam.policy.action_catalogue import catalogue
from iam.verdicts.api_key_use import KeyJudge, KeyUse
from tests.build import (
    ID,
    LIMITED,
    NOW,
    account,
    allow,
    deny,
    document,
    make_evaluator,
    policy,
    policy_arn,
    user,
)

KEY = ApiKey("ACCA1", "alice", "alice-at-123456789012", "Active")
TOKEN = "bedrock:CallWithBearerToken"
MANTLE_TOKEN = "bedrock-mantle:CallWithBearerToken"
TYPE = "bedrock:BearerTokenType"
OFFICE = {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}


def using(made: Account, key: ApiKey = KEY) -> KeyUse:
    made = replace(made, api_keys=ApiKeys("read", (key,)))
    (use,) = KeyJudge(catalogue(), "aws", NOW).uses(made, make_evaluator())
    return use


def of(*documents: Any, attached: bool = True, key: ApiKey = KEY) -> KeyUse:
    """The use of a key of alice, who has these inline policies."""
    holds = [LIMITED] if attached else []
    return using(account(user("alice", *documents, attached=holds)), key)


def only(value: str, operator: str = "StringEquals", key: str = TYPE) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}}}


def test_a_key_of_somebody_with_the_policy_works() -> None:
    use = of()
    assert (use.usable, use.invokes, use.words) == (True, True, "yes")
    assert use.invocation is not None
    assert use.invocation.words == "all models"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        (replace(KEY, status="Inactive"), "no: inactive"),
        (replace(KEY, status="Expired"), "no: expired"),
        (replace(KEY, expires=NOW - timedelta(days=3)), "no: expired 3 days ago"),
    ],
)
def test_a_key_that_is_off_opens_nothing(key: ApiKey, words: str) -> None:
    use = of(key=key)
    assert (use.usable, use.invokes, use.words) == (False, False, words)


@pytest.mark.parametrize(
    "document",
    [
        deny([TOKEN, MANTLE_TOKEN]),
        deny("*", **only("LONG_TERM")),
        deny("*", **only("SHORT_TERM", "StringNotEquals")),
        deny([TOKEN], **only("LONG_*", "StringLike")),
    ],
)
def test_a_deny_of_keys_makes_it_useless(document: Any) -> None:
    use = of(document, deny(MANTLE_TOKEN))
    assert (use.usable, use.invokes) == (False, False)
    assert use.words.startswith("no: denied by inline-0")


@pytest.mark.parametrize("statement", [deny(TOKEN, **only("SHORT_TERM")), deny("s3:*")])
def test_a_deny_of_something_else_does_not(statement: Any) -> None:
    assert of(statement).words == "yes"


def test_an_allow_for_long_term_keys_is_a_whole_allow() -> None:
    use = of(allow("bedrock:Invoke*"), allow(TOKEN, **only("LONG_TERM")), attached=False)
    assert use.words == "yes"
    none = of(allow("bedrock:Invoke*"), allow(TOKEN, **only("SHORT_TERM")), attached=False)
    assert (none.usable, none.words) == (False, "no: its owner may not use keys")


def test_a_deny_by_the_key_of_the_other_service_is_not_certain() -> None:
    use = of(deny([TOKEN, MANTLE_TOKEN], **only("LONG_TERM")))
    assert (use.usable, use.words) == (True, "yes, Mantle only, on conditions")


def test_who_may_use_keys_and_invoke_nothing_is_told_apart() -> None:
    use = of(allow([TOKEN, MANTLE_TOKEN]), attached=False)
    assert (use.usable, use.invokes, use.words) == (True, False, "invokes nothing")
    assert use.owner_may_nothing


def test_a_key_for_one_service_does_not_open_the_other() -> None:
    use = of(allow(["bedrock:InvokeModel", MANTLE_TOKEN]), attached=False)
    assert (use.invokes, use.words) == (False, "invokes nothing: no keys for Bedrock")


def test_a_service_that_accepts_no_keys_is_named() -> None:
    assert of(deny(MANTLE_TOKEN)).words == "yes, Bedrock only"


def test_a_condition_on_keys_is_said() -> None:
    use = of(deny([TOKEN, MANTLE_TOKEN], Condition=OFFICE))
    assert (use.usable, use.words) == (True, "yes, on conditions")


@pytest.mark.parametrize("at", ["root", "account"])
def test_an_scp_that_denies_long_term_keys_makes_it_useless(at: str) -> None:
    full = OrganizationPolicy("p-F", "FullAWSAccess", document_of(document(allow())), True)
    no_keys = document_of(document(deny([TOKEN, MANTLE_TOKEN])))
    deny_keys = OrganizationPolicy("p-D", "NoKeys", no_keys)
    levels = (
        Level("r-1", "root", "root", (full, deny_keys) if at == "root" else (full,)),
        Level(ID, "account", "account", (full, deny_keys) if at == "account" else (full,)),
    )
    organization = Organization("applied", "o-1", "999999999999", levels)
    made = replace(account(user("alice", attached=[LIMITED])), organizations={ID: organization})
    use = using(made)
    assert use.usable is False
    assert "SCP NoKeys" in use.words


def test_a_boundary_without_keys_makes_it_useless() -> None:
    bounds = policy("b", allow("bedrock:Invoke*"))
    made = account(user("alice", attached=[LIMITED], boundary=policy_arn("b")), bounds)
    use = using(made)
    assert (use.usable, use.words) == (False, "no: withheld by boundary b")


def test_what_could_not_be_read_leaves_it_unknown() -> None:
    use = of("not a document", attached=False)
    assert (use.usable, use.invokes) == (None, None)
    assert use.words.startswith("unknown")
    made = account(user("bob"))
    assert using(made).words == "unknown: its owner was not read"
    assert using(made, replace(KEY, status="Inactive")).usable is False


def test_an_organization_that_could_not_be_read_takes_nothing_away() -> None:
    gap = Unread("the organization", "AccessDenied", "…")
    made = replace(
        account(user("alice", attached=[LIMITED])),
        organizations={ID: Organization("unread", unread=(gap,))},
    )
    assert using(made).words == "yes"
