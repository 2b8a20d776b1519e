"""What each command of the main screen does, by its ID.

`tui/commands.py` declares the commands: their keys, their names, and where they are shown.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from iam.text import safe
from iam.verdicts.answers import ANSWER_FILTERS

if TYPE_CHECKING:
    from tui.controllers.assembly import Controllers

Action = Callable[["Controllers"], Awaitable[object] | None]
"""Does what a command says; what it returns is awaited."""


def _close_layer(on: Controllers) -> None:
    """Go back one step, the innermost first; never leave the app."""
    view = on.view
    view.app.clear_notifications()
    if view.details.has_focus_within:
        view.close_details()
    elif on.filtering.text:
        on.filtering.take_back()
    elif view.table.marked:
        view.table.unmark(view.table.marked)
        view.toast("Marks cleared.")
    elif on.last_use.asking:
        on.last_use.cancel()
    elif on.evaluation.asked:
        on.who_can.ask(None)


def _switch_pane(on: Controllers) -> None:
    if on.view.details.has_focus_within:
        on.view.close_details()
    else:
        on.view.open_details()


def _filter(on: Controllers) -> None:
    """Open the filter; in the details, the search."""
    if on.view.details.has_focus_within:
        on.view.details.search()
    else:
        on.filtering.opened()
        on.view.open_filter()


def _policy(on: Controllers) -> None:
    view = on.view
    if not view.loaded:
        view.toast("The account is still being read; wait until it is complete.")
        return
    from tui.dialogs.policy_versions import PolicyScreen

    view.app.push_screen(PolicyScreen(view.session, view.glyphs))


def _not_read(on: Controllers) -> None:
    """List what could not be read or understood."""
    unread = on.evaluation.unread
    if not unread:
        on.view.toast("Everything was read.")
        return
    from iam.account.unread import unread_in_words
    from tui.dialogs.text import TextScreen

    lines = unread_in_words(unread)
    on.view.app.push_screen(TextScreen(f"Not read: {len(unread)}", lines, "not-read"))


def _copy_arn(on: Controllers) -> None:
    if row := on.view.table.cursor_row:
        on.view.app.copy_to_clipboard(safe(row.arn))
        on.view.toast(f"Sent to the terminal's clipboard: {row.arn}")


def _reload(on: Controllers) -> None:
    from tui.controllers.notices import BUSY

    if on.view.changing:
        on.view.toast(BUSY)
    else:
        on.choices.give_up()
        on.load.begin()


def _help(on: Controllers) -> None:
    from tui.commands import with_keymap
    from tui.dialogs.help import HelpScreen

    view = on.view
    commands = with_keymap(view.keymap)
    view.app.push_screen(HelpScreen(view.glyphs, view.session.launch.writable, commands))


def _quit(on: Controllers) -> None:
    """Quit; while a change is under way, only when asked twice."""
    if not on.view.may_leave:
        on.view.may_leave = True
        on.view.toast("A change is under way; press q again to quit without waiting.")
    else:
        on.view.app.exit(0)


ACTIONS: Mapping[str, Action] = {
    "open_details": lambda on: on.view.open_details(),
    "close_layer": _close_layer,
    "switch_pane": _switch_pane,
    "filter": _filter,
    "profile": lambda on: on.choices.choose_profile(),
    "region": lambda on: on.choices.choose_region(),
    "choose_policy": lambda on: on.choices.choose_policy(),
    "show_all": lambda on: on.view.table.show(kind="all"),
    "show_users": lambda on: on.view.table.show(kind="users"),
    "show_roles": lambda on: on.view.table.show(kind="roles"),
    "show_groups": lambda on: on.view.table.show(kind="groups"),
    # These show everybody again where they are shown already.
    "can_invoke": lambda on: on.filtering.toggle(ANSWER_FILTERS["invoke"]),
    "other_policy": lambda on: on.filtering.toggle(ANSWER_FILTERS["other"]),
    "blocked": lambda on: on.filtering.toggle(ANSWER_FILTERS["blocked"]),
    "invoke_unknown": lambda on: on.filtering.toggle(ANSWER_FILTERS["unknown"]),
    "cycle_verdict": lambda on: on.filtering.next_verdict(),
    "who_can": lambda on: on.who_can.begin(),
    "models": lambda on: on.models.begin(),
    "simulate": lambda on: on.simulation.ask(),
    "not_read": _not_read,
    "policy": _policy,
    "organization": lambda on: on.organization.show(),
    "api_keys": lambda on: on.api_keys.show(),
    "last_use": lambda on: on.last_use.begin(in_details=on.view.details.has_focus_within),
    "sort": lambda on: on.view.table.sort_by_next(),
    "sort_reverse": lambda on: on.view.table.show(reverse=not on.view.table.view.reverse),
    "export": lambda on: on.export.begin(),
    "copy_arn": _copy_arn,
    # All of them after a review.
    "attach": lambda on: on.change.begin("attach"),
    "detach": lambda on: on.change.begin("detach"),
    "undo": lambda on: on.change.begin_undo(),
    "redo": lambda on: on.change.begin_redo(),
    "history": lambda on: on.change.open_history(),
    "reload": _reload,
    "redraw": lambda on: on.view.app.run_action("redraw"),
    "suspend": lambda on: on.view.app.run_action("suspend_process"),
    "help": _help,
    "quit": _quit,
}
"""One for each command."""
