"""A plan of changes: whose access changes, what each section gains or loses, who stays as is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from iam.counts import counted
from iam.text import safe
from iam.verdicts.result import SectionResult
from iam.verdicts.section import label_of
from iam.verdicts.verdict import count_in_words
from widgets.glyphs import Glyphs
from widgets.model_effects import model_effects
from widgets.wrapping import facts, hanging, shortened

if TYPE_CHECKING:
    from iam.account.model import Entity
    from iam.changes.plan import Plan, Skipped

    _Pair = tuple[SectionResult, SectionResult]
    """A section before and after."""

_MOST_LINES = 6
_USUAL_WIDTH = 72
"""Until the width is known."""
_COUNT_WIDTH = 7
"""Cells of `● 44/44`, so that the arrows stand below each other."""
_LEAST_TITLE = 24
"""Cells that titles of sections need, so that no two of them are cut to the same words."""


class PlanView(Static):
    """Shows a plan, as far as it is known."""

    DEFAULT_CSS = """
    PlanView { height: auto; }
    """

    def __init__(self, glyphs: Glyphs, account: str) -> None:
        """Take what stays the same.

        Args:
            glyphs: The signs of this terminal.
            account: The account's ID, with its alias where it has one.
        """
        super().__init__(markup=False)
        self.glyphs = glyphs
        self.account = account
        self._plan: Plan | None = None

    def show_plan(self, plan: Plan) -> None:
        """Draw this plan."""
        self._plan = plan
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def _draw(self) -> None:
        if self._plan is not None:
            plan = self._plan
            parts = [self._facts(plan), self._effect(plan), *self._notes(plan)]
            self.update(Content("\n\n").join(part for part in parts if part))

    @property
    def _width(self) -> int:
        return self.content_size.width or _USUAL_WIDTH

    # Whose access changes

    def _facts(self, plan: Plan) -> Content:
        entities = [change.entity for change in plan.changes]
        pairs: list[tuple[str, str | list[str]]] = [("Account", self.account)]
        if plan.undoes:
            undone = plan.undoes
            what = undone.entry.op if undone.kind == "change" else undone.kind
            at = undone.at.replace("T", " ")[:16]
            pairs.append(("Undoes", f"{what} of {at} UTC ({undone.id})"))
        if len(entities) == 1:
            pairs += [(entities[0].type.capitalize(), entities[0].name), ("ARN", entities[0].arn)]
        elif entities:
            pairs.append((_kinds(entities), [entity.name for entity in entities]))
        if any(entity.type == "group" for entity in entities):
            members = [effect.principal.name for effect in plan.effects]
            # A warning says that there may be more.
            pairs.append(("Members", members or (["unknown"] if plan.members_unread else [])))
        pairs.append(("Policy", f"{plan.policy.name} {plan.policy.version}"))
        column = max(len(name) for name, _ in pairs) + 2
        lines = [
            (name, value if isinstance(value, str) else _names(value, self._width - column))
            for name, value in pairs
        ]
        return Content("\n").join(facts(lines, self._width, column, "bold"))

    # What changes

    def _effect(self, plan: Plan) -> Content:
        """A line a section: before and after for one principal, how many change for several."""
        effects = plan.effects
        if not effects:
            return Content()
        rows = list(zip(*(effect.sections for effect in effects), strict=True))
        titles, changes = self._fitting(effects[0].before.sections, rows)
        width = max(map(cell_len, titles), default=0)
        return Content("\n").join(
            Content.assemble(title, " " * (width - cell_len(title) + 2), change)
            for title, change in zip(titles, changes, strict=True)
        )

    def _fitting(
        self, sections: Sequence[SectionResult], rows: Sequence[Sequence[_Pair]]
    ) -> tuple[list[str], list[Content]]:
        """The titles of the sections and the changes, in as many words as fit on a line each."""
        changes: list[Content] = []
        for words in (True, False):
            changes = [
                self._one(*row[0]) if len(row) == 1 else self._many(row, words=words)
                for row in rows
            ]
            room = self._width - 2 - max((change.cell_length for change in changes), default=0)
            if room >= _LEAST_TITLE:
                cut = self.glyphs.cut
                return [shortened(safe(s.title), room, cut) for s in sections], changes
        return [safe(label_of(section.sid)) for section in sections], changes

    def _one(self, before: SectionResult, after: SectionResult) -> Content:
        count = self._count(before)
        pad = " " * max(0, _COUNT_WIDTH - count.cell_length)
        if before.same_access(after):
            return Content.assemble(count, pad, ("  no change", "dim"))
        return Content.assemble(count, pad, f" {self.glyphs.arrow} ", self._count(after))

    def _count(self, section: SectionResult) -> Content:
        glyph, style = self.glyphs.of(section.verdict), self.glyphs.style(section.verdict)
        count = count_in_words(section.verdict, section.granted, section.total)
        return Content.assemble((glyph, style), f" {count}")

    def _many(self, pairs: Sequence[_Pair], *, words: bool) -> Content:
        outcomes = Counter(
            after.verdict for before, after in pairs if not before.same_access(after)
        )
        same = len(pairs) - outcomes.total()
        parts: list[Content | str | tuple[str, str]] = []
        for verdict, count in outcomes.most_common():
            glyph, style = self.glyphs.of(verdict), self.glyphs.style(verdict)
            word = f" {verdict}" if words else ""
            parts += [f"{count} {self.glyphs.arrow} ", (glyph, style), f"{word}  "]
        if same:
            unchanged = f"{same} {'no change' if words else 'same'}" if outcomes else "no change"
            parts.append((unchanged, "dim"))
        return Content.assemble(*parts)

    # What else

    def _notes(self, plan: Plan) -> list[Content]:
        notes = [self._warnings(plan), self._remaining(plan), self._shortfall(plan)]
        if plan.models is not None:
            notes.append(model_effects(plan.models, self._width))
        notes.append(self._unchanged("Cannot be changed", plan.blocked, "$text-warning"))
        notes.append(self._unchanged("No change needed", plan.unneeded, "dim"))
        notes.append(self._each_principal(plan))
        return [note for note in notes if note]

    def _warnings(self, plan: Plan) -> Content:
        return Content("\n").join(
            hanging(warning, self._width, "! ", "bold $text-warning") for warning in plan.warnings
        )

    def _remaining(self, plan: Plan) -> Content:
        """The access that a detach does not remove."""
        if plan.op == "attach" or not plan.effects:
            return Content()
        keeping = [effect for effect in plan.effects if effect.remaining]
        unknown = sum(effect.unknown for effect in plan.effects)
        if unknown and not keeping:
            whose = "" if len(plan.effects) == 1 else f" of {counted(unknown, 'principal')}"
            return hanging(
                f"Remaining access{whose} is unknown: something could not be read.",
                self._width,
                style="$text-warning",
            )
        if not keeping:
            return Content.styled("No access remains.", "dim")
        if len(plan.effects) == 1:
            (effect,) = keeping
            changes = any(not before.same_access(after) for before, after in effect.sections)
            head = f"{'Some' if changes else 'All'} access remains, through"
            return self._listed(head, effect.remaining)
        means = Counter(origin for effect in keeping for origin in effect.remaining)
        lines = [f"{origin} ({count})" for origin, count in means.most_common()]
        verb = "keeps" if len(keeping) == 1 else "keep"
        return self._listed(
            f"{counted(len(keeping), 'principal')} {verb} some access, through", lines
        )

    def _shortfall(self, plan: Plan) -> Content:
        """The access that an attach does not bring."""
        if plan.op == "detach" or not plan.effects:
            return Content()
        short = [effect for effect in plan.effects if effect.after.verdict != "granted"]
        if not short:
            return Content()
        reasons = dict.fromkeys(
            reason
            for effect in short
            for section in effect.after.sections
            for entry in section.entries
            if entry.verdict != "granted"
            for reason in entry.withheld_by
        )
        whose = "" if len(plan.effects) == 1 else f" for {counted(len(short), 'principal')}"
        return self._listed(f"Not everything in the policy will be granted{whose}", reasons)

    def _listed(self, head: str, items: Iterable[str]) -> Content:
        """A head, and below it a line for each item, up to a limit."""
        every = list(items)
        if not every:
            return hanging(f"{head}.", self._width, style="$text-warning")
        lines = [hanging(f"{head}:", self._width, style="$text-warning")]
        lines += [hanging(item, self._width, "  ") for item in every[:_MOST_LINES]]
        if len(every) > _MOST_LINES:
            lines.append(Content(f"  and {len(every) - _MOST_LINES} more"))
        return Content("\n").join(lines)

    def _unchanged(self, head: str, left_alone: Sequence[Skipped], style: str) -> Content:
        """Each reason, and below it the names that it holds for."""
        by_reason: dict[str, list[str]] = {}
        for each in left_alone:
            by_reason.setdefault(each.why, []).append(each.entity.name)
        if not by_reason:
            return Content()
        lines: list[Content] = [Content.styled(f"{head}: {len(left_alone)}", style)]
        for why, names in by_reason.items():
            lines.append(hanging(why, self._width, "  "))
            lines.append(Content.styled(f"    {_names(names, self._width - 4)}", "dim"))
        return Content("\n").join(lines)

    def _each_principal(self, plan: Plan) -> Content:
        """Every principal that a plan for several affects, before and after."""
        if len(plan.effects) < 2:
            return Content()
        lines: list[Content] = [Content.styled("Each principal", "dim")]
        for effect in plan.effects:
            before, after = effect.before.verdict, effect.after.verdict
            line = Content.assemble(
                "  ",
                (self.glyphs.of(before), self.glyphs.style(before)),
                f" {self.glyphs.arrow} ",
                (self.glyphs.of(after), self.glyphs.style(after)),
                f" {safe(effect.principal.name)}",
            )
            same = all(old.same_access(new) for old, new in effect.sections)
            lines.append(Content.assemble(line, ("  no change", "dim")) if same else line)
        return Content("\n").join(lines)


def _kinds(entities: Sequence[Entity]) -> str:
    kinds = {entity.type for entity in entities}
    if len(kinds) == 1:
        return f"{len(entities)} {kinds.pop()}s"
    return f"{len(entities)} in all" if "group" in kinds else f"{len(entities)} principals"


def _names(names: Sequence[str], room: int) -> str:
    """As many names as fit on a line, and how many more there are."""
    shown = [safe(name) for name in names]
    for count in range(min(len(shown), room), 1, -1):
        more = f" and {len(shown) - count} more" if count < len(shown) else ""
        text = ", ".join(shown[:count]) + more
        if cell_len(text) <= room:
            return text
    more = f" and {len(shown) - 1} more" if len(shown) > 1 else ""
    if not shown:
        return "none"
    return Content(shown[0]).truncate(max(1, room - len(more)), ellipsis=True).plain + more
