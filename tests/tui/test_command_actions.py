"""The commands that are declared, and what they do."""

from __future__ import annotations

from tui.command_actions import ACTIONS
from tui.commands import COMMANDS


def test_every_command_does_something_and_everything_is_a_command() -> None:
    assert [*ACTIONS] == [command.id for command in COMMANDS]
