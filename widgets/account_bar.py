"""The bar at the top: the account, the caller, whether changes are possible; below it how many can
invoke models, and what is in progress.

A click on a number shows who is counted in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.style import Style
from textual.widgets import Static

from iam.arn import Arn
from iam.text import safe
from iam.verdicts.answers import ANSWER_FILTERS, Question
from iam.verdicts.verdict import Verdict
from widgets.glyphs import Glyphs
from widgets.middle import cut_in_middle


class BarData(NamedTuple):
    """What the bar shows; empty while unknown."""

    account_id: str = ""
    alias: str = ""
    region: str = ""
    profile: str = ""
    endpoint: str = ""
    """The host that requests go to, if it is not AWS's own."""
    caller: str = ""
    policy: str = ""
    version: str = ""
    policy_note: str = ""
    """The source of the policy document, if it was not just read from AWS."""
    file: str = ""
    """The name and the date of a snapshot."""
    badges: tuple[str, ...] = ()
    """`READ-ONLY`, `DEMO`, `SNAPSHOT`."""
    organization: str = ""
    """`SCP`, or `SCP ?` where the policies of the organization could not all be read."""
    stale: str = ""
    """The age of the cached account, while it is shown."""
    counts: Mapping[Verdict, int] = MappingProxyType({})
    """Users and roles by verdict."""
    answers: Mapping[Question, int] = MappingProxyType({})
    """How many of them can invoke models, and how; empty if that question does not arise."""
    unread: int = 0


_STEPS = 20
"""Columns of the progress bar."""
_LEAST_NAME = 9
"""Columns that a policy's name is cut to, at the least."""
_WORDS: dict[Question, tuple[str, str]] = {
    "invoke": ("can invoke", "invoke"),
    "other": ("by another policy", "other"),
    "blocked": ("hold it but cannot", "blocked"),
    "unknown": ("unknown", "unknown"),
}
"""Of each count of answers: the words, and the words where there is little room."""
_OF_ONE = {"hold it but cannot": "holds it but cannot"}
"""The words for a single one, where they are others."""
_COMMANDS: dict[Question, str] = {
    "invoke": "can_invoke",
    "other": "other_policy",
    "blocked": "blocked",
    "unknown": "invoke_unknown",
}
"""The commands that show who is counted; their keys stand where no words fit."""


