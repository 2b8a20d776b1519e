"""A plan of changes, drawn: for whom, what each section gains or loses, and who is left alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.widgets import Static

from iam.text import safe
from iam.verdicts.result import SectionResult
from widgets.glyphs import Glyphs

if TYPE_CHECKING:
    from iam.account.model import Entity
    from iam.changes.plan import Plan, Skipped

_MOST_LINES = 6
_ROOM = 58
"""Cells for names on a line of the dialogue."""
_COUNT_WIDTH = 7
"""Cells of `● 44/44`, so that the arrows stand below each other."""


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
        self._drawn_for = 0

    def show_plan(self, plan: Plan) -> None:
        """Draw this one."""
        self._plan = plan
        self._draw(plan)

    def on_resize(self, event: events.Resize) -> None:
        if self._plan is not None and event.size.width != self._drawn_for:
            self._draw(self._plan)

    def _draw(self, plan: Plan) -> None:
        self._drawn_for = self.size.width
        parts = [self._facts(plan), self._effect(plan), *self._notes(plan)]
        self.update(Content("\n\n").join(part for part in parts if part))

    # For whom

    def _facts(self, plan: Plan) -> Content:
        entities = [change.entity for change in plan.changes]
        lines = [("Account", self.account)]
        if plan.undoes:
            at = plan.undoes.at.replace("T", " ")[:16]
            lines.append(("Undoes", f"{plan.undoes.entry.op} of {at} UTC ({plan.undoes.id})"))
        if len(entities) == 1:
            lines += [(entities[0].type.capitalize(), entities[0].name), ("ARN", entities[0].arn)]
        elif entities:
            lines.append((_kinds(entities), _names([entity.name for entity in entities])))
        if any(entity.type == "group" for entity in entities):
            lines.append(("Members", _members(plan)))
        lines.append(("Policy", f"{plan.policy.name} {plan.policy.version}"))
        width = max(len(name) for name, _ in lines) + 2
        room = max(20, self.size.width - width) if self.size.width else 1000
        return Content("\n").join(
            Content.assemble((name.ljust(width) if first else " " * width, "dim"), (part, "bold"))
            for name, value in lines
            for first, part in _folded(safe(value), room)
        )

    # What for

    def _effect(self, plan: Plan) -> Content:
        """A line a section: before and after for one principal, how many change for several."""
        effects = plan.effects
        if not effects:
            return Content()
        titles = [safe(section.title) for section in effects[0].before.sections]
        width = max(map(cell_len, titles), default=0)
        lines: list[Content] = []
        for i, title in enumerate(titles):
            pad = " " * (width - cell_len(title) + 2)
            pairs = [effect.sections[i] for effect in effects]
            change = self._one(*pairs[0]) if len(pairs) == 1 else self._many(pairs)
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
        outcomes = Counter(
            after.verdict for before, after in pairs if not before.same_access(after)
        )
        same = len(pairs) - outcomes.total()
        parts: list[Content | str | tuple[str, str]] = []
        for verdict, count in outcomes.most_common():
            glyph, style = self.glyphs.of(verdict), self.glyphs.style(verdict)
            parts += [f"{count} {self.glyphs.arrow} ", (glyph, style), f" {verdict}  "]
        if same:
            parts.append((f"{same} no change" if outcomes else "no change", "dim"))
        return Content.assemble(*parts)

    # What else

    def _notes(self, plan: Plan) -> list[Content]:
        notes = [self._warnings(plan), self._remaining(plan), self._shortfall(plan)]
        notes.append(_left_alone("Cannot be changed", plan.blocked, "$warning"))
        notes.append(_left_alone("Left alone", plan.unneeded, "dim"))
        notes.append(self._one_by_one(plan))
        return [note for note in notes if note]

    def _warnings(self, plan: Plan) -> Content:
        return Content("\n").join(
            Content.styled(f"! {safe(warning)}", "bold $warning") for warning in plan.warnings
        )

    def _remaining(self, plan: Plan) -> Content:
        """What a detach does not take away."""
        if plan.op == "attach" or not plan.effects:
            return Content()
        keeping = [effect for effect in plan.effects if effect.remaining]
        unknown = sum(effect.unknown for effect in plan.effects)
        if unknown and not keeping:
            whose = "" if len(plan.effects) == 1 else f" for {unknown} of them"
            return Content.styled(
                f"Whether any of it stays allowed is not known{whose}: "
                "something could not be read.",
                "$warning",
            )
        if not keeping:
            return Content.styled("Nothing of it stays allowed.", "dim")
        if len(plan.effects) == 1:
            (effect,) = keeping
            changes = any(not before.same_access(after) for before, after in effect.sections)
            head = f"{'Some' if changes else 'All'} of it stays allowed by"
            return _listed(head, effect.remaining, "$warning")
        ways = Counter(way for effect in keeping for way in effect.remaining)
        lines = [f"{way} ({count})" for way, count in ways.most_common()]
        return _listed(f"{len(keeping)} of them keep some of it by", lines, "$warning")

    def _shortfall(self, plan: Plan) -> Content:
        """What an attach does not bring."""
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
            for reason in entry.reasons
        )
        who = "It" if len(plan.effects) == 1 else f"{len(short)} of them"
        return _listed(f"{who} will not have all of the policy's access.", reasons, "$warning")

    def _one_by_one(self, plan: Plan) -> Content:
        """Everybody whom a plan for several reaches, before and after."""
        if len(plan.effects) < 2:
            return Content()
        lines: list[Content] = [Content.styled("One by one", "dim")]
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


def _members(plan: Plan) -> str:
    return _names([effect.principal.name for effect in plan.effects]) or "none"


def _names(names: Sequence[str]) -> str:
    """As many names as a line has room for, and how many more there are."""
    shown = [safe(name) for name in names]
    for count in range(len(shown), 1, -1):
        more = f" and {len(shown) - count} more" if count < len(shown) else ""
        text = ", ".join(shown[:count]) + more
        if cell_len(text) <= _ROOM:
            return text
    return shown[0] + (f" and {len(shown) - 1} more" if len(shown) > 1 else "") if shown else ""


def _listed(head: str, items: Iterable[str], style: str) -> Content:
    lines = list(items)
    shown = [f"  {safe(line)}" for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES:
        shown.append(f"  and {len(lines) - _MOST_LINES} more")
    return Content.assemble((head, style), *(f"\n{line}" for line in shown))


def _folded(text: str, room: int) -> Iterator[tuple[bool, str]]:
    """The lines of a value, broken behind a sign where it can be; whether it is the first."""
    first = True
    while cell_len(text) > room:
        end = max(text.rfind(sign, 0, room) for sign in "/:-. ") + 1 or room
        yield first, text[:end]
        first, text = False, text[end:]
    yield first, text


def _left_alone(head: str, left: Sequence[Skipped], style: str) -> Content:
    """For each reason a line, and the names that it holds for."""
    by_reason: dict[str, list[str]] = {}
    for each in left:
        by_reason.setdefault(each.why, []).append(each.entity.name)
    if not by_reason:
        return Content()
    lines: list[Content] = [Content.styled(f"{head}: {len(left)}", style)]
    for why, names in by_reason.items():
        lines += [Content(f"  {safe(why)}"), Content.styled(f"    {_names(names)}", "dim")]
    return Content("\n").join(lines)
