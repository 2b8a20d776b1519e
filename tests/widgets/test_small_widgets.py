"""The bars, the details, the filter and the progress line, each alone in an app."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from rich.cells import cell_len
from rich.segment import Segment
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.widget import Widget
from textual.widgets import Static

from iam.verdicts.verdict import Verdict
from tests.build import LIMITED, account, allow, deny, make_evaluator, the, user
from widgets.account_bar import AccountBar, BarData
from widgets.ascii_filter import AsciiFilter
from widgets.choice_list import Choice, ChoiceList
from widgets.filter_bar import FilterBar
from widgets.glyphs import Glyphs, glyphs
from widgets.key_bar import KeyBar
from widgets.principal_details import PrincipalDetails
from widgets.themed_app import ThemedApp

HOSTILE = "x[red]y[/]\x1b]0;pwned\x07\u202ez"


class Alone(ThemedApp[None]):
    """A widget and nothing else; keeps the messages that it posts."""

    def __init__(self, widget: Widget) -> None:
        super().__init__()
        self.widget = widget
        self.told: list[Any] = []

    def compose(self) -> ComposeResult:
        yield self.widget

    def on_filter_bar_changed(self, event: FilterBar.Changed) -> None:
        self.told.append(event.text)

    def on_account_bar_chosen(self, event: AccountBar.Chosen) -> None:
        self.told.append(event.terms)

    def on_filter_bar_closed(self) -> None:
        self.told.append("closed")


# The bar


async def bar_at(width: int, data: BarData) -> list[str]:
    bar = AccountBar(glyphs(True))
    async with Alone(bar).run_test(size=(width, 5)) as pilot:
        bar.update_bar(data)
        await pilot.pause()
        return [bar.render_line(y).text for y in range(2)]


BAR = BarData(
    account_id="123456789012",
    alias="acme-ml",
    region="us-east-1",
    profile="prod",
    caller="arn:aws:sts::123456789012:assumed-role/admin/jane",
    policy="AmazonBedrockLimitedAccess",
    version="v9",
    badges=("READ-ONLY",),
    counts=dict.fromkeys(Verdict, 1234),
    unread=3,
)


@pytest.mark.parametrize("width", [60, 80, 120, 200])
async def test_the_bar_always_says_which_account_and_that_it_is_read_only(width: int) -> None:
    lines = await bar_at(width, BAR)
    assert "123456789012" in lines[0]
    assert "READ-ONLY" in lines[0]
    assert all(cell_len(line) <= width - 2 for line in lines)


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("badges", [("READ-ONLY",), ("READ-ONLY", "DRY-RUN")])
async def test_the_bar_always_says_which_host_is_asked_where_it_is_not_aws_s(
    width: int, badges: tuple[str, ...]
) -> None:
    data = BAR._replace(endpoint="localstack.example:4566", badges=badges)
    lines = await bar_at(width, data)
    for words in ("123456789012", "at localstack.exam", *badges):
        assert words in lines[0]
    long = data._replace(endpoint="h" * 300, alias="a" * 300)
    for line in await bar_at(width, long):
        assert cell_len(line) <= width - 2
    assert all(badge in line for line in (await bar_at(width, long))[:1] for badge in badges)


async def test_a_wide_bar_says_everything_and_a_narrow_one_still_the_version() -> None:
    first, second = await bar_at(140, BAR)
    for word in ("us-east-1", "profile prod", "assumed-role/admin/jane"):
        assert word in first
    assert "3 not read" in second
    assert "AmazonBedrockLimitedAccess v9" in second
    small = BarData(policy=BAR.policy, version="v9", counts=dict.fromkeys(Verdict, 9))
    assert (await bar_at(80, small))[1].rstrip().endswith("AmazonB…Access v9")


async def test_a_bar_without_room_for_words_shows_every_sign_with_its_number() -> None:
    counts = dict.fromkeys(Verdict, 12)
    assert "● 12 granted" in (await bar_at(80, BarData(counts=counts)))[1]
    assert "● 12  ◐ 12  ✗ 12  ○ 12  ? 12" in (await bar_at(50, BarData(counts=counts)))[1]


@pytest.mark.parametrize("count", [1, 99])
@pytest.mark.parametrize("note", ["from account data", "shipped 2026-08-04"])
async def test_a_name_gives_way_to_where_the_document_is_from(count: int, note: str) -> None:
    data = BAR._replace(policy_note=note, counts=dict.fromkeys(Verdict, count))
    second = (await bar_at(120, data))[1].rstrip()
    assert second.endswith(f"v9  {note}")


ANSWERED = BAR._replace(
    unread=0,
    counts=dict.fromkeys(Verdict, 7),
    answers={"invoke": 12, "other": 3, "blocked": 2, "unknown": 1},
)


@pytest.mark.parametrize(
    ("width", "answers"),
    [
        (120, "● 12 can invoke  ◆ 3 by another policy  ✗ 2 hold it but cannot  ? 1 unknown"),
        (80, "● 12 invoke  ◆ 3 other  ✗ 2 blocked  ? 1 unknown"),
        (60, "● 12  ◆ 3  ✗ 2  ? 1"),
    ],
)
async def test_the_bar_counts_who_can_invoke_in_as_many_words_as_fit(
    width: int, answers: str
) -> None:
    line = (await bar_at(width, ANSWERED))[1].strip()
    assert line.startswith(f"{answers}  Amazon")
    assert line.endswith(" v9")


async def test_the_bar_speaks_of_one_as_of_one() -> None:
    data = ANSWERED._replace(answers={"invoke": 1, "other": 1, "blocked": 1, "unknown": 0})
    assert "✗ 1 holds it but cannot" in (await bar_at(120, data))[1]


async def test_a_wide_bar_counts_verdicts_as_well() -> None:
    line = (await bar_at(160, ANSWERED))[1].rstrip()
    assert line.endswith("v9   verdicts  ● 7  ◐ 7  ✗ 7  ○ 7  ? 7")


async def test_the_bar_says_whose_region_it_is() -> None:
    assert "client region us-east-1" in (await bar_at(140, ANSWERED))[0]


async def test_a_click_beside_the_numbers_of_the_bar_does_nothing() -> None:
    bar = AccountBar(glyphs(True))
    app = Alone(bar)
    async with app.run_test(size=(120, 5)) as pilot:
        bar.update_bar(ANSWERED._replace(alias="[@click=app.quit]x[/]"))
        await pilot.pause()
        first, second = (bar.render_line(y).text for y in range(2))
        await pilot.click(AccountBar, offset=(first.index("x[/]"), 0))
        await pilot.click(AccountBar, offset=(second.index("Amazon"), 1))
        assert app.told == []
        await pilot.click(AccountBar, offset=(second.index("hold it"), 1))
        await pilot.pause()
        assert app.told == [("policy:yes", "invoke:no")]


async def test_the_bar_shows_hostile_text_as_text() -> None:
    lines = await bar_at(
        160, BarData(account_id="1", alias=HOSTILE, caller=HOSTILE, policy=HOSTILE)
    )
    assert all(line.isprintable() for line in lines)
    assert "[red]" in lines[0]


# The details


@pytest.fixture
def details() -> PrincipalDetails:
    return PrincipalDetails(glyphs(True))


def tree_text(details: PrincipalDetails) -> str:
    tree = details.sections
    return "\n".join(tree.render_line(y).text.rstrip() for y in range(tree.size.height))


async def test_details_of_a_grant_and_a_deny_name_where_they_come_from(
    details: PrincipalDetails,
) -> None:
    made = account(user("alice", deny("bedrock:InvokeModel", Sid="NoInvoke"), attached=[LIMITED]))
    alice = the(made)
    async with Alone(details).run_test(size=(100, 90)) as pilot:
        details.show_principal(
            alice, make_evaluator().result(made, alice), lambda action: "does things"
        )
        await pilot.pause()
        assert "43/44 Amazon Bedrock APIs" in tree_text(details)
        details.focus_tree()
        await pilot.press("l")
        await pilot.pause()
        said = tree_text(details)
        assert "✗ bedrock:InvokeModel  does things" in said
        for _ in range(said[: said.index("✗ bedrock:InvokeModel ")].count("\n")):
            await pilot.press("j")
        await pilot.press("l")
        await pilot.pause()
        assert "Deny inline: inline-0 · NoInvoke" in tree_text(details)


@pytest.mark.parametrize(
    ("tags", "shown"), [([{"Key": "a", "Value": "b"}], "a=b"), ([], None), ("missing", "not read")]
)
async def test_tags_that_were_not_read_do_not_look_like_none(
    details: PrincipalDetails, tags: Any, shown: str | None
) -> None:
    raw = user("alice") | {"Tags": tags}
    if tags == "missing":
        del raw["Tags"]
    alice = the(account(raw))
    async with Alone(details).run_test(size=(100, 60)) as pilot:
        details.show_principal(alice, None, lambda _: "")
        await pilot.pause()
        facts = str(details.query_one("#facts", Static).render())
        lines = [line.split(maxsplit=1)[1] for line in facts.splitlines() if "Tags" in line]
        assert lines == ([] if shown is None else [shown])


async def test_hostile_text_is_text_everywhere_in_the_details(details: PrincipalDetails) -> None:
    odd = allow("bedrock:InvokeModel", f"arn:aws:bedrock:*:*:{HOSTILE}", Sid=HOSTILE)
    made = account(user(HOSTILE, odd, path=f"/{HOSTILE}/", groups=[]))
    principal = the(made, HOSTILE)
    async with Alone(details).run_test(size=(120, 70)) as pilot:
        details.show_principal(
            principal, make_evaluator().result(made, principal), lambda _: HOSTILE
        )
        details.focus_tree()
        while not details.has_focus_within:
            await pilot.pause()
        await pilot.press("l")
        await pilot.pause()
        facts = str(details.query_one("#facts", Static).render())
        for text in (tree_text(details), facts, str(details._border_title)):
            assert all(line.isprintable() for line in text.splitlines())
            assert "[red]" in text


# The filter


async def test_the_filter_tells_every_key_and_closes() -> None:
    bar = FilterBar()
    app = Alone(bar)
    async with app.run_test() as pilot:
        assert not bar.display
        bar.open()
        await pilot.press("a", "b", "enter")
        assert app.told[-3:] == ["a", "ab", "closed"]
        assert bar.display
        bar.open()
        await pilot.press("escape")
        await pilot.pause()
        assert set(app.told[-2:]) == {"", "closed"}
        assert not bar.display


# Progress


async def test_progress_takes_no_line_of_its_own_and_hides_no_half_of_a_number() -> None:
    bar = AccountBar(glyphs(True))
    async with Alone(bar).run_test(size=(80, 24)) as pilot:
        bar.update_bar(BarData(policy="Managed", version="v9"))
        bar.say("[red]1 of 2[/red]", 0.5)
        await pilot.pause()
        _, under_way = str(bar.render()).splitlines()
        assert under_way == "━" * 10 + "─" * 10 + "  [red]1 of 2[/red]  Managed v9"
        bar.update_bar(BarData(counts=dict.fromkeys(Verdict, 123456)))
        assert "123" not in str(bar.render())
        bar.say("")
        assert str(bar.render()).count("123,456") == 5
        assert bar.size.height == 2


# The keys


class Keys(ThemedApp[None]):
    """An app with a key bar and more keys than a narrow screen has room for."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"nothing_{key}", "something", id=key) for key in "abcdef"),
        Binding("h", "help", "help", id="help"),
        Binding("q", "quit", "quit", id="quit"),
    ]
    ENABLE_COMMAND_PALETTE = False

    def compose(self) -> ComposeResult:
        yield KeyBar((("help", "quit"), ("d", "e"), ("c",)))