class AccountBar(Static):
    """Two lines; where there is no room, what matters least is left out first.

    Progress is text in the second line: nothing below has to move for it, and Textual's own bar is
    several widgets, which move all the time while the end is unknown.
    """

    DEFAULT_CSS = """
    AccountBar {
        height: 2;
        padding: 0 1;
        background: $panel;
    }
    """

    @dataclass
    class Chosen(Message):
        """A message that asks to show who is counted in a number."""

        terms: tuple[str, ...]
        """Of the filter."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(markup=False)
        self.glyphs = glyphs
        self.data = BarData()
        self.progress = Content()
        """What is in progress, and how far; empty if nothing is."""

    def say(self, text: str, done: float | None = None) -> None:
        """Show what is in progress.

        Args:
            text: What it is; nothing is in progress if it is empty.
            done: From 0 to 1; None while unknown.
        """
        self.progress = Content.styled(text, "$text-muted")
        if done is not None:
            steps = min(round(done * _STEPS), _STEPS)
            line, rest = ("━" * steps, "$primary"), ("─" * (_STEPS - steps), "dim")
            self.progress = Content.assemble(line, rest, "  ", self.progress)
        self._draw()

    def update_bar(self, data: BarData) -> None:
        """Show other data."""
        self.data = data
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        width = self.content_size.width
        lines = [self._account(width), self._audit(width)]
        self.update(Content("\n").join(lines), layout=False)  # always two lines

    def _account(self, width: int) -> Content:
        data = self.data
        account = Content.styled(safe(data.account_id) or "no account yet", "bold $text")
        stale = (f"STALE {data.stale}",) if data.stale else ()
        badges = [
            Content.styled(f" {badge} ", "bold reverse $text-warning")
            for badge in (*data.badges, *stale)
        ]
        certain = data.organization and not data.organization.endswith("?")
        if data.organization and not certain:
            badges.append(Content.styled(data.organization, "bold $text-warning"))
        optional = [
            Content.styled(safe(text), "dim")
            for text in (
                data.organization if certain else "",
                data.file,
                f"client region {data.region}" if data.region else "",
                f"profile {data.profile}" if data.profile else "",
                _caller(data.caller),
            )
            if text
        ]
        # Without room for all, the alias is cut first, then the end of the host.
        room = width - Content("  ").join([account, *badges]).cell_length
        named = []
        if data.endpoint:
            host = Content.styled(f"at {safe(data.endpoint)}", "bold $text-warning")
            named.append(host.truncate(max(12, room - 2), ellipsis=True))
            room -= named[0].cell_length + 2
        if data.alias and (room >= 2 + 12 or not data.endpoint):
            alias = Content.styled(safe(data.alias), "bold $text-accent")
            named.insert(0, alias.truncate(max(12, room - 2), ellipsis=True))
        return self._line([account, *named, *badges], optional, width)

    def _audit(self, width: int) -> Content:
        data = self.data
        progress = [self.progress] if self.progress else []
        version = f" {safe(data.version)}" if data.policy else ""
        note = cell_len(safe(data.policy_note)) + 2 if data.policy_note else 0
        # Words give way to the policy: all of them to all about it, fewer to a part of its name.
        whole = cell_len(safe(data.policy)) + len(version) + 2 + note if data.policy else 0
        least = min(whole, _LEAST_NAME + len(version) + 2)
        needed = progress
        for counts, beside in self._all_counts(whole, least):
            needed = [*progress, *counts]
            if _length(needed) + beside <= width:
                break
        if progress and _length(needed) > width:
            needed = progress  # half a number would be a wrong one
        optional = []
        if data.policy:
            counted = _length(needed) + 2 if needed else 0
            # A name is cut so that its version and the source of its document have room.
            room = max(_LEAST_NAME, width - counted - len(version) - note)
            name = Content.styled(cut_in_middle(safe(data.policy), room), "$text")
            optional.append(name + Content.styled(version, "$text"))
        if data.policy_note:
            optional.append(Content.styled(safe(data.policy_note), "$text-warning"))
        line = self._line(needed, optional, width) if needed else Content("  ").join(optional)
        if data.answers and not progress:
            verdicts = Content("  ").join([Content.styled("verdicts", "dim"), *self._verdicts()])
            if line.cell_length + 3 + verdicts.cell_length <= width:
                line = Content.assemble(line, "   ", verdicts)
        return line

    def _all_counts(self, whole: int, least: int) -> Iterator[tuple[list[Content], int]]:
        """The counts in words, in fewer words, by their keys, and as signs and numbers, each with
        the room that has to be left beside it.

        Args:
            whole: The room for all about the policy.
            least: The room for the least about it.
        """
        unread = []
        if self.data.unread:
            unread.append(Content.styled(f"{self.data.unread} not read", "bold $text-error"))
        if self.data.answers:
            for words, beside in zip(self._words(), (whole, least, least, 0), strict=True):
                yield [*self._answers(words), *unread], beside
        else:
            yield [*self._verdicts(words=True), *unread], 0
            yield [*self._verdicts(), *unread], 0

    def _words(self) -> Iterator[Mapping[Question, str]]:
        """What may follow the counts of answers: much, little, a key, nothing."""
        yield {question: words for question, (words, _) in _WORDS.items()}
        yield {question: words for question, (_, words) in _WORDS.items()}
        # Only where there is little room: this looks through all keys of the screen.
        keys = {
            active.binding.id: self.app.get_key_display(active.binding)
            for active in self.screen.active_bindings.values()
        }
        yield {question: keys.get(id, "") for question, id in _COMMANDS.items()}
        yield {}

    def _answers(self, words: Mapping[Question, str]) -> list[Content]:
        """How many can invoke models, and how."""
        glyphs = self.glyphs
        signs: dict[Question, tuple[str, str]] = {
            "invoke": (glyphs.of(Verdict.GRANTED), glyphs.style(Verdict.GRANTED)),
            "other": (glyphs.other, glyphs.style(Verdict.PARTIAL)),
            "blocked": (glyphs.of(Verdict.DENIED), glyphs.style(Verdict.DENIED)),
            "unknown": (glyphs.of(Verdict.UNKNOWN), glyphs.style(Verdict.UNKNOWN)),
        }
        return [
            _count(
                signs[question],
                count,
                words.get(question, ""),
                ANSWER_FILTERS[question],
            )
            for question, count in self.data.answers.items()
        ]

    def _verdicts(self, *, words: bool = False) -> list[Content]:
        """The number of principals by verdict."""
        counts = self.data.counts
        return [
            _count(
                (self.glyphs.of(verdict), self.glyphs.style(verdict)),
                counts[verdict],
                str(verdict) if words else "",
                (f"verdict:{verdict}",),
            )
            for verdict in Verdict
            if verdict in counts
        ]

    def on_click(self, event: events.Click) -> None:
        if terms := event.style.meta.get(_TERMS):
            self.post_message(self.Chosen(terms))

    def _line(self, needed: list[Content], optional: list[Content], width: int) -> Content:
        """What is needed, then as much of the rest as fits; cut text ends in an ellipsis."""
        line = Content("  ").join(needed)
        for part in optional:
            room = width - line.cell_length - 2
            if part.cell_length > room:
                if room >= 12:
                    line = Content.assemble(line, "  ", part.truncate(room, ellipsis=True))
                break
            line = Content.assemble(line, "  ", part)
        return line


_TERMS = "filter_terms"
"""The key under which a part of the line carries its filter; an action would be evaluated."""


def _count(sign: tuple[str, str], count: int, words: str, terms: tuple[str, ...]) -> Content:
    """A number with its sign, its words, and the filter that a click on it puts."""
    if count == 1:
        words = _OF_ONE.get(words, words)
    text = Content.assemble(sign, f" {count:,}", (f" {words}" if words else "", "dim"))
    return text.stylize(Style.from_meta({_TERMS: terms}))


def _length(parts: list[Content]) -> int:
    return Content("  ").join(parts).cell_length


def _caller(arn: str) -> str:
    """The last part of an ARN: `assumed-role/admin/jane`."""
    return Arn.parse(arn).resource if arn else ""
