"""Every key of the main screen does what the contract says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from iam.verdicts.result import EntryResult
from iam.verdicts.verdict import Verdict
from tests.company import Company
from tests.tui.conftest import HOSTILE, Open
from tests.tui.waiting import cursor, main_of, names, table_of, toasts, until
from tui.commands import COMMANDS
from tui.dialogs.action_prompt import ActionDialog
from tui.dialogs.help import HelpScreen
from tui.options import Launch
from widgets.account_bar import AccountBar
from widgets.filter_bar import FilterBar
from widgets.glyphs import glyphs
from widgets.option_pages import Palette
from widgets.principal_details import PrincipalDetails
from widgets.principal_table import PrincipalTable


def filter_of(pilot: Pilot[int]) -> str:
    """The filter of the table, which the filter line shows, too."""
    text = table_of(pilot).view.filter.text
    line = main_of(pilot).query_one(FilterBar)
    assert line.text == text
    assert line.display is bool(text)
    return text


def header(pilot: Pilot[int]) -> str:
    """The names of the columns."""
    return table_of(pilot).render_line(0).text


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
        for verdict in Verdict:
            await pilot.press("f")
            assert filter_of(pilot) == f"verdict:{verdict}"
            assert all(r.result and r.result.verdict == verdict for r in table_of(pilot).shown)
        await pilot.press("f")
        assert names(pilot) == everybody
        assert filter_of(pilot) == ""


async def test_s_goes_through_the_columns_and_shift_s_reverses(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("s")
        assert names(pilot)[:3] == ["admin", "alice", "bob"]
        assert "Name▲" in header(pilot)
        await pilot.press("S")
        assert names(pilot)[-1] == "admin"
        assert "Name▼" in header(pilot)
        await pilot.press("s")
        assert names(pilot)[:4] == ["alice", "bob", "admin", "erin"]  # by the managed policy
        await pilot.press("s")
        assert names(pilot)[:4] == ["alice", "bob", "admin", "carol"]  # by who can invoke
        await pilot.press("S")
        assert names(pilot)[0] == "erin"
        await pilot.press("s", "s")
        assert "B▲" in header(pilot)
        assert names(pilot)[:4] == ["alice", "bob", "admin", "carol"]
        await pilot.press(*"ssssss")
        assert cursor(pilot) == "alice"
        assert table_of(pilot).view.sort == "type"


async def test_a_click_on_a_heading_sorts_by_it_and_another_one_reverses(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        await pilot.click(PrincipalTable, offset=(1 + header(pilot).index("Name"), 1))
        assert names(pilot)[:3] == ["admin", "alice", "bob"]
        await pilot.click(PrincipalTable, offset=(1 + header(pilot).index("Name"), 1))
        assert names(pilot)[-1] == "admin"
        await pilot.click(PrincipalTable, offset=(3, 1))
        assert table_of(pilot).view.sort == "verdict"


@pytest.mark.parametrize(
    ("key", "text", "shown"),
    [
        ("i", "invoke:yes", ["alice", "bob", "carol", "admin"]),
        ("h", "policy:other", ["admin"]),
        ("b", "policy:yes invoke:no", []),
        ("I", "invoke:unknown", ["erin"]),
    ],
)
async def test_a_key_shows_who_is_counted_on_the_bar_and_again_everybody(
    open_app: Open, from_file: Launch, key: str, text: str, shown: list[str]
) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press(key)
        assert names(pilot) == shown
        assert len(shown) in main_of(pilot).bar.answers.values()
        assert filter_of(pilot) == text
        assert text in str(table_of(pilot)._border_title)
        await pilot.press(key)
        assert len(names(pilot)) == 9
        assert filter_of(pilot) == ""


async def test_the_counts_follow_what_changes(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        screen = main_of(pilot)
        before = dict(screen.bar.answers)
        made, _, _ = screen.session.read
        alice = table_of(pilot).shown[0].arn
        without = replace(made.principals[alice], attached=())
        screen.session.account = made.with_entities([without])
        await screen.show_changed([alice])
        assert screen.bar.answers == before | {"invoke": before["invoke"] - 1}
        await pilot.press("i")
        assert "alice" not in names(pilot)


async def test_a_click_on_a_number_of_the_bar_shows_who_is_counted(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        bar = main_of(pilot).query_one(AccountBar)
        line = bar.render_line(1).text
        await pilot.click(AccountBar, offset=(line.index("other") + 1, 1))
        await until(pilot, lambda: names(pilot) == ["admin"])
        await pilot.click(AccountBar, offset=(line.index("unknown") + 1, 1))
        await until(pilot, lambda: names(pilot) == ["erin"])
        await pilot.click(AccountBar, offset=(line.index("unknown") + 1, 1))
        await until(pilot, lambda: len(names(pilot)) == 9)


async def test_words_stay_when_keys_put_terms_beside_them_and_esc_takes_back_the_last_change(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("slash", *"user", "enter", "i", "f", "f")
        assert filter_of(pilot) == "invoke:yes verdict:partial user"
        assert names(pilot) == ["carol"]
        await pilot.press("h")
        assert filter_of(pilot) == "verdict:partial policy:other user"
        await pilot.press("escape")
        assert filter_of(pilot) == "invoke:yes verdict:partial user"
        await pilot.press("escape")
        assert filter_of(pilot) == ""
        await pilot.press("i", "f", "f", "escape")
        assert filter_of(pilot) == "invoke:yes"
        await pilot.press("slash", *"capp")
        assert (main_of(pilot).query_one(FilterBar).text, names(pilot)) == ("invoke:yes capp", [])
        await pilot.press("escape")
        assert (filter_of(pilot), names(pilot)[-1]) == ("invoke:yes", "admin")


async def test_rows_stay_while_a_term_is_half_typed(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("slash")
        seen = []
        for key in "verdict:none":
            await pilot.press(key)
            seen.append(names(pilot))
        assert all(rows == ["dave"] for rows in seen[1:-1])  # "ve" is a word, the rest is none
        assert seen[-1][:2] == ["frank", "capped"]


async def test_a_malformed_filter_says_what_is_allowed_and_is_not_kept(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        line = main_of(pilot).query_one(FilterBar)
        await pilot.press("slash", *"invoke:")
        hint = line.query_one(".hint", Static)
        rows = names(pilot)
        await pilot.press("m")
        assert hint.has_class("-problem")
        assert "yes, no, partial, full or unknown" in str(hint.render())
        await pilot.press("enter")
        assert line.has_focus_within
        assert names(pilot) == rows
        await pilot.press("backspace", "enter")
        assert line.has_focus_within
        assert hint.has_class("-problem")
        await pilot.press("y")
        assert not hint.has_class("-problem")
        await pilot.press("tab", "enter")
        assert names(pilot) == ["alice", "bob", "carol", "admin"]
        await pilot.press("slash", *"verdict:z")
        table_of(pilot).focus()  # as a click does
        await until(pilot, lambda: line.text == "invoke:yes")
        assert filter_of(pilot) == "invoke:yes"


async def test_a_word_that_could_become_a_term_is_a_word_once_it_is_kept(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("slash", *"verd", "enter", "asterisk")
        assert names(pilot) == []
        assert not table_of(pilot).marked


async def test_tab_completes_from_the_account_and_goes_through_the_values(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        line = main_of(pilot).query_one(FilterBar)
        await pilot.press("slash", *"gr", "tab", "tab")
        assert line.text == "group:ml-team"
        assert names(pilot) == ["bob"]
        await pilot.press("space", *"inv", "tab", "tab", "tab")
        assert line.text == "group:ml-team invoke:no"
        assert line.has_focus_within


async def test_what_cannot_be_decided_is_counted_in_the_title(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("i")
        title = str(table_of(pilot)._border_title)
        assert title == "Users and roles 4 of 9 +1 unknown · invoke:yes"


async def test_a_filter_is_never_markup(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("slash", *"x[red]", "enter")
        assert names(pilot) == [HOSTILE]
        assert str(table_of(pilot)._border_title).endswith("x[red]")


async def test_a_filter_may_ask_for_groups(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("slash", *"type:group", "enter")
        assert names(pilot) == ["ml-team"]
        assert str(table_of(pilot)._border_title).startswith("Groups 1 of 1")


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
        await pilot.press("j", "enter", "l", "j", "j", "j", "l")
        tree = main_of(pilot).query_one(PrincipalDetails).sections
        section = tree.root.children[0]
        assert section.is_expanded
        entry = section.children[2]
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
        await until(pilot, lambda: main_of(pilot).controllers.details.up_to_date)
        assert cursor(pilot) == "frank"
        before = list(tree.root.children)
        await pilot.press("G")
        await until(pilot, lambda: main_of(pilot).controllers.details.up_to_date)
        assert cursor(pilot) != "frank"
        assert list(tree.root.children) == before
        await pilot.press("g")
        await until(pilot, lambda: main_of(pilot).controllers.details.up_to_date)
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


async def test_of_textuals_own_commands_the_palette_has_the_theme_only(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        offered = {c.title for c in pilot.app.get_system_commands(pilot.app.screen)}
        assert offered - {command.name for command in COMMANDS} == {"Theme"}


async def test_esc_takes_back_the_last_change_of_the_filter_and_says_which(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        everybody = names(pilot)
        await pilot.press("slash", *"a", "enter", "f", "escape")
        assert "Filter: a" in toasts(pilot)
        assert table_of(pilot).view.filter.text == "a"
        await pilot.press("escape")
        assert "Filter cleared" in toasts(pilot)
        assert names(pilot) == everybody


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
            await pilot.press("k")
        await pilot.press("w")
        await until(pilot, lambda: "can do" in str(table_of(pilot).border_title))
        await until(pilot, lambda: main_of(pilot).loaded)
        title = str(table_of(pilot).border_title)
        assert title == "4 of 9 can do bedrock:InvokeModel · 1 unknown"
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
        await until(pilot, lambda: "can do" not in str(table_of(pilot).border_title))
        await until(pilot, lambda: main_of(pilot).loaded)
        carol = next(row for row in table_of(pilot).shown if row.name == "carol")
        assert carol.result is not None
        assert len(carol.result.sections) == 6


async def test_w_asks_for_an_action_and_suggests_what_invokes_models_first(
    open_app: Open, from_file: Launch
) -> None:
    def said() -> str:
        return str(pilot.app.screen.query_one("#action-hint", Static).render())

    async with open_app(from_file) as pilot:
        await pilot.press("w")
        await until(pilot, lambda: isinstance(pilot.app.screen, ActionDialog))
        await until(pilot, lambda: "bedrock:InvokeModel: " in said())
        await pilot.press(*"zz", "enter")
        await until(pilot, lambda: "There is no action zz" in said())
        await pilot.press("ctrl+u", *"invoke", "enter")
        await until(pilot, lambda: "invoke is not an action" in said())
        await pilot.press("down", "down")
        await until(pilot, lambda: "bedrock:InvokeModelWithResponseStream: " in said())
        await pilot.press("enter")
        wanted = "can do bedrock:InvokeModelWithResponseStream"
        await until(pilot, lambda: wanted in str(table_of(pilot).border_title))


async def test_w_takes_an_action_that_is_typed_whatever_its_case(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("w", *"KMS:describekey", "enter")
        wanted = "can do kms:DescribeKey"
        await until(pilot, lambda: wanted in str(table_of(pilot).border_title))


async def test_w_takes_a_model_in_a_region(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("w", *"bedrock:invokemodel on claude-sonnet-4-5", "enter")
        model = "can do bedrock:InvokeModel on arn:aws:bedrock:*::foundation-model/anthropic.claude"
        await until(pilot, lambda: model in str(table_of(pilot).border_title))
        await pilot.press("escape", "w", *"kms:describekey on claude")
        dialog = pilot.app.screen.query_one("#action-hint", Static)
        await until(pilot, lambda: "No resource of this action" in str(dialog.render()))


async def test_h_shows_who_can_invoke_by_another_policy(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("h")
        assert names(pilot) == ["admin"]
        assert "+1 unknown" in str(table_of(pilot).border_title)
        assert "R other" in table_of(pilot).render_line(1).text
        await until(pilot, lambda: main_of(pilot).controllers.details.up_to_date)
        facts = str(main_of(pilot).details.query_one("#facts", Static).render())
        assert "Other     inline-0: not specific to" in facts
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
        assert screen.controllers.evaluation._buffer._timer is None


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
        assert screen.controllers.evaluation._recounting is None
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
        await pilot.press("escape", "escape")
        assert cursor(pilot) == at


async def test_the_same_is_not_told_twice_at_once_and_esc_takes_it_away(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("a", "a", "a")
        assert toasts(pilot).count("A snapshot cannot be changed") == 1
        await pilot.press("escape")
        await until(pilot, lambda: not toasts(pilot))


async def test_a_page_key_right_after_the_palette_is_opened_does_nothing(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        for key in ("pagedown", "pageup"):
            pilot.app.action_command_palette()
            pilot.app.simulate_key(key)
            await until(pilot, lambda: isinstance(pilot.app.screen, Palette))
            await pilot.press(key, "o", key, "escape", "escape")
            await until(pilot, lambda: not isinstance(pilot.app.screen, Palette))


async def test_messages_that_have_gone_leave_no_blank_lines(
    open_app: Open, from_file: Launch
) -> None:
    async with open_app(from_file) as pilot:
        table = main_of(pilot).table
        await pilot.press("i", "escape")
        await until(pilot, lambda: "Filter cleared" in toasts(pilot))
        with_one = table.size.height
        for _ in range(4):
            await pilot.press("i", "escape")
        await until(pilot, lambda: table.size.height == with_one)