@pytest.mark.parametrize(
    ("width", "keys"),
    [(8, "hq"), (36, "chq"), (37, "dehq"), (48, "dehq"), (49, "cdehq"), (61, "acdehq")],
)
async def test_the_key_bar_leaves_out_whole_keys_the_least_important_first(
    width: int, keys: str
) -> None:
    app = Keys()
    async with app.run_test(size=(width, 5)) as pilot:
        await pilot.pause()
        words = {"h": "h help", "q": "q quit"}
        line = " ".join(words.get(key, f"{key} something") for key in keys)
        assert app.query_one(KeyBar).render_line(0).text.rstrip() == line[:width]


# Signs


@pytest.mark.parametrize("unicode", [True, False])
def test_every_verdict_has_a_sign_of_its_own(unicode: bool) -> None:
    signs: Glyphs = glyphs(unicode)
    drawn = [signs.of(verdict) for verdict in Verdict]
    assert len(set(drawn)) == 5
    assert all(cell_len(sign) == 1 for sign in drawn)
    assert unicode or all(sign.isascii() for sign in (*drawn, signs.arrow, signs.mark, signs.dot))


def test_without_utf8_an_ellipsis_is_no_verdict() -> None:
    signs = glyphs(False)
    assert signs.pending_verdict not in [signs.of(verdict) for verdict in Verdict]
    line = [Segment("reading …"), Segment("   "), Segment("na… U –")]
    drawn = "".join(s.text for s in AsciiFilter().apply(line, Color(0, 0, 0)))
    assert drawn == "reading ... na~ U -"


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("prod", "prod"),
        ("st", "staging"),
        ("non", "nonprod"),
        ("east", "default"),
        ("us-west", "staging"),
        ("od", "nonprod"),
    ],
)
async def test_a_choice_is_found_by_its_name_before_other_columns(typed: str, first: str) -> None:
    lines = [("default", "us-east-1"), ("nonprod", "eu-west-1"), ("prod", "eu-west-1")]
    choices = [Choice(line[0], line) for line in (*lines, ("staging", "us-west-2"))]
    widget = ChoiceList(choices, ("profile", "region"), 1, glyphs(unicode=True))
    async with Alone(widget).run_test():
        widget.narrow(typed)
        assert widget.chosen == first
