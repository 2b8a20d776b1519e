"""The table by itself: rows of all sizes and names, what is drawn, cursor and marks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Literal

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.pilot import Pilot

from iam.account.attachments import Attachment
from iam.verdicts.parsed_filter import NO_FILTER
from iam.verdicts.principal_filter import parse_filter
from iam.verdicts.result import PrincipalResult, SectionResult
from iam.verdicts.verdict import Verdict
from widgets.glyphs import glyphs
from widgets.principal_table import PrincipalTable
from widgets.row import Row
from widgets.rows import Kind, Rows, SectionColumn, View
from widgets.table_lines import TableLines
from widgets.table_titles import distinct_letters
from widgets.themed_app import ThemedApp

SECTION = SectionResult("Sid", "Title", Verdict.PARTIAL, (), 3, 44)
RESULT = PrincipalResult(Verdict.PARTIAL, (SECTION,))
NAMES = [
    "plain",
    "",
    "[red]markup[/red]",
    "[/]",
    "[link=x]",
    "\x1b[31mred\x1b[0m",
    "\x1b]0;pwned\x07",
    "tab\tand\nline\r",
    "\u202eevil\u2066",
    "zero\u200bwidth\ufeff",
    "日本語の名前",
    "e\u0301a\u0300",
    "👩\u200d👩\u200d👧",
    "x" * 64,
    "日" * 64,
]


def row(name: str, type: Literal["user", "role"] = "user", arn: str = "") -> Row:
    arn = arn or f"arn:aws:iam::123456789012:{type}/{name}"
    return Row(arn, type, name, "/", Attachment(direct=True), RESULT)


class TableApp(ThemedApp[None]):
    def compose(self) -> ComposeResult:
        yield PrincipalTable(glyphs(True))


@asynccontextmanager
async def table_of(
    *rows: Row, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[Pilot[None], PrincipalTable]]:
    app = TableApp()
    async with app.run_test(size=size) as pilot:
        table = app.query_one(PrincipalTable)
        table.set_sections([SectionColumn("Sid", "Title", 44)])
        table.put_rows(rows)
        table.keep_rows({row.arn for row in rows}, "there are no {}")
        table.focus()
        await pilot.pause()
        yield pilot, table


def lines(table: PrincipalTable) -> list[str]:
    return [table.render_line(y).text for y in range(table.size.height)]


async def test_no_rows_say_so() -> None:
    async with table_of() as (pilot, table):
        assert "there are no users or roles" in lines(table)[1]
        await pilot.press("j", "G", "space", "enter", "pagedown")
        assert table.cursor_row is None


@pytest.mark.parametrize("kind", ["roles", "groups"])
async def test_no_rows_of_the_kind_that_is_shown_say_which(kind: Kind) -> None:
    async with table_of(row("alice")) as (_, table):
        table.show(kind=kind, filter=parse_filter("xyz"))
        assert f"there are no {kind}" in lines(table)[1]
        assert "1 shows users and roles" in lines(table)[2]
        table.show(kind="users")
        assert "no users match xyz" in lines(table)[1]
        assert "esc goes back" in lines(table)[2]


@pytest.mark.parametrize("size", [(80, 24), (40, 10), (200, 60)])
async def test_every_name_is_drawn_harmlessly_and_aligned(size: tuple[int, int]) -> None:
    rows = [row(name, arn=f"arn:{i:02}") for i, name in enumerate(NAMES)]
    async with table_of(*rows, size=size) as (_, table):
        drawn = lines(table)
        width = table.scrollable_content_region.width
        header = drawn[0].index("T▲Policy")
        for line in drawn[1 : 1 + min(len(NAMES), size[1] - 1)]:
            assert line.isprintable()
            assert cell_len(line) == width
            before, _, after = line.rpartition("U direct")
            assert cell_len(before) == header
            assert "◐" in after


async def test_markup_is_text() -> None:
    async with table_of(row("[red]x[/red]")) as (_, table):
        assert "[red]x[/red]" in lines(table)[1]


async def test_ten_thousand_rows_draw_only_what_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[str] = []
    draw = PrincipalTable._line

    def noted(table: PrincipalTable, row: Row, width: int) -> list[Segment]:
        drawn.append(row.name)
        return draw(table, row, width)

    monkeypatch.setattr(PrincipalTable, "_line", noted)
    async with table_of(*(row(f"user-{i:05}") for i in range(10_000))) as (pilot, table):
        assert 0 < len(set(drawn)) < 24
        await pilot.press("G")
        await pilot.pause()
        assert table.cursor_row is not None and table.cursor_row.name == "user-09999"
        assert len(set(drawn)) < 48
        drawn.clear()
        await pilot.press("k")
        await pilot.pause()
        assert set(drawn) == {"user-09998", "user-09999"}


async def test_marks_survive_filters_and_new_rows_but_not_the_principal() -> None:
    rows = [row("alice"), row("bob"), row("worker", "role")]
    async with table_of(*rows) as (pilot, table):
        await pilot.press("space")
        table.show(filter=parse_filter("bob"))
        await pilot.press("*")
        assert table.marked == {rows[0].arn, rows[1].arn}
        table.show(filter=NO_FILTER)
        table.keep_rows({row.arn for row in rows[1:]})
        assert table.marked == {rows[1].arn}


async def test_a_click_moves_and_a_double_click_opens() -> None:
    async with table_of(row("alice"), row("bob")) as (pilot, table):
        opened: list[str] = []
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(PrincipalTable, "action_open", lambda self: opened.append("opened"))
            await pilot.click(PrincipalTable, offset=(6, 2))
            assert table.cursor_row is not None and table.cursor_row.name == "bob"
            await pilot.click(PrincipalTable, offset=(6, 2), times=2)
            assert opened


async def test_what_was_answered_to_another_question_is_not_shown() -> None:
    rows = [row(f"user-{i}") for i in range(3)]
    async with table_of(*rows) as (pilot, table):
        assert "3/44" in lines(table)[1]
        number = table.ask()
        await pilot.pause()
        assert "3/44" not in "".join(lines(table))
        assert "user-0" in lines(table)[1]
        table.show(filter=parse_filter("verdict:denied"))
        assert list(table.shown) == []
        table.show(filter=NO_FILTER)
        table.put_rows([replace(rows[0], question=number)])
        assert "3/44" in lines(table)[1]
        assert "3/44" not in lines(table)[2]


async def test_what_is_pending_is_undecided_whatever_it_was_before() -> None:
    rows = [row("user-0"), row("user-1")]
    async with table_of(*rows) as (_, table):
        table.ask()
        for text in ("verdict:partial", "!verdict:partial", "policy:yes"):
            table.show(filter=parse_filter(text))
            assert str(table._border_title) == f"Users and roles 0 of 2 +2 unknown · {text}"
        table.show(filter=parse_filter("user-1 type:user"))
        assert list(table.shown) == [rows[1]]


def test_pending_rows_come_last_in_any_order() -> None:
    granted = replace(RESULT, verdict=Verdict.GRANTED)
    rows = [replace(row("a"), question=7), row("b"), replace(row("c"), result=granted)]
    for sort in ("verdict", "policy", 0):
        for reverse in (False, True):
            shown = View(sort=sort, reverse=reverse).of(rows).matching
            assert shown[-1].name == "a"
    assert [r.name for r in View(sort="verdict").of(rows).matching] == ["c", "b", "a"]


async def test_the_cursor_stays_in_sight_when_its_row_goes() -> None:
    rows = [row(f"user-{i:02}") for i in range(60)]
    async with table_of(*rows) as (pilot, table):
        await pilot.press("G")
        table.scroll_to(y=0, animate=False, immediate=True)
        await pilot.pause()
        table.keep_rows({r.arn for r in rows[:-1]})
        await pilot.pause()
        assert table.cursor_row is rows[-2]
        assert rows[-2].name in "".join(lines(table))


async def test_rows_that_come_leave_what_is_on_the_screen_where_it_is() -> None:
    rows = [row(f"user-{i:02}") for i in range(60)]
    async with table_of(*rows) as (pilot, table):
        await pilot.press("G", "k", "k")
        before = lines(table)[1:]
        table.put_rows([row(f"a-{i:02}") for i in range(40)], more=True)
        await pilot.pause()
        assert lines(table)[1:] == before
        assert table.cursor_row is rows[-3]


def test_a_row_of_the_same_arn_and_another_name_takes_its_place() -> None:
    kept = Rows()
    kept.put([row("a", arn="arn:1"), row("b", arn="arn:2")])
    kept.put([row("z", arn="arn:1"), row("c", arn="arn:3")])
    assert [one.name for one in kept.in_order] == ["b", "c", "z"]
    kept.keep({"arn:1"})
    assert [one.name for one in kept.in_order] == ["z"]


async def test_a_title_counts_when_all_is_there() -> None:
    async with table_of(row("a")) as (pilot, table):
        table.put_rows([row("b")], more=True)
        table.show(sort="name")
        assert str(table.border_title).endswith(table.glyphs.pending)
        table.show(filter=parse_filter("verdict:denied"))
        await pilot.pause()
        assert "nothing so far" in "".join(lines(table))
        table.put_rows([row("c")])
        table.show(filter=NO_FILTER)
        assert str(table.border_title).endswith("3")


def test_sections_with_the_same_beginning_have_different_letters() -> None:
    assert distinct_letters(["Bedrock", "KMS", "Mantle", "Web", "Market"]) == list("BKMWr")
    assert distinct_letters(["Same", "Same"]) == ["S", "S"]


@pytest.mark.parametrize(
    ("width", "words"), [(24, "◐ all models within SCPs"), (20, "◐ all models (SCPs)")]
)
def test_a_limit_is_named_shorter_where_there_is_less_room(width: int, words: str) -> None:
    lines = TableLines(glyphs(True), lambda _: Style())
    lines.words["arn"] = "all models within SCPs"
    limited = replace(row("alice", arn="arn"), invokes=Verdict.PARTIAL)
    assert lines._invoke(limited, width + 1).text.rstrip() == words
