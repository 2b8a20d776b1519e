"""Asks for an action, maybe on a resource: an input, and below it what matches."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from iam.text import ascii_lower, safe
from tui.dialogs.modal import Modal
from widgets.option_pages import PagedList

ON = " on "
_MOST = 100
"""Suggestions; more take too long to draw with every key."""


class ActionDialog(Modal[str | None]):
    """Asks for a concrete action; the result is its name as spelled in the catalogue.

    Behind ` on ` there may be a resource: see `iam.verdicts.resource_question`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Cancel", id="action.cancel"),
        Binding("down", "choose(1)", "Next", show=False, id="action.down"),
        Binding("up", "choose(-1)", "Previous", show=False, id="action.up"),
    ]

    def __init__(self, partition: str) -> None:
        """Take the partition of the account."""
        super().__init__()
        self._partition = partition

    def compose(self) -> ComposeResult:
        with Vertical(id="action") as box:
            box.border_title = "Who can do this?"
            box.border_subtitle = "↑ ↓ choose   enter ask   esc cancel"
            hint = "a word of an action, or: ACTION on MODEL in REGION"
            field = Input(placeholder=hint, compact=True, id="action-name")
            field.cursor_blink = False  # which would send bytes all the time
            yield field
            actions = PagedList(id="action-list", markup=False, compact=True)
            actions.can_focus = False
            yield actions
            yield Static("", id="action-hint", markup=False)

    def on_mount(self) -> None:
        from iam.policy.action_catalogue import catalogue
        from iam.verdicts.invocation import INVOKES

        self._catalogue = catalogue()

        def rank(id: str) -> tuple[bool, bool, bool, str]:
            """What invokes models comes first, then the other actions of Bedrock."""
            return id not in INVOKES, not id.startswith("bedrock:"), "bedrock" not in id, id

        self._by_rank = sorted((a.id for a in self._catalogue.actions.values()), key=rank)
        self._suggest("")

    @on(Input.Changed)
    def suggest(self, event: Input.Changed) -> None:
        """List the actions that match what was typed."""
        event.stop()
        self._suggest(event.value.lstrip())

    def _suggest(self, typed: str) -> None:
        action, on, resource = typed.partition(ON)
        if on:
            self._suggest_resources(action, resource)
        else:
            self._suggest_actions(typed)

    def _suggest_resources(self, action: str, resource: str) -> None:
        from iam.verdicts.resource_question import suggestions

        exact = self._catalogue.find(action.strip())
        found = suggestions(exact, resource, self._partition) if exact else []
        options = self._options
        options.clear_options()
        options.add_options(found[:_MOST])
        options.highlighted = 0 if found else None
        self._describe()

    def _suggest_actions(self, typed: str) -> None:
        if "*" in typed or "?" in typed:
            matching = {action.id for action in self._catalogue.matching(typed)}
            found = [id for id in self._by_rank if id in matching]
        else:
            word = ascii_lower(typed.strip())
            found = [id for id in self._by_rank if word in ascii_lower(id)]
        exact = self._catalogue.find(typed.strip())
        options = self._options
        options.clear_options()
        options.add_options(found[:_MOST])
        if exact is not None:
            options.highlighted = found.index(exact.id) if exact.id in found[:_MOST] else None
        else:
            options.highlighted = None if typed else 0
        self._describe()

    @property
    def _field(self) -> Input:
        return self.query_one("#action-name", Input)

    @property
    def _options(self) -> OptionList:
        return self.query_one("#action-list", OptionList)

    @property
    def _chosen(self) -> str | None:
        """The action that is highlighted."""
        options = self._options
        if options.highlighted is None:
            return None
        return str(options.get_option_at_index(options.highlighted).prompt)

    @on(OptionList.OptionHighlighted)
    def _describe(self) -> None:
        """Say what the highlighted action does."""
        action = self._catalogue.find((self._chosen or "").partition(ON)[0])
        if action is not None:
            self._say(f"{action.id}: {action.description}")
        elif self._options.option_count:
            self._say("")
        else:
            what = "resource of this action" if ON in self._field.value else "action"
            self._say(f"No {what} matches.", "$text-warning")

    def _say(self, text: str, style: str = "$text-muted") -> None:
        self.query_one("#action-hint", Static).update(Content.styled(text, style))

    def action_choose(self, step: int) -> None:
        """Highlight the next or the previous action."""
        if step > 0:
            self._options.action_cursor_down()
        else:
            self._options.action_cursor_up()

    @on(OptionList.OptionSelected)
    def clicked(self, event: OptionList.OptionSelected) -> None:
        """Take the action that was clicked."""
        event.stop()
        self.dismiss(str(event.option.prompt))

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Take the highlighted action; where there is none, say why and stay open."""
        event.stop()
        if (chosen := self._chosen) is not None:
            self.dismiss(chosen)
        elif self._options.option_count:
            self._say(
                f"{safe(event.value)} is not an action; choose one above with ↓.", "$text-warning"
            )
        else:
            self._say(f"There is no action {safe(event.value)}.", "$text-warning")
