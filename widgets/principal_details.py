"""The details of one principal: facts, then its sections as a tree down to the statements."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Static, Tree
from textual.widgets.tree import TreeNode

from iam.text import safe
from iam.verdict import Attachment, EntryResult, PrincipalResult, SectionResult, Verdict, Via
from widgets.glyphs import Glyphs

if TYPE_CHECKING:
    from iam.account import Holder

_COUNT_WIDTH = len(" 44/44 ")
NOT_JUDGED = "Not judged: SCPs, RCPs, session and resource policies"


_Data = SectionResult | EntryResult | str | None
"""What a line is about: a section, an entry, a concrete action, or a statement (None)."""


class SectionTree(Tree[_Data]):
    """The sections; vi keys as well as arrows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False, id="tree.down"),
        Binding("k", "cursor_up", "Up", show=False, id="tree.up"),
        Binding("g", "scroll_home", "Top", show=False, id="tree.top"),
        Binding("G", "scroll_end", "End", show=False, id="tree.end"),
        Binding("enter,space", "toggle_node", "Open", show=False, id="tree.toggle"),
        Binding("l,right", "open", "Open", show=False, id="tree.open"),
        Binding("h,left", "close", "Close", show=False, id="tree.close"),
        Binding("w", "who_can", "who can", id="tree.who", tooltip="Who can do this action?"),
    ]

    @dataclass
    class WhoCan(Message):
        """A message that asks who can do an action; one still to be named, if it is empty."""

        action: str

    def render_label(self, node: TreeNode[_Data], base_style: Style, style: Style) -> Text:
        """Cut what does not fit, visibly."""
        label = super().render_label(node, base_style, style)
        sign = 2 if node.allow_expand else 0
        label.truncate(max(8, self.room_of(node) + sign), overflow="ellipsis")
        return label

    def room_of(self, node: TreeNode[_Data]) -> int:
        """How many cells the text of a node has."""
        depth = -1
        above = node.parent
        while above is not None:
            depth, above = depth + 1, above.parent
        sign = 2 if node.allow_expand else 0
        return self.scrollable_content_region.width - depth * self.guide_depth - sign

    def action_open(self) -> None:
        """Open the node under the cursor."""
        if self.cursor_node is not None and self.cursor_node.allow_expand:
            self.cursor_node.expand()

    def action_close(self) -> None:
        """Close the node under the cursor, or go to the one that holds it."""
        node = self.cursor_node
        if node is not None and node.allow_expand and node.is_expanded:
            node.collapse()
        elif node is not None and node.parent is not None and node.parent is not self.root:
            self.move_cursor(node.parent)

    def action_who_can(self) -> None:
        """Ask who can do the action under the cursor, or the one that its line belongs to."""
        node = self.cursor_node
        while node is not None and node.data is None and node.parent is not None:
            node = node.parent
        if node is not None and isinstance(node.data, EntryResult | str):
            action = node.data if isinstance(node.data, str) else node.data.action
            self.post_message(self.WhoCan(action))
        else:
            self.post_message(self.WhoCan(""))

    def action_scroll_home(self) -> None:
        self.cursor_line = 0
        self.scroll_to_line(0, animate=False)

    def action_scroll_end(self) -> None:
        self.cursor_line = self.last_line
        self.scroll_to_line(self.last_line, animate=False)


