"""The bar on top: which account, seen as whom, whether it can be changed; the audit's sum, or what
is under way."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.widgets import Static

from iam.text import safe
from iam.verdicts.verdict import Verdict
from widgets.glyphs import Glyphs


class BarData(NamedTuple):
    """What the bar says; empty while it is not known."""

    account_id: str = ""
    alias: str = ""
    region: str = ""
    profile: str = ""
    endpoint: str = ""
    """The host that is asked, where it is not one of AWS's own."""
    caller: str = ""
    policy: str = ""
    version: str = ""
    policy_note: str = ""
    """Where the policy's document is from, if not from AWS just now."""
    file: str = ""
    """Of a snapshot: which, and of when."""
    badges: tuple[str, ...] = ()
    """`READ-ONLY`, `DEMO`, `SNAPSHOT`."""
    stale: str = ""
    """How old the account is, while it is the one of another day."""
    counts: Mapping[Verdict, int] = MappingProxyType({})
    unread: int = 0


_STEPS = 20
"""Columns of the bar that says how far it is."""


class AccountBar(Static):
    """Two lines; what matters less goes first where there is no room.

    How far something is stands in the second one, as text: nothing below has to move for it, and
    Textual's own bar is several widgets, and moves all the time while it has no end.
    """

    DEFAULT_CSS = """
    AccountBar {
        height: 2;
        padding: 0 1;
        background: $panel;
    }
    """

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(markup=False)
        self.glyphs = glyphs
        self.data = BarData()
        self.progress = Content()
        """What is under way, and how far; empty if nothing is."""

    def say(self, text: str, done: float | None = None) -> None:
        """Show what is under way.

        Args:
            text: In words; nothing is under way if it is empty.
            done: From 0 to 1; None while nobody knows.
        """
        self.progress = Content.styled(text, "$text-muted")
        if done is not None:
            full = min(round(done * _STEPS), _STEPS)
            line, rest = ("━" * full, "$primary"), ("─" * (_STEPS - full), "dim")
            self.progress = Content.assemble(line, rest, "  ", self.progress)
        self._draw()

    def update_bar(self, data: BarData) -> None:
        """Show what is known now."""
        self.data = data
        self._draw()

    def on_resize(self, event: events.Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        width = self.content_size.width
        lines = [self._account(width), self._audit(width)]
        self.update(Content("\n").join(lines), layout=False)  # two they always are

    def _account(self, width: int) -> Content:
        data = self.data
        account = Content.styled(safe(data.account_id) or "no account yet", "bold $text")
        stale = (f"STALE {data.stale}",) if data.stale else ()
        badges = [
            Content.styled(f" {badge} ", "bold reverse $warning")
            for badge in (*data.badges, *stale)
        ]
        optional = [
            Content.styled(safe(text), "dim")
            for text in (
                data.file,
                data.region,
                f"profile {data.profile}" if data.profile else "",
                _caller(data.caller),
            )
            if text
        ]
        # Where there is no room for all, the alias gives way first, then the end of the host.
        room = width - Content("  ").join([account, *badges]).cell_length
        named = []
        if data.endpoint:
            host = Content.styled(f"at {safe(data.endpoint)}", "bold $warning")
            named.append(host.truncate(max(12, room - 2), ellipsis=True))
            room -= named[0].cell_length + 2
        if data.alias and (room >= 2 + 12 or not data.endpoint):
            alias = Content.styled(safe(data.alias), "bold $accent")
            named.insert(0, alias.truncate(max(12, room - 2), ellipsis=True))
        return self._line([account, *named, *badges], optional, width)

    def _audit(self, width: int) -> Content:
        data = self.data
        counts = [
            Content.assemble(
                (self.glyphs.of(v), self.glyphs.style(v)),
                f" {data.counts[v]:,} ",
                (v, "dim"),
            )
            for v in Verdict
            if v in data.counts
        ]
        if data.unread:
            counts.append(Content.styled(f"{data.unread} not read", "bold $error"))
        needed = counts
        if self.progress:
            needed = [self.progress]
            # All of the counts or none: half a number would be a wrong one.
            if Content("  ").join([*needed, *counts]).cell_length <= width:
                needed += counts
        optional = []
        if data.policy:
            counted = Content("  ").join(needed).cell_length + 2 if needed else 0
            version = f" {safe(data.version)}"
            # A name that is cut still says which version, and leaves room for where it is from.
            note = cell_len(safe(data.policy_note)) + 2 if data.policy_note else 0
            room = max(12, width - counted - len(version) - note)
            name = Content.styled(safe(data.policy), "$text").truncate(room, ellipsis=True)
            optional.append(name + Content.styled(version, "$text"))
        if data.policy_note:
            optional.append(Content.styled(safe(data.policy_note), "$warning"))
        return self._line(needed, optional, width) if needed else Content("  ").join(optional)

    def _line(self, needed: list[Content], optional: list[Content], width: int) -> Content:
        """What is needed, then as much of the rest as fits; what is cut ends in an ellipsis."""
        line = Content("  ").join(needed)
        for part in optional:
            room = width - line.cell_length - 2
            if part.cell_length > room:
                if room >= 12:
                    line = Content.assemble(line, "  ", part.truncate(room, ellipsis=True))
                break
            line = Content.assemble(line, "  ", part)
        return line


def _caller(arn: str) -> str:
    """The end of an ARN, which says who: `assumed-role/admin/jane`."""
    return arn.split(":", 5)[-1] if arn else ""
