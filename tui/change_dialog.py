"""The dialogue before a change: what it would do, section by section. `y` applies, Enter alone does
not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from iam.text import safe
from iam.verdict import SectionResult
from widgets.glyphs import Glyphs

if TYPE_CHECKING:
    from iam.preview import Preview

_MOST_NAMES = 6
_COUNT_WIDTH = 7
"""Cells of `● 44/44`, so that the arrows stand below each other."""


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """What the operator is asked about."""

    op: str
    """`attach` or `detach`."""
    account: str
    """The account's ID, with its alias where it has one."""
    policy: str
    """The policy's name and version."""
    previews: tuple[Preview, ...]
    """Of the principals that would change."""
    left_alone: tuple[tuple[str, str], ...]
    """Names of marked principals that would not change, and why."""


class ChangeDialog(ModalScreen[bool]):
    """Asks whether to apply a change; the result says."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "apply", "Apply", tooltip="Apply the change", id="dialog.apply"),
        Binding("n,escape", "cancel", "Cancel", tooltip="Leave all as it was", id="dialog.cancel"),
        Binding("j,down", "scroll(1)", "Down", show=False, id="dialog.down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, id="dialog.up"),
        Binding("left,right,tab", "other_button", "Other button", show=False, id="dialog.other"),
    ]
    AUTO_FOCUS = "#cancel"

    def __init__(self, plan: ChangePlan, glyphs: Glyphs) -> None:
        super().__init__()
        self.plan = plan
        self.glyphs = glyphs

    def compose(self) -> ComposeResult:
        verb = self.plan.op.capitalize()
        with Vertical(id="dialog") as dialog:
            dialog.border_title = f"{verb} a policy"
            with VerticalScroll(id="dialog-body", can_focus=False):
                yield Static(self._facts(), classes="dialog-part")
                yield Static(self._effect(), classes="dialog-part")
                if notes := self._notes():
                    yield Static(notes, classes="dialog-part")
            with Horizontal(id="dialog-buttons"):
                yield Button("n  Leave as it is", id="cancel", variant="default")
                yield Button(
                    f"y  {verb}",
                    id="apply",
                    variant="success" if self.plan.op == "attach" else "error",
                )

    def _facts(self) -> Content:
        previews = self.plan.previews
        lines = [("Account", self.plan.account)]
        if len(previews) == 1:
            principal = previews[0].principal
            lines += [
                (principal.type.capitalize(), principal.name),
                ("ARN", principal.arn),
            ]
        else:
            names = [p.principal.name for p in previews[:_MOST_NAMES]]
            more = len(previews) - len(names)
            lines.append((f"{len(previews)} principals", ", ".join(names)))
            if more:
                lines.append(("", f"and {more} more"))
        lines.append(("Policy", self.plan.policy))
        width = max(len(name) for name, _ in lines) + 2
        return Content("\n").join(
            Content.assemble((name.ljust(width), "dim"), (safe(value), "bold"))
            for name, value in lines
        )

    def _effect(self) -> Content:
        """A line a section: before and after for one principal, who changes for several."""
        previews = self.plan.previews
        titles = [safe(s.title) for s in previews[0].before.sections]
        width = max(map(cell_len, titles), default=0)
        lines: list[Content] = []
        for i, title in enumerate(titles):
            pad = " " * (width - cell_len(title) + 2)
            if len(previews) == 1:
                before, after = previews[0].sections[i]
                change = self._one(before, after)
            else:
                change = self._many([p.sections[i] for p in previews])
            lines.append(Content.assemble(title, pad, change))
        return Content("\n").join(lines)

    def _one(self, before: SectionResult, after: SectionResult) -> Content:
        count = self._count(before)
        pad = " " * max(0, _COUNT_WIDTH - count.cell_length)
        if before.same_access(after):
            return Content.assemble(count, pad, ("  no change", "dim"))
        return Content.assemble(count, pad, f" {self.glyphs.arrow} ", self._count(after))

    def _count(self, section: SectionResult) -> Content:
        glyph, style = self.glyphs.of(section.verdict), self.glyphs.style(section.verdict)
        return Content.assemble((glyph, style), f" {section.granted}/{section.total}")

    def _many(self, pairs: Sequence[tuple[SectionResult, SectionResult]]) -> Content:
        outcomes = Counter(a.verdict for b, a in pairs if not a.same_access(b))
        if not outcomes:
            return Content.styled("no change", "dim")
        parts: list[Content | str] = []
        for verdict, count in outcomes.most_common():
            parts += [
                "  " if parts else "",
                Content.styled(self.glyphs.of(verdict), self.glyphs.style(verdict)),
                f" {count} {self.glyphs.arrow} {verdict}",
            ]
        return Content.assemble(*parts)

    def _notes(self) -> Content | None:
        notes: list[Content] = []
        previews = self.plan.previews
        if self.plan.op == "detach":
            keeping = [p for p in previews if p.remaining]
            if len(previews) == 1 and keeping:
                lines = "\n".join(f"  {safe(way)}" for way in keeping[0].remaining)
                how_much = (
                    "Some" if any(not b.same_access(a) for b, a in previews[0].sections) else "All"
                )
                notes.append(
                    Content.assemble((f"{how_much} of it stays allowed by\n", "$warning"), lines)
                )
            elif keeping:
                notes.append(
                    Content.styled(
                        f"{len(keeping)} of them keep some of it by other means", "$warning"
                    )
                )
            elif previews:
                notes.append(Content.styled("Nothing of it stays allowed.", "dim"))
        elif len(previews) == 1 and previews[0].after.verdict != "granted":
            reasons = dict.fromkeys(
                r for s in previews[0].after.sections for e in s.entries for r in e.reasons
            )
            lines = "".join(f"\n  {safe(reason)}" for reason in reasons)
            notes.append(
                Content.assemble(
                    ("It will not have all of the policy's access.", "$warning"), lines
                )
            )
        for name, why in self.plan.left_alone:
            notes.append(Content.assemble(("Left alone: ", "dim"), safe(name), f" — {safe(why)}"))
        return Content("\n").join(notes) if notes else None

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "apply")

    def action_apply(self) -> None:
        self.dismiss(True)

    def action_cancel(self) -> None:
        self.dismiss(False)

    def action_scroll(self, lines: int) -> None:
        self.query_one("#dialog-body", VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_other_button(self) -> None:
        self.focus_next("#dialog Button")
