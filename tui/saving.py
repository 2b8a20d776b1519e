"""New files in the working folder, or in the one of the configuration, with a message of it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TypeVar

from textual.app import App

from iam.runtime.threads import in_thread
from iam.text import safe
from tui.output_file import write_whole

_Result = TypeVar("_Result")


class SavingApp(App[_Result]):
    """An app whose operator may choose where files are saved."""

    export_folder = Path()


async def save(app: App[_Result], name: str, suffix: str, text: str) -> None:
    """Write a new file; notify its path, or why it could not be written."""
    folder = app.export_folder if isinstance(app, SavingApp) else Path()
    path = folder / f"bedrock-tui-{name}-{datetime.now():%Y%m%d-%H%M%S}.{suffix}"
    try:
        saved = await in_thread(write_whole, path, [text], replace=False)
    except OSError as error:
        why = safe(error.strerror or str(error))
        app.notify(f"Could not save the file: {why}.", severity="error", markup=False)
    else:
        app.notify(f"Saved as {safe(str(saved))}", markup=False)
