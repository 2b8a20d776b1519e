"""The details of one principal: facts, then its sections as a tree down to the statements."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from iam.ages import age
from iam.arn import Arn
from iam.runtime.threads import in_thread
from iam.text import safe
from widgets.glyphs import Glyphs
from widgets.key_words import key_in_short
from widgets.wrapping import broken

if TYPE_CHECKING:
    from textual.widgets import Tree
    from textual.widgets.tree import TreeNode

    from iam.account.last_use import UseAsked
    from iam.account.model import Entity
    from iam.verdicts.api_key_use import KeyUse
    from iam.verdicts.result import PrincipalResult
    from widgets.section_tree import SectionTree
    from widgets.tree_search import TreeSearch

_FACT_WIDTH = 10
NO_ORGANIZATION = "Not evaluated: SCPs, RCPs, session and resource policies"
"""What is left out of verdicts as long as the organization was not read."""


class PrincipalDetails(Vertical):
    """Shows one principal; open sections stay open from one principal to the next."""

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
        & #not-evaluated { height: auto; padding: 0 1; color: $text-muted; }
    }
    """

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self.border_title = "Details"
        self.glyphs = glyphs
        self._members: tuple[str, ...] = ()
        self._members_certain = True
        self._use_asked: UseAsked | None = None
        self._keys: tuple[KeyUse, ...] | None = ()
        self._describe: Callable[[str], str] = lambda _: ""
        self._shown: tuple[Entity, PrincipalResult | None] | None = None
        self._fact_lines = -1
        self._tree: SectionTree | None = None
        """None until the widgets are mounted: after the first frame, which shows no principal."""
        self._search: TreeSearch | None = None
        self._wants_keys = False
        self._left_out = NO_ORGANIZATION
        """What verdicts do not take into account, in words."""

    def on_mount(self) -> None:
        self.call_after_refresh(self._furnish)

    async def _furnish(self) -> None:
        # In steps, so that no key waits for all of it.
        await in_thread(import_module, "widgets.section_tree")
        from widgets.section_tree import SectionTree
        from widgets.tree_search import TreeSearch

        search = TreeSearch()
        await self.mount(
            Static("", id="facts", markup=False),
            Static("", id="line", markup=False),
            search,
            Static(self._left_out, id="not-evaluated", markup=False),
        )
        tree = SectionTree(self.glyphs)
        await self.mount(tree, after="#facts")
        if not self.is_attached:
            return  # the screen has been left meanwhile
        self._tree, self._search = tree, search
        if self._shown is not None:
            self._draw_facts()
            self._fill()
        if self._wants_keys:
            tree.focus()

    @property
    def sections(self) -> SectionTree:
        """The sections."""
        assert self._tree is not None, "before the first frame"
        return self._tree

    def focus_tree(self) -> None:
        """Take the keys."""
        self._wants_keys = True
        if self._tree is not None:
            self._tree.focus()

    def search(self) -> None:
        """Open the search in the tree."""
        if self._search is not None:
            self._search.open()

    def on_tree_search_searched(self, event: TreeSearch.Searched) -> None:
        event.stop()
        if self._search is not None:
            found = self.sections.find(event.text, after=event.next)
            self._search.say("" if found else "no match")

    def on_tree_search_closed(self, event: TreeSearch.Closed) -> None:
        event.stop()
        self.focus_tree()

    def show_left_out(self, text: str) -> None:
        """Say what verdicts do not take into account."""
        self._left_out = text
        if self._tree is not None:
            self.query_one("#not-evaluated", Static).update(text)

    def clear(self) -> None:
        """Show no principal."""
        if self._shown is None and self._fact_lines < 0:
            return  # empty already, as while the first rows arrive
        self._shown = None
        self.border_title = "Details"
        self._fact_lines = -1
        if self._tree is not None:
            self.query_one("#facts", Static).update("")
            self._fill()

    def show_principal(
        self,
        principal: Entity,
        result: PrincipalResult | None,
        describe: Callable[[str], str],
        members: tuple[str, ...] = (),
        *,
        members_certain: bool = True,
        use_asked: UseAsked | None = None,
        keys: tuple[KeyUse, ...] | None = (),
    ) -> None:
        """Show a user, a role or a group.

        Args:
            principal: Who.
            result: Its verdicts; None while it is being evaluated.
            describe: Says in a few words what an action does.
            members: The names of the members of a group.
            members_certain: Whether there can be no more.
            use_asked: What AWS was asked of when Bedrock was last used; None if nothing.
            keys: Its API keys; None if it is not known whether it has any.
        """
        self._use_asked = use_asked
        self._keys = keys
        self._members_certain = members_certain
        self._describe, self._members = describe, members
        self.border_title = Content(safe(principal.name))  # a string would be read as markup
        self._shown = (principal, result)
        if self._tree is not None:
            self._draw_facts()
            self._fill()

    def _fill(self) -> None:
        result = self._shown[1] if self._shown else None
        self.sections.show(result, self._describe)
        self._show_line(self.sections.cursor_node)

    def on_resize(self) -> None:
        if self._tree is not None:
            self._draw_facts()
            self.call_after_refresh(lambda: self._show_line(self.sections.cursor_node))

    def _draw_facts(self) -> None:
        if self._shown is not None:
            facts = self._facts(*self._shown)
            lines = facts.plain.count("\n")
            self.query_one("#facts", Static).update(facts, layout=lines != self._fact_lines)
            self._fact_lines = lines

    # Facts

    def _facts(self, principal: Entity, result: PrincipalResult | None) -> Content:
        # Imported by now, since there is somebody to show.
        from iam.account.attachments import unread_parts
        from iam.account.last_use import use_in_lines
        from iam.account.model import UNREAD_BOUNDARY

        room = max(20, self.content_size.width - 2 - _FACT_WIDTH)
        arn, *more = broken(safe(principal.arn), room)
        facts = [("ARN", arn), *(("", line) for line in more)]
        if principal.path != "/":
            facts.append(("Path", principal.path))
        if principal.type == "group":
            facts.append(("Members", _names(self._members, self._members_certain) or "none"))
        if groups := _names(principal.groups, not unread_parts(principal).groups):
            facts.append(("Groups", groups))
        if result is not None:
            facts.append(("Policy", result.attached.in_words))
        if principal.boundary:
            boundary = Arn.parse(principal.boundary).name
            facts.append(("Boundary", "unknown" if boundary == UNREAD_BOUNDARY else boundary))
        if principal.type == "role":
            used = principal.last_used
            none = "no use on record" if principal.use_read else "not read"
            facts.append(("Last used", _ago(used) if used else none))
        if self._use_asked and principal.type != "group":
            said = use_in_lines(principal.arn, principal.bedrock_use, self._use_asked)
            lines = [part for line in said for part in broken(safe(line), room)]
            facts += [("" if number else "Used", line) for number, line in enumerate(lines)]
        if principal.created:
            facts.append(("Created", _ago(principal.created)))
        if principal.type != "group" and principal.tags != ():
            facts.append(("Tags", _listed(principal.tags)))
        answer = [] if result is None else self._answer(result, room)
        answer += [] if principal.type == "group" else self._key_lines(room)
        return Content("\n").join(
            [*answer, *[_fact(name, Content(safe(value))) for name, value in facts]]
        )

    def _answer(self, result: PrincipalResult, room: int) -> list[Content]:
        """Whether it can invoke models, how far, and by which policies, in lines."""
        answer = result.invocation
        if answer is None:
            return []
        style = self.glyphs.style(answer.verdict)
        facts = [("Invoke", f"{self.glyphs.of(answer.verdict)} {answer.words}", style)]
        facts += [("" if n else "By", policy, "") for n, policy in enumerate(answer.by)]
        if result.other_policies is None:
            facts.append(("Other", "not known whether by another policy", ""))
        elif result.other_policies:
            others = ", ".join(result.other_policies)
            facts.append(("Other", f"{others}: not specific to Bedrock", ""))
        return [
            _fact("" if number else name, Content.styled(line, style))
            for name, text, style in facts
            for number, line in enumerate(broken(safe(text), room))
        ]

    def _key_lines(self, room: int) -> list[Content]:
        """The API keys: of which kind, until when, and whether they work."""
        if self._keys is None:
            return [_fact("Keys", Content("not read"))]
        now = datetime.now(UTC)
        return [
            _fact("" if number or line else "Keys", Content(text))
            for number, use in enumerate(self._keys)
            for line, text in enumerate(broken(safe(key_in_short(use, now)), room))
        ]

    # The line under the cursor

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[Any]) -> None:
        self._show_line(event.node)

    def _show_line(self, node: TreeNode[Any] | None) -> None:
        """Show the whole line under the cursor if the tree has cut it."""
        line = self.query_one("#line", Static)
        text, cut = self.sections.text_of(node)
        line.set_class(cut, "-cut")
        if text != str(line.content):
            line.update(Content(text), layout=line.display)


def _fact(name: str, value: Content) -> Content:
    return Content.assemble((name.ljust(_FACT_WIDTH), "dim"), value)


def _names(names: tuple[str, ...], certain: bool) -> str:
    """Names in a list, which ends with `others unknown` where not all could be read."""
    if certain:
        return ", ".join(names)
    return ", ".join([*names, "others unknown"]) if names else "unknown"


def _ago(when: datetime) -> str:
    return f"{age(when)} ago ({when:%Y-%m-%d})"


def _listed(tags: tuple[tuple[str, str], ...] | None) -> str:
    return "not read" if tags is None else ", ".join(f"{key}={value}" for key, value in tags)
