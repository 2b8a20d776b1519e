"""Every key of the main screen does what the contract says."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Static

from iam.verdicts.result import EntryResult
from iam.verdicts.verdict import Verdict
from tests.company import Company
from tests.tui.conftest import Open
from tests.tui.waiting import cursor, main_of, names, table_of, toasts, until
from tui.commands import COMMANDS
from tui.dialogs.help import HelpScreen
from tui.options import Launch
from widgets.account_bar import AccountBar
from widgets.filter_bar import FilterBar
from widgets.glyphs import glyphs
from widgets.principal_details import PrincipalDetails


async def test_users_come_first_then_roles_each_by_name(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        assert names(pilot)[:8] == [
            "alice", "bob", "carol", "dave", "erin", "frank", "admin", "capped",
        ]  # fmt: skip
        verdicts = {r.name: r.result.verdict for r in table_of(pilot).shown if r.result}
        assert verdicts["alice"] is verdicts["bob"] is verdicts["admin"] is Verdict.GRANTED
        assert verdicts["carol"] is Verdict.PARTIAL
        assert verdicts["dave"] is Verdict.DENIED
        assert verdicts["erin"] is Verdict.UNKNOWN
        assert verdicts["frank"] is verdicts["capped"] is Verdict.NONE


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        (["j"], "bob"),
        (["down", "down"], "carol"),
        (["j", "j", "k"], "bob"),
        (["j", "up", "up"], "alice"),
        (["G", "k"], "capped"),
        (["end", "home"], "alice"),
        (["G", "g"], "alice"),
        (["pagedown", "k"], "capped"),
        (["G", "pageup"], "alice"),
    ],
)
async def test_movement(open_app: Open, from_file: Launch, keys: list[str], expected: str) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press(*keys)
        assert cursor(pilot) == expected


async def test_the_filter_narrows_with_every_key_and_esc_clears(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        everybody = names(pilot)
        await pilot.press("slash", *"ops")
        assert names(pilot) == ["admin"]
        await pilot.press("enter")
        assert table_of(pilot).has_focus
        assert names(pilot) == ["admin"]
        await pilot.press("escape")
        assert names(pilot) == everybody
        await pilot.press("slash", *"zzz", "escape")
        assert names(pilot) == everybody
        assert not main_of(pilot).query_one(FilterBar).display


async def test_letters_typed_into_the_filter_are_not_commands(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("slash", *"qad")
        assert len(pilot.app.screen_stack) == 1
        assert main_of(pilot).query_one(FilterBar).text == "qad"


async def test_users_roles_and_all(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        everybody = names(pilot)
        await pilot.press("2")
        assert {row.type for row in table_of(pilot).shown} == {"user"}
        await pilot.press("3")
        assert {row.type for row in table_of(pilot).shown} == {"role"}
        await pilot.press("1")
        assert names(pilot) == everybody


async def test_f_cycles_through_the_verdicts(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        everybody = names(pilot)
        seen = []
        for _ in Verdict:
            await pilot.press("f")
            seen.append(table_of(pilot).view.verdict)
            assert all(r.result and r.result.verdict == seen[-1] for r in table_of(pilot).shown)
        assert seen == list(Verdict)
        await pilot.press("f")
        assert names(pilot) == everybody


async def test_s_cycles_through_the_orders(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("s")
        assert names(pilot)[:3] == ["admin", "alice", "bob"]
        await pilot.press("s")
        assert names(pilot)[:3] == ["alice", "bob", "admin"]
        await pilot.press("s")
        assert names(pilot)[:2] == ["alice", "bob"]
        assert cursor(pilot) == "alice"


async def test_the_cursor_stays_on_its_principal(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("j", "s")
        assert cursor(pilot) == "bob"
        await pilot.press("slash", *"b", "enter")
        assert cursor(pilot) == "bob"


async def test_marks(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("space", "space")
        assert len(table_of(pilot).marked) == 2
        assert cursor(pilot) == "carol"
        await pilot.press("escape")
        assert not table_of(pilot).marked
        await pilot.press("3", "asterisk")
        assert len(table_of(pilot).marked) == 3
        await pilot.press("asterisk")
        assert not table_of(pilot).marked


async def test_enter_and_tab_go_to_the_details_and_esc_back(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        details = main_of(pilot).query_one(PrincipalDetails)
        await pilot.press("enter")
        assert details.has_focus_within
        await pilot.press("escape")
        assert table_of(pilot).has_focus
        await pilot.press("tab")
        assert details.has_focus_within
        await pilot.press("tab")
        assert table_of(pilot).has_focus


async def test_sections_and_actions_open_down_to_where_a_verdict_is_from(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("j", "enter", "l", "j", "l")
        tree = main_of(pilot).query_one(PrincipalDetails).sections
        section = tree.root.children[0]
        assert section.is_expanded
        entry = section.children[0]
        labels = [str(node.label) for node in entry.children]
        assert any("ml-team" in label and "AmazonBedrockLimitedAccess" in label for label in labels)
        assert any("GetAgent " in label for label in labels)
        await pilot.press("h", "h")
        assert not entry.is_expanded


async def test_the_lines_of_the_details_stay_where_two_principals_are_alike(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        tree = main_of(pilot).query_one(PrincipalDetails).sections
        await pilot.press(*"jjjjj")
        await until(pilot, lambda: main_of(pilot).details_controller.up_to_date)
        assert cursor(pilot) == "frank"
        before = list(tree.root.children)
        await pilot.press("G")
        await until(pilot, lambda: main_of(pilot).details_controller.up_to_date)
        assert cursor(pilot) != "frank"
        assert list(tree.root.children) == before
        await pilot.press("g")
        await until(pilot, lambda: main_of(pilot).details_controller.up_to_date)
        assert list(tree.root.children) != before


async def test_at_80_columns_the_details_open_over_the_list(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file, size=(80, 24)) as pilot:
        details = main_of(pilot).query_one(PrincipalDetails)
        assert not details.display
        await pilot.press("enter")
        assert details.display
        assert not table_of(pilot).display
        await pilot.press("escape")
        assert table_of(pilot).has_focus
        assert not details.display


async def test_y_copies_the_arn(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("y")
        assert pilot.app.clipboard == "arn:aws:iam::123456789012:user/alice"


async def test_the_help_names_every_command(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("question_mark")
        help_screen = pilot.app.screen
        assert isinstance(help_screen, HelpScreen)
        text = "\n".join(str(s.render()) for s in help_screen.query("Static"))
        assert all(command.help in text for command in COMMANDS if not command.writes)
        assert text.count("Not available in this session.") == sum(c.writes for c in COMMANDS)
        await pilot.press("escape")
        assert not isinstance(pilot.app.screen, HelpScreen)


@pytest.mark.parametrize("writable", [True, False])
async def test_no_line_of_the_help_wraps_at_80_columns(
    open_app: Open, from_file: Launch, writable: bool
) -> None:
    async with open_app(from_file, size=(80, 24)) as pilot:
        pilot.app.push_screen(HelpScreen(glyphs(True), writable))
        parts = pilot.app.screen.query(Static)
        await until(pilot, lambda: all(part.size.height for part in parts))
        for part in parts:
            assert part.size.height == len(str(part.render()).splitlines())


async def test_the_help_scrolls_a_line_for_every_key(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file, size=(80, 24)) as pilot:
        await pilot.press("question_mark", "j", "j", "j", "k")
        assert pilot.app.screen.query_one("#help").scroll_y == 2


async def test_the_palette_has_every_command(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        offered = {c.title for c in pilot.app.get_system_commands(main_of(pilot))}
        # A file has no profile to choose.
        expected = {c.name for c in COMMANDS if c.palette and not c.writes} - {"Profile"}
        assert offered >= expected
        assert not offered & {c.name for c in COMMANDS if c.writes}


async def test_a_snapshot_cannot_be_changed(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("a", "d")
        assert pilot.app.screen is main_of(pilot)
        assert "READ-ONLY" in main_of(pilot).bar.badges


async def test_r_reads_the_file_again(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        path = Path(str(from_file.snapshot))
        path.write_text(path.read_text().replace("frank", "fiona"))
        await pilot.press("r")
        await until(pilot, lambda: main_of(pilot).loaded and "fiona" in names(pilot))
        assert "frank" not in names(pilot)


async def test_q_leaves(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("q")
        await until(pilot, lambda: pilot.app.return_code is not None or not pilot.app.is_running)
    assert pilot.app.return_value == 0


async def test_hostile_names_are_text(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("G", "y", "enter")
        await until(pilot, lambda: "pwned" in toasts(pilot))
        picture = pilot.app.export_screenshot()
        assert "x[red]y[/]" in picture.replace("&#160;", " ")
        assert "\x1b" not in picture
        assert "‮" not in picture


async def test_a_picture_of_the_screen_is_for_the_operator_only(
    open_app: Open, from_file: Launch, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(tmp_path))
    async with open_app(from_file) as pilot:
        offered = {c.title: c.callback for c in pilot.app.get_system_commands(pilot.app.screen)}
        offered["Screenshot"]()
        await until(pilot, lambda: list(tmp_path.glob("*.svg")))
        (picture,) = tmp_path.glob("*.svg")
        await until(pilot, lambda: picture.name in toasts(pilot))
        assert picture.stat().st_mode & 0o077 == 0
        assert "alice" in picture.read_text()


async def test_where_names_may_be_missing_that_is_told_in_sentences(
    open_app: Open, company: Company
) -> None:
    whole = "GetAccountAuthorizationDetails"
    company.fake.answer(whole, lambda _: "<IsTruncated>true</IsTruncated>")
    async with open_app(company.launch) as pilot:
        trouble = str(main_of(pilot).query_one("#trouble").render())
        assert "AWS announced more results" in trouble
        assert ".." not in trouble
        assert ".;" not in trouble


async def test_trouble_is_told_in_a_sentence(open_app: Open, tmp_path: Path) -> None:
    missing = str(tmp_path / "none.json")
    async with open_app(Launch(snapshot=missing), read=False) as pilot:
        await until(pilot, lambda: main_of(pilot).query_one("#trouble").display)
        assert "does not exist" in str(main_of(pilot).query_one("#trouble").render())


async def test_w_on_an_action_asks_who_can_do_it_and_esc_goes_back(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("enter", "l")
        tree = main_of(pilot).details.sections

        def action() -> str:
            data = tree.cursor_node.data if tree.cursor_node else None
            return data.action if isinstance(data, EntryResult) else ""

        while action() != "bedrock:Get*":
            await pilot.press("j")
        await pilot.press("w")
        await until(pilot, lambda: "choose one of its actions" in toasts(pilot))
        while action() != "bedrock:InvokeModel":
            await pilot.press("j")
        await pilot.press("w")
        await until(pilot, lambda: "Who can" in str(table_of(pilot).border_title))
        await until(pilot, lambda: main_of(pilot).loaded)
        shown = {row.name: row for row in table_of(pilot).shown}
        assert shown["alice"].result is not None
        assert shown["alice"].result.verdict is Verdict.GRANTED
        assert shown["alice"].note == "AmazonBedrockLimitedAccess"
        assert shown["bob"].note == "AmazonBedrockLimitedAccess by group ml-team"
        assert shown["carol"].note == "inline-0 only foundation-model/anthropic.* in us-east-1"
        assert shown["frank"].note == ""
        line = next(
            text for y in range(12) if "carol" in (text := table_of(pilot).render_line(y).text)
        )
        assert "inline-0 only foundation-model/" in line
        await pilot.press("escape")
        await until(pilot, lambda: "Who can" not in str(table_of(pilot).border_title))
        await until(pilot, lambda: main_of(pilot).loaded)
        carol = next(row for row in table_of(pilot).shown if row.name == "carol")
        assert carol.result is not None
        assert len(carol.result.sections) == 6


async def test_h_shows_hidden_grants_only(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("h")
        assert names(pilot) == ["admin"]
        assert "hidden grants" in str(table_of(pilot).border_title)
        assert "R hidden" in table_of(pilot).render_line(1).text
        await until(pilot, lambda: main_of(pilot).details_controller.up_to_date)
        facts = str(main_of(pilot).details.query_one("#facts", Static).render())
        assert "invokes models through inline-0" in facts
        await pilot.press("escape")
        assert len(names(pilot)) == 9


async def test_a_load_that_breaks_off_leaves_no_progress_behind(
    open_app: Open, company: Company
) -> None:
    whole = "GetAccountAuthorizationDetails"
    company.fake.pass_on(whole, times=2)
    company.fake.refuse(whole, "ExpiredToken")
    async with open_app(company.launch, read=False) as pilot:
        screen = main_of(pilot)
        await until(pilot, lambda: screen.query_one("#trouble").display)
        await until(pilot, lambda: not screen.query_one(AccountBar).progress)
        assert screen.evaluation._buffer._timer is None


async def test_the_sums_of_one_account_are_never_above_another(
    open_app: Open, company: Company
) -> None:
    async with open_app(company.launch) as pilot:
        screen = main_of(pilot)
        await screen.show_changed([table_of(pilot).shown[0].arn])
        company.fake.accounts["test"] = "999999999999"
        gate = company.fake.hold("GetAccountAuthorizationDetails")
        await pilot.press("r")
        await until(pilot, lambda: screen.bar.account_id == "999999999999")
        assert (screen.bar.counts, names(pilot)) == ({}, [])
        assert "999999999999 now, no longer 123456789012" in toasts(pilot)
        assert screen.evaluation._recounting is None
        gate.set()
        await until(pilot, lambda: screen.query_one("#trouble").display)


async def test_the_cursor_goes_back_to_where_it_was_before_a_filter(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("j", "j", "j")
        at = cursor(pilot)
        await pilot.press("slash", *"admin", "enter")
        assert cursor(pilot) == "admin"
        await pilot.press("slash", *"zzz", "enter")
        assert cursor(pilot) is None
        await pilot.press("escape")
        assert cursor(pilot) == at


async def test_the_same_is_not_told_twice_at_once_and_esc_takes_it_away(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("a", "a", "a")
        assert toasts(pilot).count("A snapshot cannot be changed") == 1
        await pilot.press("escape")
        await until(pilot, lambda: not toasts(pilot))
