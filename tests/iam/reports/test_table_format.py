"""The table for a terminal."""

from __future__ import annotations

from iam.reports.table_format import as_table
from tests.iam.reports.audits import ONE_OF_EACH


def test_the_table_is_aligned() -> None:
    lines = as_table(ONE_OF_EACH).splitlines()
    head = next(line for line in lines if line.startswith("type"))
    at = head.index("BedrockAPIs")
    rows = [line for line in lines if line.startswith(("user", "role"))]
    assert [row[at : at + 7].rstrip() for row in rows] == ["● 44/44", "? 0/44", "● 44/44"]
    assert not any(line.endswith(" ") for line in lines)
