"""Asks from which region models are to be invoked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.dialogs.choose import ChooseDialog
from widgets.choice_list import Choice
from widgets.glyphs import Glyphs

if TYPE_CHECKING:
    from textual.app import App

    from tui.session.session import Session


async def ask_for_region(
    app: App[object], session: Session, glyphs: Glyphs, current: str
) -> str | None:
    """Ask from which region models are to be invoked.

    Args:
        app: Where the dialog is pushed.
        session: Knows the partition.
        glyphs: The signs of this terminal.
        current: The region of before, which comes first; empty if there is none.

    Returns:
        The region; None if the operator has chosen none.
    """
    regions = await session.models.regions()
    names = [current] * bool(current) + [name for name in regions if name != current]
    choices = [Choice(name, (name,), name == current) for name in names]
    title = "Models from which region?"
    titles = ("regions with Amazon Bedrock",)
    dialog = ChooseDialog(title, choices, titles, glyphs, free="the name of a region")
    return await app.push_screen_wait(dialog)
