"""Statements that resemble each other are compared, however many there are."""

from __future__ import annotations

from iam.policy.action_catalogue import catalogue
from iam.policy.document import parse_document
from iam.versions.statement_diff import StatementChange, compare_statements
from tests.build import Json, allow, document


def changes(older: list[Json], newer: list[Json]) -> tuple[StatementChange, ...]:
    before, after = (parse_document(document(*statements)) for statements in (older, newer))
    return compare_statements(before, after, catalogue())


def invoking(count: int, bucket: str, **more: str) -> list[Json]:
    """Statements that have one entry in common and are all on different resources."""
    return [
        allow(["bedrock:InvokeModel"], f"arn:aws:s3:::{bucket}-{i}", **more) for i in range(count)
    ]


def test_statements_that_resemble_each_other_are_changed() -> None:
    found = changes(invoking(3, "old"), invoking(3, "new"))
    assert len(found) == 3
    assert all(change.before and change.after for change in found)


def test_where_too_many_resemble_each_other_they_are_removed_and_added() -> None:
    found = changes(invoking(2_000, "old"), invoking(2_000, "new"))
    assert len(found) == 4_000
    assert not any(change.before and change.after for change in found)


def test_too_many_with_one_sid_are_still_known_by_it() -> None:
    found = changes(invoking(2_000, "old", Sid="One"), invoking(2_000, "new", Sid="One"))
    assert len(found) == 2_000


def test_thousands_of_equal_statements_are_equal() -> None:
    same = [allow("bedrock:InvokeModel")] * 3_000
    assert changes(same, same) == ()
