"""The Bedrock API keys of the account: a list to sort, filter and export, and to change keys in."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import OptionList, Static

from iam.ages import age
from iam.arn import Arn
from iam.text import safe
from tui.dialogs.modal import Modal
from tui.saving import save
from widgets.filter_bar import FilterBar
from widgets.glyphs import Glyphs
from widgets.key_bar import KeyBar
from widgets.key_list import KeyList, summary
from widgets.key_words import expiry

if TYPE_CHECKING:
    from iam.changes.journal import KeyOp
    from iam.reports.key_report import KeyReport
    from iam.verdicts.api_key_use import KeyUse

_KEY_BAR = (("keys.close",), ("keys.deactivate", "keys.activate"), ("keys.delete",))
"""What the key bar leaves out last."""


class Wanted(NamedTuple):
    """What the operator wants to do with a key."""

    op: KeyOp | Literal["owner", "undo"]
    """`owner` goes to the owner of the key, `undo` undoes the last change of the account."""
    use: KeyUse


class ApiKeysScreen(Modal[Wanted | None]):
    """Shows the keys; the result is what to do with one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter", key_display="/", priority=True, id="keys.filter"),
        Binding("s", "sort", "sort", tooltip="Sort by the next column", id="keys.sort"),
        Binding(
            "d", "change('deactivate-key')", "deactivate", tooltip="Switch it off",
            id="keys.deactivate",
        ),
        Binding(
            "a", "change('activate-key')", "activate", tooltip="Switch it on", id="keys.activate"
        ),
        Binding(
            "D", "change('delete-key')", "delete", tooltip="Delete it for good", id="keys.delete"
        ),
        Binding("u", "undo", "Undo", show=False, id="keys.undo"),
        Binding("e", "export", "export", tooltip="Save as a CSV file", id="keys.export"),
        Binding("escape,q", "close", "close", key_display="esc", id="keys.close"),
        # Priority: the list itself has another use of it, for clicks.
        Binding(
            "enter", "owner", "owner", priority=True, tooltip="Go to its owner", id="keys.owner"
        ),
    ]  # fmt: skip

    def __init__(
        self,
        report: KeyReport,
        chosen: str,
        glyphs: Glyphs,
        *,
        changeable: bool,
        in_doubt: Collection[str] = (),
    ) -> None:
        """Take what is shown.

        Args:
            report: The keys.
            chosen: The ID of the key under the cursor; empty for the first one.
            glyphs: The signs of this terminal.
            changeable: Whether changes can be planned in this session.
            in_doubt: The IDs of keys whose last change AWS has not confirmed.
        """
        super().__init__()
        self.report = report
        self.glyphs = glyphs
        self.changeable = changeable
        self.list = KeyList(report.uses, report.generated_at, glyphs, in_doubt)
        self._chosen = chosen

    def compose(self) -> ComposeResult:
        with Vertical(id="keys") as box:
            complete = self.report.account.api_keys.complete
            counts = summary(self.report.uses, complete=complete)
            box.border_title = Content(f"Bedrock API keys: {counts}")
            yield Static("", id="keys-none", markup=False)
            yield Static("", id="keys-head", markup=False)
            yield self.list
            yield Static("", id="keys-line", markup=False)
            yield FilterBar("words of an owner, a key, a state or a policy")
            yield KeyBar(_KEY_BAR)

    def on_mount(self) -> None:
        none = self.query_one("#keys-none", Static)
        none.update(Content.styled(safe(self._gaps), "$text-warning"))
        none.display = bool(self._gaps)
        self.list.focus()
        self.call_after_refresh(self._first)

    def _first(self) -> None:
        self.list.narrow("")
        self.list.go_to(self._chosen)
        self._describe()

    def on_resize(self) -> None:
        super().on_resize()
        self.call_after_refresh(self._describe)

    @property
    def _gaps(self) -> str:
        """Why there may be more keys, or that there are none."""
        keys = self.report.account.api_keys
        if keys.status == "unasked":
            return "This file does not hold the account's API keys. `bedrock-tui save` keeps them."
        if not keys.complete:
            reasons = "; ".join(f"{u.what}: {u.message}" for u in keys.unread)
            return f"Not all could be read: {reasons}"
        return "" if keys.keys else "No user of this account has a Bedrock API key."

    @on(OptionList.OptionHighlighted)
    def _describe(self) -> None:
        """Show all of the key under the cursor, and the titles."""
        head = self.query_one("#keys-head", Static)
        head.display = bool(self.report.uses)
        head.update(self.list.header)
        line = self.query_one("#keys-line", Static)
        use = self.list.chosen_use
        line.display = bool(self.report.uses)
        if use is None:
            line.update("nothing matches")
        else:
            in_doubt = use.key.id in self.list.in_doubt
            line.update(_described(use, self.report.generated_at, in_doubt=in_doubt))
        self.refresh_bindings()

    @on(OptionList.OptionSelected)
    def clicked(self, event: OptionList.OptionSelected) -> None:
        """A click puts the cursor on a key; Enter goes to its owner."""
        event.stop()

    @on(FilterBar.Changed)
    def filter_changed(self, event: FilterBar.Changed) -> None:
        """Show what matches, as one types."""
        self.list.narrow(event.text)
        self._describe()

    @on(FilterBar.Closed)
    def filter_closed(self) -> None:
        """Give the keys back to the list."""
        self.set_focus(self.list)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Hide the keys that do nothing now or in this session."""
        if action == "filter":
            return not self.query_one(FilterBar).has_focus_within
        if action == "owner" and self.query_one(FilterBar).has_focus_within:
            return False
        if action in ("sort", "export", "owner"):
            return bool(self.report.uses)
        if action == "undo":
            return self.changeable and bool(self.report.uses)
        if action != "change":
            return True
        use = self.list.chosen_use if self.list.option_count else None
        if use is None or not self.changeable:
            return False
        wanted = {"deactivate-key": "Active", "activate-key": "Inactive"}
        return all(use.state == wanted.get(str(op), use.state) for op in parameters)

    def action_filter(self) -> None:
        """Open the filter."""
        self.query_one(FilterBar).open()

    def action_sort(self) -> None:
        """Sort by the next column, and say by which."""
        self.list.sort_by_next()
        self.query_one("#keys").border_subtitle = f"sorted by {self.list.sort}"

    def action_change(self, op: KeyOp) -> None:
        """Ask to change the key under the cursor."""
        if (use := self.list.chosen_use) is not None:
            self.dismiss(Wanted(op, use))

    def action_undo(self) -> None:
        """Ask to undo the last change of the account, as messages promise."""
        if (use := self.list.chosen_use) is not None:
            self.dismiss(Wanted("undo", use))

    def action_owner(self) -> None:
        """Go to the owner of the key under the cursor."""
        use = self.list.chosen_use
        if use is not None and use.owner is not None:
            self.dismiss(Wanted("owner", use))
        elif use is not None:
            self.notify("Its owner was not read.", markup=False)

    async def action_close(self) -> None:
        """Close the filter, or the screen if there is none."""
        if self.query_one(FilterBar).text:
            await self.query_one(FilterBar).action_clear()
        else:
            self.dismiss(None)

    async def action_export(self) -> None:
        """Save what is shown as a new file in the working directory."""
        await save(self.app, "api-keys", "csv", self.report.with_only(self.list.shown))


def _described(use: KeyUse, now: datetime, *, in_doubt: bool) -> Content:
    """A key in a few lines; where there is no room for all, the last ones are left out."""
    key = use.key
    owner = Arn.parse(use.owner.arn).resource if use.owner else f"{key.user}, who was not read"
    created = "created at an unknown time"
    if key.created is not None:
        created = f"created {age(key.created, now)} ago ({key.created:%Y-%m-%d})"
    expires = "never expires" if key.expires is None else f"expires {key.expires:%Y-%m-%d}"
    if key.expires is not None:
        expires = f"{expires} ({expiry(use, now)})"
    lines = [
        (f"{key.name}  {key.id}", "bold"),
        (_works(use), ""),
        (_invoking(use), ""),
        (f"of {owner}", ""),
        (f"{created}, {expires}, {use.state.lower()}", "dim"),
    ]
    if in_doubt:
        lines.insert(1, ("AWS has not confirmed its last change", "$text-warning"))
    return Content("\n").join([Content.styled(safe(text), style) for text, style in lines])


def _works(use: KeyUse) -> str:
    """Whether a key works, as a sentence."""
    verdict, _, rest = use.words.partition(": ")
    because = f" ({'; '.join(use.reasons)})" if use.reasons else ""
    match verdict:
        case "no":
            return f"does not work: {rest}{because}"
        case "unknown":
            return f"not known whether it works: {rest}{because}"
        case "invokes nothing":
            return f"is accepted, but {use.words}{because}"
    return f"works{use.words.removeprefix('yes')}{because}"


def _invoking(use: KeyUse) -> str:
    if use.invocation is None:
        return "what its owner may invoke is not known"
    if use.owner_may_nothing:
        return f"its owner may invoke no model: {use.invocation.words}"
    by = f", by {', '.join(use.invocation.by)}" if use.invocation.by else ""
    return f"its owner may invoke: {use.invocation.words}{by}"
