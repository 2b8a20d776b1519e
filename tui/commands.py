"""Every command of the main screen, declared once: its keys, name, help, and where it is shown.

The bindings, the footer, the help screen and the command palette are made from this list, and a
test compares the README's table with it. `tui/command_actions.py` says what each of them does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from textual.binding import Binding, BindingType


class Command(NamedTuple):
    """One thing the operator can do."""

    id: str
    """The binding's ID, for a keymap, and the parameter of the screen's action `command`."""
    keys: str
    """As Textual names them, separated by commas."""
    name: str
    """For the command palette and the help."""
    help: str
    group: str
    """The heading in the help."""
    footer: str = ""
    """The word in the footer; empty to leave it out there."""
    display: str | None = None
    """How the key is shown, where Textual's name for it is long."""
    writes: bool = False
    """Hidden where the session cannot change anything."""
    palette: bool = True
    priority: bool = False
    """Handled before the next key is read, where that key belongs to another widget."""

    @property
    def shown(self) -> str:
        """The key, for people."""
        return self.display or self.keys

    def binding(self) -> Binding:
        """The command as a Textual binding."""
        return Binding(
            self.keys,
            f"command({self.id!r})",
            self.footer or self.name,
            show=bool(self.footer),
            key_display=self.display,
            tooltip=self.help,
            priority=self.priority,
            id=self.id,
        )


_MOVE, _LOOK, _CHANGE, _APP = "Move", "Look", "Change", "App"

COMMANDS: tuple[Command, ...] = (
    Command("open_details", "enter", "Open details", "Open the details.", _LOOK, "details"),
    Command(
        "close_layer", "escape", "Back", "Go back one step.",
        _LOOK, display="esc", palette=False,
    ),
    Command("switch_pane", "tab", "Other pane", "Switch to the other pane.", _LOOK, palette=False),
    Command(
        "filter", "slash", "Filter", "Filter by words and by terms such as invoke:yes.",
        _LOOK, "filter", "/", priority=True,
    ),
    Command(
        "profile", "p", "Profile", "Read the account of another AWS profile.", _LOOK, "profile"
    ),
    Command("region", "R", "Region", "Connect in another region.", _LOOK),
    Command(
        "choose_policy", "o", "Managed policy", "Choose the policy to audit and attach.", _LOOK
    ),
    Command("show_all", "1", "Users and roles", "Show users and roles.", _LOOK),
    Command("show_users", "2", "Users", "Show users only.", _LOOK),
    Command("show_roles", "3", "Roles", "Show roles only.", _LOOK),
    Command("show_groups", "4", "Groups", "Show groups and what each grants.", _LOOK),
    Command(
        "can_invoke", "i", "Can invoke", "Show who can invoke models.", _LOOK, "invoke"
    ),
    Command(
        "other_policy", "h", "By another policy",
        "Show who can invoke models through a non-Bedrock policy.", _LOOK,
    ),
    Command(
        "blocked", "b", "Hold it but cannot",
        "Show who holds the policy and cannot invoke models.", _LOOK,
    ),
    Command(
        "invoke_unknown", "I", "Invocation unknown",
        "Show of whom it is unknown whether they can.", _LOOK,
    ),
    Command(
        "cycle_verdict", "f", "Filter by verdict", "Cycle the verdict filter.",
        _LOOK, "verdict",
    ),
    Command(
        "who_can", "w", "Who can …", "Show who can do an action, and through what.", _LOOK, "who"
    ),
    Command(
        "models", "m", "Models and routes",
        "Show which models this one, or who of the marked ones, can invoke.", _LOOK,
    ),
    Command(
        "simulate", "x", "Ask AWS's simulator",
        "Ask AWS about this one; show where it differs.", _LOOK,
    ),
    Command("not_read", "n", "Not read", "List what could not be read.", _LOOK),
    Command(
        "policy", "v", "Policy and its versions",
        "Show the policy and what its versions changed.", _LOOK,
    ),
    Command(
        "organization", "O", "Organization",
        "Show what the organization takes away, level by level.", _LOOK,
    ),
    Command(
        "api_keys", "K", "API keys", "Show the Bedrock API keys, and change them.", _LOOK
    ),
    Command(
        "last_use", "L", "Last use",
        "Ask AWS when Bedrock was last used; again: stop asking.", _LOOK,
    ),
    Command("sort", "s", "Sort", "Sort by the next column.", _LOOK),
    Command("sort_reverse", "S", "Reverse the order", "Sort the other way round.", _LOOK),
    Command(
        "export", "e", "Export what is shown",
        "Write what is shown, or the marked, to a file.", _LOOK,
    ),
    Command("copy_arn", "y", "Copy ARN", "Copy the ARN through the terminal (OSC 52).", _LOOK),
    Command(
        "attach", "a", "Attach", "Attach the policy to the marked, or to this one.",
        _CHANGE, "attach", writes=True,
    ),
    Command(
        "detach", "d", "Detach", "Detach the policy from the marked, or this one.",
        _CHANGE, "detach", writes=True,
    ),
    Command(
        "undo", "u", "Undo",
        "Undo the last changes, all or of the marked.", _CHANGE, writes=True,
    ),
    Command("redo", "U", "Redo", "Redo what was undone last.", _CHANGE, writes=True),
    Command("history", "H", "History", "Show earlier changes; undo any of them.", _CHANGE),
    Command("reload", "r", "Reload", "Read the account again.", _APP),
    Command("redraw", "ctrl+l", "Redraw", "Redraw the screen.", _APP),
    Command("suspend", "ctrl+z", "Suspend", "Go to the shell; fg comes back.", _APP),
    Command("help", "question_mark", "Help", "Show keys and verdicts.", _APP, "help", "?"),
    Command("quit", "q", "Quit", "Quit.", _APP, "quit"),
)  # fmt: skip

