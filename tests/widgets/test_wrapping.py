"""Text that fits a width: nothing is lost, and ARNs break between their parts."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from widgets.middle import cut_in_middle
from widgets.wrapping import broken, facts, hanging, indented, shortened

ARN = "arn:aws:iam::123456789012:user/automation/backup-agent"


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (80, [ARN]),
        (44, ["arn:aws:iam::123456789012:user/automation/", "backup-agent"]),
        (30, ["arn:aws:iam::123456789012:", "user/automation/backup-agent"]),
        (16, ["arn:aws:iam::", "123456789012:", "user/automation/", "backup-agent"]),
        (9, ["arn:aws:", "iam::", "123456789", "012:user/", "automatio", "n/backup-", "agent"]),
    ],
)
def test_an_arn_breaks_between_its_parts(width: int, lines: list[str]) -> None:
    assert broken(ARN, width) == lines
    assert "".join(lines) == ARN


def test_a_fact_that_needs_several_lines_stays_in_its_column() -> None:
    lines = [line.plain for line in facts([("ARN", ARN), ("Groups", "a b " * 9)], 40, 10)]
    assert lines[:2] == [
        "ARN       arn:aws:iam::123456789012:",
        f"{'':10}user/automation/backup-agent",
    ]
    assert lines[2].startswith("Groups    a b")
    assert lines[3].startswith(f"{'':10}b a")
    assert all(cell_len(line) <= 40 for line in lines)


def test_a_text_hangs_below_its_lead_and_is_harmless() -> None:
    first, second = hanging("one two three\x1b[31m four", 20, "! ").plain.split("\n")
    assert first == "! one two"
    assert second == r"  three\x1b[31m four"


@pytest.mark.parametrize(
    ("width", "lines"),
    [
        (24, ["    Deny all actions but"]),
        (20, ["    Deny all", "      actions but"]),
    ],
)
def test_a_line_goes_on_further_indented_than_it_began(width: int, lines: list[str]) -> None:
    assert indented("    Deny all actions but", width).split("\n") == lines


def test_a_long_name_breaks_between_its_own_parts() -> None:
    name = "a-name.of-many-parts-0123456789-abcdefghijk"
    assert broken(f"arn:aws:iam::123456789012:user/department/{name}", 42) == [
        "arn:aws:iam::123456789012:user/department/",
        "a-name.of-many-parts-0123456789-",
        "abcdefghijk",
    ]


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (30, "AmazonBedrockLimitedAccess"),
        (26, "AmazonBedrockLimitedAccess"),
        (17, "AmazonBe…edAccess"),
        (6, "Ama…ss"),
        (2, "Am"),
        (0, ""),
    ],
)
def test_a_name_is_cut_in_its_middle(width: int, shown: str) -> None:
    assert cut_in_middle("AmazonBedrockLimitedAccess", width) == shown


def test_a_cut_name_never_takes_more_cells_than_there_are() -> None:
    name = "方针AmazonBedrock方针LimitedAccess方"
    assert all(cell_len(cut_in_middle(name, width)) <= width for width in range(40))


def test_a_widget_that_has_no_size_yet_breaks_nothing() -> None:
    assert "".join(broken("https://device.sso.example", 0)) == "https://device.sso.example"


@pytest.mark.parametrize(
    ("width", "line"),
    [(27, "AWS Marketplace – Models, 3"), (24, "AWS Marketplace…"), (12, "AWS…")],
)
def test_a_line_is_cut_after_a_word(width: int, line: str) -> None:
    assert shortened("AWS Marketplace – Models, 3", width) == line
