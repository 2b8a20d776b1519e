"""How `--help` is laid out: as a man page, with options by subject, examples, and exit statuses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

_SUBJECTS = {
    "Account": (
        "profile", "region", "endpoint_url", "demo", "snapshot", "snapshot_limit", "organization",
        "cache",
    ),
    "What is asked": ("policy", "action", "verify", "seed"),
    "Changes": ("read_only", "dry_run", "confirm_above", "journal"),
    "Output": ("form", "output"),
}  # fmt: skip
"""Options by subject; those that are not here come last."""
Rows = Sequence[tuple[str, str]]
AUDIT_STATUSES: Rows = (
    ("0", "Complete."),
    ("1", "It could not run; one line on standard error says why."),
    ("2", "Wrong usage."),
    ("3", "Done, but something could not be read, so some verdicts are unknown."),
)
APP_STATUSES: Rows = (
    ("0", "The operator quit."),
    ("1", "The app could not open; one line on standard error says why."),
    ("2", "Wrong usage."),
    ("128+N", "Signal N ended the app."),
)
ENVIRONMENT: Rows = (
    ("AWS_PROFILE, AWS_REGION, AWS_ENDPOINT_URL and others", "As for the AWS CLI."),
    ("NO_COLOR", "Use no colours."),
    ("TEXTUAL_DRIVER", "Use one of Textual's own drivers, which send the whole screen."),
)
FILES: Rows = (
    ("$XDG_CONFIG_HOME/bedrock-tui/config.toml", "The configuration; see `bedrock-tui config`."),
    ("$XDG_STATE_HOME/bedrock-tui/journal.jsonl", "Every change that was made."),
)


class ManPage(click.Command):
    """A command whose help has further sections."""

    def __init__(
        self,
        *args: Any,
        examples: Rows = (),
        statuses: Rows = (),
        environment: Rows = (),
        files: Rows = (),
        **more: Any,
    ) -> None:
        """Take the sections besides what click knows.

        Args:
            args: As for click.
            examples: Command lines, and what they are for.
            statuses: Exit statuses, and what they mean.
            environment: Variables.
            files: Files.
            more: As for click.
        """
        super().__init__(*args, **more)
        self._examples = examples
        self._sections = {"Environment": environment, "Files": files, "Exit status": statuses}

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options by subject, then the commands, if there are any."""
        subject_of = {name: subject for subject, names in _SUBJECTS.items() for name in names}
        rows: dict[str, list[tuple[str, str]]] = {subject: [] for subject in _SUBJECTS}
        for parameter in self.get_params(context):
            if (row := parameter.get_help_record(context)) is not None:
                rows.setdefault(subject_of.get(parameter.name or "", "Other"), []).append(row)
        for subject, found in rows.items():
            if found:
                with formatter.section(subject):
                    formatter.write_dl(found)
        if isinstance(self, click.Group):
            self.format_commands(context, formatter)

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the further sections."""
        if self._examples:
            with formatter.section("Examples"):
                for number, (command, text) in enumerate(self._examples):
                    if number:
                        formatter.write_paragraph()
                    formatter.write_text(text)
                    formatter.write(f"{'':{formatter.current_indent + 2}}{command}\n")
        for title, rows in self._sections.items():
            if rows:
                with formatter.section(title):
                    formatter.write_dl(rows)


class ManPageGroup(ManPage, click.Group):
    """A group whose help has further sections."""
