"""Numbers agree with their nouns and verbs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from iam.counts import counted
from iam.reports.audit import take_audit
from iam.reports.html_format import as_html
from iam.reports.overview import facts
from tests.build import LIMITED, account, deny, make_evaluator, user


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 keys"), (1, "1 key"), (2, "2 keys"), (1234, "1,234 keys")]
)
def test_a_noun_is_singular_after_one_only(count: int, words: str) -> None:
    assert counted(count, "key") == words


@pytest.mark.parametrize(
    ("blocked", "lines", "head"),
    [
        (1, ("of 1 principal", "; 1 holds the policy and cannot"), "<h2>1 user or role</h2>"),
        (2, ("of 2 principals", "; 2 hold the policy and cannot"), "<h2>2 users and roles</h2>"),
    ],
)
def test_a_report_speaks_of_one_as_of_one(blocked: int, lines: tuple[str, ...], head: str) -> None:
    users = [user(f"u{n}", deny("*"), attached=[LIMITED]) for n in range(blocked)]
    now = datetime(2026, 5, 8, tzinfo=UTC)
    audit = take_audit(account(*users), make_evaluator(), now=now, source="demo", caller=None)
    said = "\n".join(facts(audit))
    assert all(f"{line}\n" in f"{said}\n" for line in lines)
    assert head in "".join(as_html(audit))
