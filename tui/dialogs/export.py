"""Asks for the format and the name of an exported file, and shows how far writing it has come."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import ClassVar, NamedTuple

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from iam.runtime.threads import in_thread
from iam.text import safe
from tui.dialogs.export_formats import (
    EXPORT_FORMATS,
    PICTURE,
    Format,
    format_of_ending,
    line_of,
)
from tui.dialogs.modal import Modal
from tui.output_file import check_target, typed_path
from tui.session.export import Exported, Stopped, Work
from widgets.option_pages import PagedList
from widgets.wrapping import broken

_KEYS = "↑ ↓ format  tab name  enter save  esc cancel"
_WHILE_ASKING = "y replace  esc back"
_WHILE_WORKING = "esc stop"
_USUAL_WIDTH = 74
"""Until the width is known."""


class Wanted(NamedTuple):
    """What the operator wants to be written."""

    form: str
    path: Path
    replace: bool
    """Whether the file may be there already."""


class ExportError(Exception):
    """Why there is no file, in one sentence."""


Write = Callable[[Wanted, Work], Awaitable[Exported]]
"""Writes a report; raises `ExportError`, `FileExistsError`, or `Stopped`."""


class ExportDialog(Modal["Exported | Wanted | None"]):
    """Writes a report; of a picture, which must not show this dialog, the result is the wish."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Cancel", id="export.cancel"),
        Binding("enter", "export", "Export", id="export.export"),
        Binding("down", "move(1)", "Next", show=False, id="export.down"),
        Binding("up", "move(-1)", "Previous", show=False, id="export.up"),
        Binding("tab,shift+tab", "switch", "Name", show=False, id="export.name"),
        Binding("y", "replace", "Replace", show=False, id="export.replace"),
        *(
            Binding(each.key, f"choose({at})", each.name, show=False, id=f"export.{each.name}")
            for at, each in enumerate(EXPORT_FORMATS)
        ),
    ]
    AUTO_FOCUS = ""

    def __init__(self, summary: str, no_report: str, stem: str, write: Write) -> None:
        """Take what can be exported.

        Args:
            summary: What it is: `12 principals shown`.
            no_report: Why there can only be a picture, in one sentence; empty if reports can be
                written.
            stem: The proposed name, without its ending.
            write: Writes a report.
        """
        super().__init__()
        self.summary = summary
        self.no_report = no_report
        self.stem = stem
        self.write = write
        self._asking = False
        """Whether the question is on the screen if a file is to be replaced."""
        self._said = ("", "")
        """The text below the name, and its style."""
        self._work: Work | None = None
        self._result: Exported | Wanted | None = None

    def compose(self) -> ComposeResult:
        first = EXPORT_FORMATS[-1 if self.no_report else 0]
        with Vertical(id="export"):
            yield Static(safe(self.summary), id="export-summary", markup=False)
            formats = PagedList(
                *map(line_of, EXPORT_FORMATS), id="export-formats", markup=False, compact=True
            )
            formats.can_focus = False
            formats.highlighted = EXPORT_FORMATS.index(first)
            yield formats
            field = Input(
                f"{self.stem}{first.suffix}", compact=True, select_on_focus=False, id="export-name"
            )
            field.cursor_blink = False  # which would send bytes all the time
            yield field
            yield Static("", id="export-hint", markup=False)

    def on_mount(self) -> None:
        self.app.clear_notifications()  # such as that of the last export, which takes room
        self._show_state()
        self.set_interval(0.1, self._show_progress)

    def on_resize(self) -> None:
        super().on_resize()
        title = f"Export: {safe(self.summary)}" if self.has_class("-low") else "Export"
        self.query_one("#export").border_title = Content(title)
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Keep each format on a line of its own, so that name and target stay in sight."""
        width = self._formats.scrollable_content_region.width
        for at, each in enumerate(EXPORT_FORMATS):
            self._formats.replace_option_prompt_at_index(at, line_of(each, width))
        self._say(*self._said)

    @property
    def _formats(self) -> OptionList:
        return self.query_one("#export-formats", OptionList)

    @property
    def _field(self) -> Input:
        return self.query_one("#export-name", Input)

    @property
    def _format(self) -> Format:
        return EXPORT_FORMATS[self._formats.highlighted or 0]

    # What is shown

    def _say(self, text: str, style: str = "$text-muted") -> None:
        self._said = text, style
        hint = self.query_one("#export-hint", Static)
        lines = broken(safe(text), hint.size.width or _USUAL_WIDTH)
        hint.update(Content.styled("\n".join(lines), style))

    def _show_state(self) -> None:
        """Show which keys can be pressed now, and what would be written."""
        working = self._work is not None
        keys = _WHILE_WORKING if working else _WHILE_ASKING if self._asking else _KEYS
        self.query_one("#export").border_subtitle = keys
        self._field.disabled = working
        if not working and not self._asking:
            self._say(self._where())

    def _where(self) -> str:
        try:
            path = typed_path(self._field.value)
        except (OSError, ValueError) as error:
            return _sentence(error)
        return f"Saves as {path}"

    def _show_progress(self) -> None:
        if self._work is not None:
            self._say(f"{self._work.words}; stopping …" if self._work.stopped else self._work.words)

    # Format and name

    def action_choose(self, at: int) -> None:
        """Choose a format, and change the ending of the name."""
        if self._work is not None:
            return
        self._asking = False
        self._formats.highlighted = at
        path, suffix = Path(self._field.value), EXPORT_FORMATS[at].suffix
        if path.suffix.lower() != suffix and format_of_ending(path.suffix):
            with self.prevent(Input.Changed):
                self._field.value = self._field.value.removesuffix(path.suffix) + suffix
        self._show_state()

    def action_move(self, step: int) -> None:
        """Choose the next or the previous format."""
        self.action_choose(((self._formats.highlighted or 0) + step) % len(EXPORT_FORMATS))

    @on(OptionList.OptionSelected)
    def clicked(self, event: OptionList.OptionSelected) -> None:
        """Choose the format that was clicked."""
        event.stop()
        self.action_choose(event.option_index)

    @on(Input.Changed)
    def typed(self, event: Input.Changed) -> None:
        """Choose the format that the name ends in."""
        event.stop()
        if self._work is not None or self._asking:
            return
        named = format_of_ending(Path(self._field.value).suffix)
        if named is not None:
            self._formats.highlighted = EXPORT_FORMATS.index(named)
        self._show_state()

    def action_switch(self) -> None:
        """Go to the name, or back from it."""
        if self._work is None and not self._asking:
            self.set_focus(None if self._field.has_focus else self._field)

    # Write

    @on(Input.Submitted)
    def submitted(self, event: Input.Submitted) -> None:
        """Export."""
        event.stop()
        self.action_export()

    def action_export(self) -> None:
        """Write the file; where it is there already, ask first."""
        if not self._asking:
            self._begin(replace=False)

    def action_replace(self) -> None:
        """Replace the file that is there already."""
        if self._asking:
            self._begin(replace=True)

    def action_back(self) -> None:
        """Stop what is under way, take back the question, or close."""
        if self._work is not None:
            self._work.stop()
        elif self._asking:
            self._asking = False
            self._show_state()
        else:
            self.dismiss(None)

    def _begin(self, *, replace: bool) -> None:
        if self._work is not None:
            return
        if self.no_report and self._format.name != PICTURE:
            self._say(self.no_report, "$text-warning")
            return
        try:
            wanted = Wanted(self._format.name, typed_path(self._field.value), replace)
        except (OSError, ValueError) as error:
            self._say(_sentence(error), "$text-warning")
            return
        self._asking, self._work = False, Work()
        was_typing = self._field.has_focus
        self._show_state()
        self.run_worker(self._export(wanted, self._work, was_typing))

    async def _export(self, wanted: Wanted, work: Work, was_typing: bool) -> None:
        """Write a report and close; whatever prevents it is said, and the dialog stays open."""
        problem = ""
        try:
            await in_thread(partial(check_target, wanted.path, replace=wanted.replace))
            if wanted.form == PICTURE:
                self._result = wanted
            else:
                self._result = await self.write(wanted, work)
        except FileExistsError:
            self._asking = True
            problem = f"{wanted.path} exists. Press y to replace it."
        except Stopped:
            problem = "Stopped; nothing was written."
        except OSError as error:
            problem = _cannot_write(wanted.path, error)
        except ExportError as error:
            problem = str(error)
        self._work = None
        if not problem:
            self._leave()
            return
        self._show_state()
        # The y that answers the question is no letter of the name.
        self.set_focus(self._field if was_typing and not self._asking else None)
        self._say(problem, "$text-warning")

    @on(events.ScreenResume)
    def back_on_top(self) -> None:
        """Close, if the file was written meanwhile."""
        self._leave()

    def _leave(self) -> None:
        """Close once the file is written; another screen may still be on top."""
        if self._result is not None:
            self.dismiss(self._result)


def _cannot_write(path: Path, error: OSError) -> str:
    return f"Cannot write {path}: {error.strerror or error}."


def _sentence(error: OSError | ValueError) -> str:
    if isinstance(error, OSError):
        return f"The present folder cannot be used: {error.strerror or error}."
    return str(error)
