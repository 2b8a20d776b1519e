"""The filter language: what a term lets through, what it cannot decide, and what is malformed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam.account.model import Account, Role, User
from iam.account.unread import Unread
from iam.account.unread_documents import unread_documents
from iam.reports.audit import narrowed, take_audit
from iam.verdicts.answers import ANSWER_FILTERS, Question, answers_of
from iam.verdicts.filter_completion import Vocabulary, completions
from iam.verdicts.filter_terms import TERMS
from iam.verdicts.principal_filter import parse_filter, toggled, values_of, words_at
from tests.build import (
    LIMITED,
    NOW,
    account,
    allow,
    deny,
    group,
    make_evaluator,
    policy,
    policy_arn,
    role,
    user,
)


def _made() -> Account:
    made = account(
        user("alice", attached=[LIMITED], tags={"team": "ml", "cost center": "a b"}),
        user("bob", groups=["ml-team"], tags={"Env": "nonprod"}),
        user("carol", allow("bedrock:InvokeModel")),
        user("dave", deny("*"), attached=[LIMITED], boundary=policy_arn("storage")),
        user("erin", attached=[policy_arn("gone")]),
        role("admin", allow("*"), path="/ops/"),
        role("idle"),
        group("ml-team", attached=[LIMITED]),
        policy("storage", allow("s3:*")),
    )
    used = datetime(2026, 5, 1, tzinfo=UTC)
    admin, idle = (p for p in made.principals.values() if isinstance(p, Role))
    # Nothing of fay could be read but the name.
    arn = admin.arn.replace("role/ops/admin", "user/fay")
    everything = tuple(_unread(name) for name in ("(all policies: x)",))
    fay = User("fay", arn, inline=everything, boundary="(boundary could not be read)")
    never = replace(idle, use_read=True, last_used=None)
    return made.with_entities([replace(admin, use_read=True, last_used=used), never, fay])


def _unread(name: str) -> Any:
    from iam.account.model import InlinePolicy

    return InlinePolicy(name, Unread(name, "AccessDenied", "denied"))


MADE = _made()
assert unread_documents(MADE)
AUDIT = take_audit(MADE, make_evaluator(), now=NOW, source="live", caller=None)


def chosen(text: str) -> tuple[str, int]:
    """The names that a filter lets through, and how many it could not decide about."""
    found = parse_filter(text, NOW)
    assert found.problem == ""
    audit = narrowed(AUDIT, found)
    assert audit.filtered is not None
    return " ".join(p.name for p, _ in audit.results), audit.filtered.undecided


@pytest.mark.parametrize(
    ("text", "names", "undecided"),
    [
        ("", "alice bob carol dave erin fay admin idle", 0),
        ("OPS", "admin", 0),
        ("user !ali", "bob carol dave erin fay", 0),
        ('"er/b"', "bob", 0),
        ("invoke:yes", "alice bob carol admin", 2),
        ("invoke:no", "dave idle", 2),
        ("invoke:full", "alice bob admin", 2),
        ("Invoke:Partial", "carol", 2),
        ("invoke:unknown", "erin fay", 0),
        ("!invoke:unknown", "alice bob carol dave admin idle", 0),
        ("!invoke:yes", "dave idle", 2),
        ("policy:direct", "alice dave", 1),
        ("policy:group", "bob", 1),
        ("policy:yes", "alice bob dave", 1),
        ("policy:none", "carol erin admin idle", 1),
        ("policy:other", "admin", 2),
        ("policy:yes invoke:no", "dave", 1),
        ("policy:yes invoke:no alice", "", 0),
        ("verdict:granted", "alice bob admin", 2),
        ("!verdict:granted", "carol dave idle", 2),
        ("verdict:unknown", "erin fay", 0),
        ("type:role", "admin idle", 0),
        ("!type:role", "alice bob carol dave erin fay", 0),
        ("group:ML", "bob", 1),
        ("group:team*", "", 1),
        ("!group:*team", "alice carol dave erin admin idle", 1),
        ("tag:team", "alice", 1),
        ("tag:team=ml", "alice", 1),
        ("tag:env=prod", "", 1),
        ("tag:env=*PROD", "bob", 1),
        ('tag:env="*PROD"', "", 1),
        ('tag:"cost center"="a b"', "alice", 1),
        ("!tag:*", "carol dave erin admin idle", 1),
        ("boundary:stor", "dave", 1),
        ("boundary:any", "dave", 1),
        ("boundary:none", "alice bob carol erin admin idle", 1),
        ("boundary:s*e", "dave", 1),
        (f"boundary:{policy_arn('storage')}", "dave", 1),
        ("account:123456789012 type:role", "admin idle", 0),
        ("account:2", "", 0),
        ("unused:30d", "admin idle", 6),
        ("!unused:90d", "admin", 6),
        ("unused:401d", "", 7),
        ("arn:aws:iam::123456789012:user/bob", "bob", 0),
        ("a*", "", 0),
    ],
)
def test_each_term_lets_through_what_it_says(text: str, names: str, undecided: int) -> None:
    assert chosen(text) == (names, undecided)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("colour:red", "no term colour:, only invoke policy verdict"),
        ("invoke:maybe", "invoke: takes yes, no, partial, full or unknown"),
        ("ops !policy:", "policy: takes direct, group, other, none or yes"),
        ("unused:soon", "unused: takes days, such as 90d"),
        ("account:prod", "account: takes an account ID"),
        ('group:""', "group: takes a part of a group's name"),
        ("!", "! needs a word or a term"),
    ],
)
def test_what_is_malformed_says_what_is_allowed(text: str, problem: str) -> None:
    found = parse_filter(text)
    assert found.problem.startswith(problem)
    assert not found


@pytest.mark.parametrize(
    ("text", "half_typed"),
    [
        ("inv", True), ("ops in", True), ("inv ", False), ("invoke:", True), ("invoke:y", True),
        ("invoke:yes", False), ("invoke:yx", False), ("invoke:y ops", False), ("!", True),
        ("unused:9", True), ("unused:9x", False), ("tag:te", True), ("group:te", False),
        ("foo:bar invoke:", False), ("ops", False),
    ],
)  # fmt: skip
def test_the_end_of_a_filter_may_be_half_typed(text: str, half_typed: bool) -> None:
    assert parse_filter(text).half_typed is half_typed


VALUES = {"group": ["ml", "*"], "tag": ["team", "team=ml"], "boundary": ["any", "s*"]}
TEXTS = st.sampled_from(
    [
        *(f"{n}:{v}" for n, t in TERMS.items() for v in (*t.values, *VALUES.get(n, ()))),
        "account:1",
        "unused:30d",
        "a",
        "user/b",
        '"e"',
    ]
)


@given(TEXTS)
def test_an_inverted_condition_lets_through_the_rest_of_those_it_can_decide(text: str) -> None:
    everybody, undecided = chosen("")[0].split(), chosen(text)[1]
    names, others = chosen(text)[0].split(), chosen(f"!{text}")[0].split()
    assert not set(names) & set(others)
    assert len(names) + len(others) + undecided == len(everybody)
    assert chosen(f"!{text}")[1] == undecided


@given(st.lists(TEXTS, max_size=3).map(" ".join))
def test_one_by_one_and_all_at_once_decide_alike(text: str) -> None:
    from iam.reports.audit import _Candidate

    found = parse_filter(text, NOW)
    candidates = [_Candidate(*each) for each in AUDIT.results]
    selection = found.select(candidates)
    decided = [found.matches(each) for each in candidates]
    assert selection.matching == [
        c for c, answer in zip(candidates, decided, strict=True) if answer
    ]
    assert selection.undecided == decided.count(None)


PARTS = st.one_of(st.text(max_size=6), st.sampled_from([f"{n}:" for n in TERMS] + ['"', "!", "="]))


@given(st.lists(PARTS, max_size=8).map("".join))
def test_no_text_fails_to_parse(text: str) -> None:
    found = parse_filter(text, NOW)
    narrowed(AUDIT, found)
    completions(text, Vocabulary(MADE))
    toggled(text, ["invoke:yes"])


def test_while_verdicts_are_pending_terms_about_them_are_undecided() -> None:
    from iam.reports.audit import _Candidate

    alice = _Candidate(*AUDIT.results[0])
    assert parse_filter("invoke:yes").matches(alice, answered=False) is None
    assert parse_filter("!policy:yes").matches(alice, answered=False) is None
    assert parse_filter("tag:team").matches(alice, answered=False) is True
    assert parse_filter("bob invoke:yes").matches(alice, answered=False) is False


def test_a_term_takes_the_place_of_those_that_ask_the_same() -> None:
    assert toggled("ops", ["invoke:yes"]) == "invoke:yes ops"
    assert toggled("ops invoke:yes", ["invoke:yes"]) == "ops"
    assert toggled("policy:yes invoke:no ops", ["policy:other"]) == "policy:other ops"
    assert toggled("policy:yes", ["policy:yes", "invoke:no"]) == "policy:yes invoke:no"
    assert toggled("invoke:no policy:yes", ["policy:yes", "invoke:no"]) == ""
    assert toggled('!invoke:yes tag:"a b"', ["invoke:yes"]) == 'tag:"a b" invoke:yes'
    assert toggled('account:"1', ["invoke:yes"]) == 'account:"1" invoke:yes'
    assert toggled('invoke:no a "b', ["invoke:yes"]) == 'invoke:yes a "b"'
    assert values_of("verdict:Denied !verdict:none", "verdict") == ["denied"]


@pytest.mark.parametrize("text", ["nonsense:1", "!", '""', "policy:maybe alice", "unused:x"])
def test_a_malformed_filter_lets_nobody_through_for_certain(text: str) -> None:
    chosen = parse_filter(text)
    assert chosen.problem
    assert narrowed(AUDIT, chosen).results == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [("a b", "a b"), ("invoke:yes", ""), ("a invoke:yes  b c", "b c"), ("arn:x", "arn:x")],
)
def test_the_words_of_a_filter_are_behind_its_last_term(text: str, words: str) -> None:
    assert text[words_at(text) :] == words


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("in", "invoke:"),
        ("ops !ver", "ops !verdict:"),
        ("invoke:", "invoke:yes"),
        ("invoke:p", "invoke:partial"),
        ("invoke:yes", "invoke:no"),
        ("ops", None),
        ("", None),
        ("a ", None),
        ("group:m", "group:ml-team"),
        ("tag:c", 'tag:"cost center"'),
        ("tag:env=", "tag:Env=nonprod"),
        ("boundary:", "boundary:none"),
        ("boundary:s", "boundary:storage"),
        ("account:", "account:123456789012"),
    ],
)
def test_a_filter_is_completed_from_the_language_and_the_account(
    text: str, first: str | None
) -> None:
    assert next(iter(completions(text, Vocabulary(MADE))), None) == first


def test_values_come_by_how_many_principals_have_them_then_by_name() -> None:
    made = account(
        user("a", tags={"Stage": "prod", "app": "x"}, groups=["zoo"], boundary=policy_arn("z")),
        user("b", tags={"Team": "web"}, groups=["zoo"], boundary=policy_arn("z")),
        user("c", tags={"Team": "ml"}, groups=["ants"], boundary=policy_arn("a")),
        user("d", tags={"Team": "ml"}),
        group("ants"),
        group("bees"),
        group("zoo"),
    )
    offered = [each.removeprefix("tag:") for each in completions("tag:", Vocabulary(made))]
    keys = ["Team", "app", "Stage"]
    assert offered == [*keys, "Team=ml", "Team=web", "app=x", "Stage=prod"]
    assert completions("group:", Vocabulary(made)) == ["group:zoo", "group:ants", "group:bees"]
    assert completions("boundary:", Vocabulary(made))[-2:] == ["boundary:z", "boundary:a"]


def test_who_is_younger_than_the_period_is_not_unused() -> None:
    idle = next(p for p in MADE.principals.values() if p.name == "idle")
    for days, expected in ((89, ""), (91, "idle")):
        young = MADE.with_entities([replace(idle, created=NOW - timedelta(days=days))])
        audit = take_audit(young, make_evaluator(), now=NOW, source="live", caller=None)
        found = narrowed(audit, parse_filter("unused:90d idle", NOW)).results
        assert " ".join(p.name for p, _ in found) == expected


def test_no_name_that_looks_like_another_is_offered() -> None:
    odd = account(user("a", tags={"x\u202ey": "1", 'q"': "1", "ok": "\x1b[2J"}, groups=["g\x07"]))
    assert completions("tag:", Vocabulary(odd)) == ["tag:ok"]
    assert completions("group:", Vocabulary(odd)) == []


@pytest.mark.parametrize("question", ANSWER_FILTERS)
def test_what_is_counted_is_what_its_filter_shows(question: Question) -> None:
    evaluator = make_evaluator()
    counted = [
        p.name
        for p, _ in AUDIT.results
        if question in answers_of(evaluator.summary(MADE, MADE.principals[p.arn]))
    ]
    assert counted == chosen(" ".join(ANSWER_FILTERS[question]))[0].split()
    assert counted


@pytest.mark.parametrize("text", ["!!invoke:yes", '!""', '""', '"', "!", "a !"])
def test_a_filter_that_asks_nothing_is_malformed(text: str) -> None:
    assert "needs a word or a term" in parse_filter(text).problem


@pytest.mark.parametrize("text", ['account:"123"', 'unused:"90d"', 'invoke:"yes"'])
def test_every_value_may_be_in_quotation_marks(text: str) -> None:
    assert not parse_filter(text).problem
    assert parse_filter('type:"group"').of_groups
