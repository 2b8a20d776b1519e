"""The sections of one principal as a tree, down to the statements that decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple

from rich.style import Style
from rich.text import Text
from textual import on
from textual.binding import Binding, BindingType
from textual.theme import Theme
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from iam.account.attachments import by_group
from iam.arn import Arn
from iam.text import safe
from iam.verdicts.invocation import INVOKES
from iam.verdicts.result import DecidingStatement, EntryResult, PrincipalResult, SectionResult
from iam.verdicts.verdict import Verdict, count_in_words
from widgets.glyphs import Glyphs
from widgets.line_tree import LineTree

_COUNT_WIDTH = len(" 44/44 ")

_Data = SectionResult | EntryResult | str | None
"""What a node stands for: a section, an entry, a concrete action, or a statement (None)."""


class Asked(NamedTuple):
    """What the line under the cursor is about."""

    sid: str
    """Of the section."""
    actions: tuple[str, ...]
    """Concrete actions."""
    title: str


class SectionTree(LineTree[_Data]):
    """The sections; vi keys as well as arrows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False, id="tree.down"),
        Binding("k", "cursor_up", "Up", show=False, id="tree.up"),
        Binding("g", "scroll_home", "Top", show=False, id="tree.top"),
        Binding("G", "scroll_end", "End", show=False, id="tree.end"),
        Binding("enter,space", "toggle_node", "Open", show=False, id="tree.toggle"),
        Binding("l,right", "open", "Open", show=False, id="tree.open"),
        Binding("h,left", "close", "Close", show=False, id="tree.close"),
    ]

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self.glyphs = glyphs
        self.guide_depth = 2
        self._open: set[str] = set()
        """The keys of open nodes, which stay open from one principal to the next."""
        self._describe: Callable[[str], str] = lambda _: ""
        self._sections: tuple[SectionResult, ...] = ()

    def on_mount(self) -> None:
        self.app.theme_changed_signal.subscribe(self, self._draw_in_theme)

    def _draw_in_theme(self, _: Theme) -> None:
        """Make the labels again, which have the colours of the last theme."""
        sections, self._sections = self._sections, ()
        self._show(sections)

    def show(self, result: PrincipalResult | None, describe: Callable[[str], str]) -> None:
        """Show the sections of a principal; nothing while there is no result.

        Args:
            result: Its verdicts.
            describe: Says in a few words what an action does.
        """
        self._describe = describe
        self._show(() if result is None else result.sections)

    def _show(self, sections: tuple[SectionResult, ...]) -> None:
        # Many principals have the same result: then every line stays as it is.
        if sections == self._sections:
            return
        self._sections = sections
        line = self.cursor_line
        self.clear()
        if not sections:
            return
        for section in sections:
            node = self.root.add(self._section_label(section), section, expand=False)
            if section.sid in self._open:
                self._fill_section(node, section)
                node.expand()
        self.cursor_line = min(max(line, 0), max(self.last_line, 0))

    def find(self, text: str, *, after: bool) -> bool:
        """Go to the next line about an action or a policy, in open and closed sections alike.

        Args:
            text: Words that the line, its description or its statements have.
            after: Whether to begin after the line under the cursor, instead of at it.

        Returns:
            Whether there is one.
        """
        words = text.lower().split()
        entries = [
            (section, entry) for section in self.root.children for entry in self._entries(section)
        ]
        if not words or not entries:
            return not words
        at = next((n for n, (_, e) in enumerate(entries) if e is self._cursor_entry()), 0)
        at += after
        for section, entry in (*entries[at:], *entries[:at]):
            if all(word in self._searched(entry) for word in words):
                self._show_entry(section, entry)
                return True
        return False

    def _entries(self, section: TreeNode[_Data]) -> tuple[EntryResult, ...]:
        return _ordered(section.data.entries) if isinstance(section.data, SectionResult) else ()

    def _cursor_entry(self) -> EntryResult | None:
        """The entry that the line under the cursor belongs to."""
        node = self.cursor_node
        while node is not None and not isinstance(node.data, EntryResult):
            node = node.parent
        return node.data if node is not None and isinstance(node.data, EntryResult) else None

    def _searched(self, entry: EntryResult) -> str:
        texts = (entry.action, self._describe(entry.action), *entry.means, *entry.concrete)
        return " ".join(texts).lower()

    def _show_entry(self, section: TreeNode[_Data], entry: EntryResult) -> None:
        assert isinstance(section.data, SectionResult)
        if not section.children:
            self._fill_section(section, section.data)
        section.expand()
        node = next(child for child in section.children if child.data is entry)
        # Once the tree has given the new lines their numbers.
        self.call_after_refresh(self.move_cursor, node)

    @property
    def asked(self) -> Asked | None:
        """The section or the action under the cursor, or that its line belongs to."""
        node, action = self.cursor_node, ""
        while node is not None and not isinstance(node.data, SectionResult):
            if isinstance(node.data, str):
                action = node.data
            elif isinstance(node.data, EntryResult):
                entry = node.data
                actions = (action,) if action else tuple(entry.concrete)
                section = node.parent.data if node.parent is not None else None
                sid = section.sid if isinstance(section, SectionResult) else ""
                return Asked(sid, actions, action or entry.action)
            node = node.parent
        if node is None or not isinstance(node.data, SectionResult):
            return None
        every = tuple(dict.fromkeys(a for entry in node.data.entries for a in entry.concrete))
        return Asked(node.data.sid, every, node.data.title)

    def action_open(self) -> None:
        """Open the node under the cursor."""
        if self.cursor_node is not None and self.cursor_node.allow_expand:
            self.cursor_node.expand()

    def action_close(self) -> None:
        """Close the node under the cursor, or go to its parent."""
        node = self.cursor_node
        if node is not None and node.allow_expand and node.is_expanded:
            node.collapse()
        elif node is not None and node.parent is not None and node.parent is not self.root:
            self.move_cursor(node.parent)

    @property
    def action(self) -> str:
        """The action under the cursor, or the one that its line is about; empty for none."""
        node = self.cursor_node
        while node is not None and node.data is None and node.parent is not None:
            node = node.parent
        if node is not None and isinstance(node.data, EntryResult | str):
            return node.data if isinstance(node.data, str) else node.data.action
        return ""

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
        for entry in _ordered(section.entries):
            child = node.add(self._entry_label(entry), entry, expand=False)
            if _key(entry) in self._open:
                self._fill_entry(child, entry)
                child.expand()

    def _fill_entry(self, node: TreeNode[_Data], entry: EntryResult) -> None:
        for text in [self._via_label(via) for via in entry.via] + [
            Text().append(f"! {safe(reason)}", self._style("$text-warning"))
            for reason in entry.reasons
        ]:
            node.add_leaf(text)
        if not entry.via and not entry.reasons:
            node.add_leaf(Text("no statement mentions it", self._style("dim")))
        if list(entry.concrete) != [entry.action]:
            for action, verdict in entry.concrete.items():
                node.add_leaf(self._action_label(action, verdict), action)

    def _section_label(self, section: SectionResult) -> Text:
        label = self._glyph(section.verdict)
        # The count comes first: titles are long, and what does not fit is cut.
        count = count_in_words(section.verdict, section.granted, section.total)
        label.append(f" {count}".ljust(_COUNT_WIDTH))
        label.append(safe(section.title), "bold")
        if section.sid != section.title:
            label.append(f"  {safe(section.sid)}", self._style("dim"))
        return label

    def _entry_label(self, entry: EntryResult) -> Text:
        label = self._glyph(entry.verdict)
        label.append(f" {safe(entry.action)}")
        if list(entry.concrete) != [entry.action]:
            label.append(f" {count_in_words(entry.verdict, entry.granted, entry.total)}")
        label.append(f"  {safe(self._describe(entry.action))}", self._style("dim"))
        return label

    def _action_label(self, action: str, verdict: Verdict) -> Text:
        label = self._glyph(verdict)
        label.append(f" {safe(action.partition(':')[2] or action)}")
        label.append(f"  {safe(self._describe(action))}", self._style("dim"))
        return label

    def _via_label(self, via: DecidingStatement) -> Text:
        colour = "$verdict-granted" if via.effect == "Allow" else "$verdict-denied"
        label = Text().append(via.effect, self._style(colour))
        if via.group:
            label.append(f" {by_group(safe(via.group))}:")
        elif via.kind == "inline":
            label.append(" inline:")
        label.append(f" {safe(via.origin if via.limits else Arn.parse(via.policy).name)}")
        dot = f" {self.glyphs.dot} "
        notes = [safe(words) for words in (*via.scope, *via.decided)]
        notes.append(safe(via.sid) if via.sid else f"statement {via.statement + 1}")
        label.append(dot + dot.join(notes), self._style("dim"))
        return label

    def _glyph(self, verdict: Verdict) -> Text:
        return Text().append(self.glyphs.of(verdict), self._style(self.glyphs.style(verdict)))

    def _style(self, style: str) -> Style:
        """A colour of the theme, for a label."""
        bold = style.startswith("bold ")
        colour = self.app.theme_variables.get(style.removeprefix("bold ").removeprefix("$"), "")
        if not colour.startswith(("#", "ansi_")):
            return Style(bold=bold, dim=style == "dim")
        return Style(color=colour.removeprefix("ansi_"), bold=bold)


def _ordered(entries: tuple[EntryResult, ...]) -> tuple[EntryResult, ...]:
    """The entries in the order of the statement, those that invoke models first."""
    return tuple(sorted(entries, key=lambda entry: entry.action not in INVOKES))


def _key(data: SectionResult | EntryResult | str) -> str:
    if isinstance(data, str):
        return data
    return data.sid if isinstance(data, SectionResult) else f"action {data.action}"
