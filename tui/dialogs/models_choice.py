"""Asks from which region models are to be invoked, and which one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from iam.runtime.threads import in_thread
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


async def ask_for_model(
    app: App[object], session: Session, glyphs: Glyphs, region: str, current: str
) -> str | None:
    """Ask which model is to be invoked.

    Args:
        app: Where the dialog is pushed.
        session: Knows the models, as far as AWS has been asked for them.
        glyphs: The signs of this terminal.
        region: The region from which it is invoked.
        current: The ID of the model of before; empty if there is none.

    Returns:
        The ID of a model, or what was typed instead; None if the operator has chosen none.
    """
    models = await in_thread(session.models.known, region)
    choices = [
        Choice(model.id, (model.name, model.provider, model.id), model.id == current)
        for model in models.models
    ]
    titles = ("model", "provider", "ID")
    title = f"Who can invoke which model from {region}?"
    dialog = ChooseDialog(title, choices, titles, glyphs, free="an ID")
    return await app.push_screen_wait(dialog)