KEY_BAR: tuple[tuple[str, ...], ...] = (
    ("help", "quit"),
    ("attach", "detach"),
    ("filter",),
    ("table.mark",),
    ("can_invoke",),
    ("who_can",),
    ("cycle_verdict",),
)
"""IDs of what the key bar leaves out last, see `KeyBar`."""

MOVEMENT: tuple[tuple[str, str], ...] = (
    ("j k ↓ ↑", "one row down, up"),
    ("PageDown PageUp", "one page down, up"),
    ("g G", "first row, last row"),
    ("space", "mark or unmark the principal"),
    ("*", "mark or unmark all that is shown"),
    ("→ ← l h", "open, close a section of the details"),
    ("tab", "filter: complete a term, or its next value"),
    ("[ ] { }", "policy: choose the versions to compare"),
    ("ctrl+p", "every command by name"),
)
"""Keys that belong to the widgets, for the help screen and the README."""


def bindings() -> list[BindingType]:
    """The bindings of the main screen, those among them that say why a command cannot be used."""
    return [
        *(command.binding() for command in COMMANDS),
        # Where a command cannot be used, its key says why.
        *(
            Binding(command.keys, "why_not", show=False, id=f"{command.id}.why_not")
            for command in COMMANDS
            if command.writes
        ),
        # Where there is no profile to choose, the footer does not offer it, and the key says why.
        Binding("p", "why_no_profile", show=False, id="profile.why_not"),
    ]


def with_keymap(keymap: Mapping[str, str]) -> tuple[Command, ...]:
    """The commands with the keys that the operator has chosen for some of them."""
    return tuple(
        command._replace(keys=keymap[command.id], display=None) if command.id in keymap else command
        for command in COMMANDS
    )


def bindings_map(keymap: Mapping[str, str]) -> dict[str, str]:
    """The keymap for Textual: the same command has a binding of its own where it says why not."""
    return {**keymap, **{f"{id}.why_not": keys for id, keys in keymap.items()}}


def by_id(id: str) -> Command | None:
    """The command of this ID, if it is one of ours."""
    return next((command for command in COMMANDS if command.id == id), None)