class PrincipalDetails(Vertical):
    """Shows one principal; sections that were opened stay open from one principal to the next."""

    DEFAULT_CSS = """
    PrincipalDetails {
        & #facts { height: auto; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        & SectionTree {
            height: 1fr; padding: 0 0 0 1; background: transparent; overflow-x: hidden;
            scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0;
        }
        & #line {
            height: auto; max-height: 4; padding: 0 1; display: none; background: $panel;
        }
        &:focus-within #line.-cut { display: block; }
        & #not-judged { height: auto; padding: 0 1; color: $text-muted; }
    }
    """

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self.glyphs = glyphs
        self._open: set[str] = set()
        self._hidden: tuple[str, ...] = ()
        self._members: tuple[str, ...] = ()
        self._describe: Callable[[str], str] = lambda _: ""
        self._shown: tuple[Holder, PrincipalResult | None] | None = None
        self._fact_lines = -1

    def compose(self) -> ComposeResult:
        yield Static("", id="facts", markup=False)
        tree = SectionTree(Text())  # a str would be read as markup, with a table of all emoji
        tree.show_root = False
        tree.guide_depth = 2
        yield tree
        yield Static("", id="line", markup=False)
        yield Static(NOT_JUDGED, id="not-judged", markup=False)

    @property
    def sections(self) -> SectionTree:
        """The sections."""
        return self.query_one(SectionTree)

    def focus_tree(self) -> None:
        """Take the keys."""
        self.sections.focus()

    def clear(self) -> None:
        """Show nobody."""
        self._shown = None
        self.border_title = "Details"
        self.query_one("#facts", Static).update("")
        self._fact_lines = -1
        self.sections.clear()

    def show_principal(
        self,
        principal: Holder,
        result: PrincipalResult | None,
        describe: Callable[[str], str],
        hidden: tuple[str, ...] = (),
        members: tuple[str, ...] = (),
    ) -> None:
        """Show a user, a role or a group.

        Args:
            principal: Who.
            result: Its verdicts; None while they are being made.
            describe: Says in a few words what an action does.
            hidden: The policies of a hidden grant.
            members: The names of those that are in a group.
        """
        self._describe, self._hidden, self._members = describe, hidden, members
        self.border_title = Content(safe(principal.name))  # a string would be read as markup
        before, self._shown = self._shown, (principal, result)
        self._draw_facts()
        # Many principals are alike in this: then every line stays as it is.
        if before is None or _sections(before[1]) != _sections(result):
            self._fill(result)

    def on_resize(self) -> None:
        self._draw_facts()
        self.call_after_refresh(lambda: self._show_line(self.sections.cursor_node))

    def _draw_facts(self) -> None:
        if self._shown is not None:
            facts = self._facts(*self._shown)
            lines = facts.plain.count("\n")
            self.query_one("#facts", Static).update(facts, layout=lines != self._fact_lines)
            self._fact_lines = lines

    # Facts

    def _facts(self, principal: Holder, result: PrincipalResult | None) -> Content:
        facts = [("ARN", principal.arn)]
        if self.size.width < len(principal.arn) + 13:
            owner, _, name = principal.arn.rpartition(f":{principal.type}/")
            facts = [("ARN", f"{owner}:"), ("", f"{principal.type}/{name}")]
        if principal.path != "/":
            facts.append(("Path", principal.path))
        if principal.type == "group":
            facts.append(("Members", ", ".join(self._members) or "none"))
        if principal.groups:
            facts.append(("Groups", ", ".join(principal.groups)))
        if result is not None:
            facts.append(("Policy", _attached(result.attached)))
        if self._hidden:
            facts.append(("Hidden", f"invokes models by {', '.join(self._hidden)}"))
        if principal.boundary:
            facts.append(("Boundary", principal.boundary.rsplit("/", 1)[-1]))
        if principal.type == "role":
            used = principal.last_used
            facts.append(("Last used", _ago(used) if used else "no use on record"))
        if principal.created:
            facts.append(("Created", _ago(principal.created)))
        if principal.type != "group" and principal.tags:
            facts.append(("Tags", ", ".join(f"{key}={value}" for key, value in principal.tags)))
        return Content("\n").join(
            Content.assemble((f"{name:<10}", "dim"), safe(value)) for name, value in facts
        )

    # The tree

    def _fill(self, result: PrincipalResult | None) -> None:
        tree = self.sections
        line = tree.cursor_line
        tree.clear()
        if result is None:
            return
        for section in result.sections:
            node = tree.root.add(self._section_label(section), section, expand=False)
            if section.sid in self._open:
                self._fill_section(node, section)
                node.expand()
        tree.cursor_line = min(max(line, 0), max(tree.last_line, 0))
        self._show_line(tree.cursor_node)

    @on(Tree.NodeHighlighted)
    def _highlighted(self, event: Tree.NodeHighlighted[_Data]) -> None:
        self._show_line(event.node)

    def _show_line(self, node: TreeNode[_Data] | None) -> None:
        """Show in full the line under the cursor, where the tree has no room for it."""
        line = self.query_one("#line", Static)
        text = node.label.plain if node is not None and isinstance(node.label, Text) else ""
        line.set_class(node is not None and cell_len(text) > self.sections.room_of(node), "-cut")
        if text != str(line.content):
            line.update(Content(text), layout=line.display)

    @on(Tree.NodeExpanded)
    def _expanded(self, event: Tree.NodeExpanded[_Data]) -> None:
        node = event.node
        data = node.data
        if data is None:
            return
        self._open.add(_key(data))
        if node.children:
            return
        if isinstance(data, SectionResult):
            self._fill_section(node, data)
        elif isinstance(data, EntryResult):
            self._fill_entry(node, data)

    @on(Tree.NodeCollapsed)
    def _collapsed(self, event: Tree.NodeCollapsed[_Data]) -> None:
        if event.node.data is not None:
            self._open.discard(_key(event.node.data))

    def _fill_section(self, node: TreeNode[_Data], section: SectionResult) -> None:
        for entry in section.entries:
            child = node.add(self._entry_label(entry), entry, expand=False)
            if _key(entry) in self._open:
                self._fill_entry(child, entry)
                child.expand()

    def _fill_entry(self, node: TreeNode[_Data], entry: EntryResult) -> None:
        for text in [self._via_label(via) for via in entry.via] + [
            Text().append(f"! {safe(reason)}", self._style("$warning")) for reason in entry.reasons
        ]:
            node.add_leaf(text)
        if not entry.via and not entry.reasons:
            node.add_leaf(Text("no statement speaks of it", self._style("dim")))
        if list(entry.concrete) != [entry.action]:
            for action, verdict in entry.concrete.items():
                node.add_leaf(self._action_label(action, verdict), action)

    def _section_label(self, section: SectionResult) -> Text:
        label = self._glyph(section.verdict)
        # The count first: titles are long, and what does not fit is cut.
        label.append(f" {section.granted}/{section.total}".ljust(_COUNT_WIDTH))
        label.append(safe(section.title), "bold")
        if section.sid != section.title:
            label.append(f"  {safe(section.sid)}", self._style("dim"))
        return label

    def _entry_label(self, entry: EntryResult) -> Text:
        label = self._glyph(entry.verdict)
        label.append(f" {safe(entry.action)}")
        if list(entry.concrete) != [entry.action]:
            label.append(f" {entry.granted}/{entry.total}")
        label.append(f"  {safe(self._describe(entry.action))}", self._style("dim"))
        return label

    def _action_label(self, action: str, verdict: Verdict) -> Text:
        label = self._glyph(verdict)
        label.append(f" {safe(action.partition(':')[2] or action)}")
        label.append(f"  {safe(self._describe(action))}", self._style("dim"))
        return label

    def _via_label(self, via: Via) -> Text:
        colour = "$success" if via.effect == "Allow" else "$error"
        label = Text().append(via.effect, self._style(colour))
        if via.group:
            label.append(f" by group {safe(via.group)}:")
        elif via.kind != "managed":
            label.append(f" {via.kind}:")
        label.append(f" {safe(via.policy.rsplit('/', 1)[-1])}")
        dot = f" {self.glyphs.dot} "
        notes = [safe(words) for words in via.scope]
        notes.append(safe(via.sid) if via.sid else f"statement {via.statement + 1}")
        label.append(dot + dot.join(notes), self._style("dim"))
        return label

    def _glyph(self, verdict: Verdict) -> Text:
        return Text().append(self.glyphs.of(verdict), self._style(self.glyphs.style(verdict)))

    def _style(self, style: str) -> Style:
        """A theme's colour for a tree's label."""
        bold = style.startswith("bold ")
        colour = self.app.theme_variables.get(style.removeprefix("bold ").removeprefix("$"), "")
        if not colour.startswith(("#", "ansi_")):
            return Style(bold=bold, dim=style == "dim")
        return Style(color=colour.removeprefix("ansi_"), bold=bold)


def _sections(result: PrincipalResult | None) -> tuple[SectionResult, ...]:
    return () if result is None else result.sections


def _key(data: SectionResult | EntryResult | str) -> str:
    if isinstance(data, str):
        return data
    return data.sid if isinstance(data, SectionResult) else f"action {data.action}"


def _attached(attached: Attachment) -> str:
    ways = ["attached directly"] if attached.direct else []
    if attached.groups:
        ways.append("by group " + ", ".join(attached.groups))
    return " and ".join(ways) or "not attached"


def _ago(when: datetime) -> str:
    try:
        days = (datetime.now(UTC) - when.astimezone(UTC)).days
    except OverflowError:  # the year 1 in a time zone east of Greenwich
        return f"{when:%Y-%m-%d}"
    if days < 1:
        return f"today ({when:%Y-%m-%d})"
    unit, count = ("day", days) if days < 60 else ("month", days // 30)
    if days >= 730:
        unit, count = "year", days // 365
    return f"{count} {unit}{'s' if count != 1 else ''} ago ({when:%Y-%m-%d})"
