"""The table: aligned, and fitted to a terminal."""

from __future__ import annotations

import re

import pytest

from iam.reports.fitted_columns import fitted, width_of
from iam.reports.formats import FORMATS, Options, Terminal
from iam.reports.table_format import as_table
from tests.build import LIMITED, allow, user
from tests.iam.reports.audits import ONE_OF_EACH, audit

LONG = audit(
    user("a-very-long-name-that-ends-in-blue", allow("bedrock:*")),
    user("a-very-long-name-that-ends-in-green", attached=[LIMITED]),
    user("a-very-long-name-that-ends-in-white", allow("bedrock:*", Condition={"Odd": {"a": "b"}})),
)


def lines_at(width: int, **options: bool) -> list[str]:
    return as_table(LONG, terminal=Terminal(width, **options)).splitlines()


def test_the_table_is_aligned() -> None:
    lines = as_table(ONE_OF_EACH).splitlines()
    head = next(line for line in lines if line.startswith("type"))
    at = head.index("BedrockAPIs")
    rows = [line for line in lines if line.startswith(("user", "role"))]
    assert [row[at : at + 7].rstrip() for row in rows] == ["● 44/44", "? ?/44", "● 44/44"]
    assert not any(line.endswith(" ") for line in lines)


def test_without_a_terminal_nothing_is_cut_and_nothing_has_colour() -> None:
    text = "".join(FORMATS["table"].write(LONG, Options()))
    assert "a-very-long-name-that-ends-in-green" in text
    assert "MarketplaceOperationsFromBedrockFor3pModels" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("width", [60, 80, 100, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = lines_at(width, colour=False)
    assert max(map(len, lines)) <= width


def test_the_last_columns_are_left_out_first_and_named() -> None:
    lines = lines_at(80, colour=False)
    head = next(line for line in lines if line.startswith("type"))
    assert head.split() == ["type", "name", "policy", "verdict", "invoke", "Bedrock"]
    assert "Left out, because the terminal is too narrow: KMS, Infra, Mantle, Web, Market," in lines
    assert not [line for line in lines_at(200) if line.startswith("Left out")]


def test_names_are_cut_in_the_middle() -> None:
    assert any("a-very-long…s-in-green" in line for line in lines_at(80))
    assert any("a-very-long~s-in-green" in line for line in lines_at(80, unicode=False))


def test_a_terminal_without_utf8_gets_ascii() -> None:
    assert "\n".join(lines_at(80, unicode=False)).isascii()


def test_verdicts_have_colour_and_lines_without_it_are_the_same() -> None:
    coloured = lines_at(80)
    assert any("\x1b[32m● 44/44\x1b[0m" in line for line in coloured)
    plain = [re.sub(r"\x1b\[[0-9;]*m", "", line).rstrip() for line in coloured]
    assert plain == lines_at(80, colour=False)


def test_a_name_that_looks_like_a_verdict_has_no_colour() -> None:
    text = as_table(audit(user("● granted")), terminal=Terminal(80))
    assert "  ● granted  " in text


def test_wide_characters_are_counted_as_the_terminal_shows_them() -> None:
    assert width_of("中文é") == 5
    rows, missing = fitted([["name", "verdict"], ["中" * 20, "none"]], 30, "…")
    assert not missing
    assert width_of(rows[1][0]) <= 21
