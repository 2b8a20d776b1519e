"""Export what the table shows: as a report of the principals, or as a picture of the screen."""

from __future__ import annotations

import asyncio
import re
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from iam.counts import counted
from iam.runtime.threads import in_thread
from iam.verdicts.principal_filter import with_terms
from tui.controllers.notices import failed_action

if TYPE_CHECKING:
    from tui.controllers.evaluation import EvaluationController
    from tui.controllers.view import MainView
    from tui.dialogs.export import Wanted
    from tui.session.export import Chosen, Exported, Work
    from widgets.rows import View

_TOAST = 30.0
"""Seconds for which the path of the file is shown; esc takes it away."""
_NO_REPORT = "Reports are about users and roles, and no groups; press s for a picture of the list."
_FONTS = re.compile(r',?\s*url\("https?://[^"]*"\) format\("\w+"\)')
"""Where a picture says from which servers its font can be loaded."""


def today() -> date:
    """The date in the name of the file."""
    return date.today()


class ExportController:
    """Asks for format and name, and has the report or the picture written."""

    def __init__(self, view: MainView, evaluation: EvaluationController) -> None:
        self.view = view
        self.session = view.session
        self.evaluation = evaluation

    def begin(self) -> None:
        """Open the dialog."""
        unread = self.session.account is None or self.session.evaluator is None
        if unread and self.view.has_notice:
            self.view.toast("Nothing to export: the account could not be read.")
        elif unread or self.view.reading:
            self.view.toast("The account is still being read; export when it is complete.")
        else:
            self.view.open_dialog(self._export_list, "export")

    async def _export_list(self) -> None:
        await self.export(*self._chosen())

    async def export(self, chosen: Chosen, summary: str, no_report: str = "") -> None:
        """Ask for format and name, and write a file.

        Args:
            chosen: What is exported.
            summary: The same in words.
            no_report: Why there can only be a picture; empty if there can be a report.
        """
        from tui.dialogs.export import ExportDialog, ExportError, Wanted
        from tui.saving import SavingApp
        from tui.session.export import Stopped, export_report

        async def write(wanted: Wanted, work: Work) -> Exported:
            form, path, replace = wanted
            try:
                return await export_report(self.session, chosen, form, path, work, replace=replace)
            except (OSError, Stopped):
                raise
            except Exception as error:
                self.view.log.error(repr(error))
                raise ExportError(failed_action(error)) from error

        account, _, _ = self.session.read
        stem = f"bedrock-{account.label.replace(' ', '-')}-{today():%Y-%m-%d}"
        app = self.view.app
        if isinstance(app, SavingApp):
            stem = str(app.export_folder / stem)
        result = await app.push_screen_wait(ExportDialog(summary, no_report, stem, write))
        if isinstance(result, Wanted):
            await self._save_picture(result)
        elif result is not None:
            self._tell(result)

    def _chosen(self) -> tuple[Chosen, str, str]:
        """What is exported, in words as well, and why there can be no report of it."""
        from iam.reports.audit import Filtered
        from tui.session.export import Chosen

        table, asked = self.view.table, self.evaluation.asked
        account, _, _ = self.session.read
        rows = table.chosen
        arns = tuple(row.arn for row in rows if row.type != "group")
        groups = len(rows) - len(arns)
        count = counted(len(arns), "principal")
        filtered = None
        if table.marked:
            filtered = Filtered("", len(account.principals), 0, marked=True)
            summary = counted(len(arns), "marked principal")
            if groups:
                summary += f", without {counted(groups, 'marked group')}"
        else:
            if text := _filter_of(table.view):
                filtered = Filtered(text, len(account.principals), table.undecided)
            summary = f"{count} shown" + (f": {text}" if text else "")
        chosen = Chosen(arns, filtered, partial(self.session.audit, asked))
        if not arns and (groups or table.view.lists == "groups"):
            return chosen, f"{counted(groups, 'group')} shown", _NO_REPORT
        if asked is not None and asked.only is not None:
            summary += f"; who can {asked.only.id}"
        return chosen, summary, ""

    async def _save_picture(self, wanted: Wanted) -> None:
        """Save a picture of the screen, as it is without the dialog."""
        from tui.output_file import write_whole

        drawn = asyncio.Event()
        app = self.view.app
        app.call_after_refresh(drawn.set)
        await drawn.wait()
        # Whoever opens it does not want to tell a server so.
        picture = _FONTS.sub("", app.export_screenshot())
        try:
            path = await in_thread(write_whole, wanted.path, [picture], replace=wanted.replace)
        except OSError as error:
            why = f"Cannot write {wanted.path}: {error.strerror or error}."
            self.view.toast(why, severity="error", timeout=_TOAST)
        else:
            self.view.toast(f"Saved a picture of the screen as {path}", timeout=_TOAST)

    def _tell(self, exported: Exported) -> None:
        """Say where the report is, and whether it is complete."""
        text = f"Saved {counted(exported.principals, 'principal')} as {exported.path}"
        if exported.complete:
            self.view.toast(text, timeout=_TOAST)
        else:
            note = "Some of the account could not be read or is not certain; the report lists it"
            self.view.toast(f"{text}  {note}", severity="warning", timeout=_TOAST)


def _filter_of(view: View) -> str:
    """The filter of the table, with the kind that it lists."""
    text = view.filter.text.strip()
    kinds = {"users": "type:user", "roles": "type:role"}
    return with_terms(text, [kinds[view.kind]], ()) if view.kind in kinds else text
