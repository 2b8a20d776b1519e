"""The command `keys`: its options. `tui/audit_command.py` does the work."""

from __future__ import annotations

from typing import Any

import click

from iam.reports.formats import KEY_FORMATS, format_of_file
from tui.cli_exit import Ending
from tui.cli_options import shared_options
from tui.cli_reports import launch_of, output_option, run_command, terminal_of, write_report
from tui.man_page import AUDIT_STATUSES, ManPage
from tui.usage import validate_format_of_keys, validate_output


@click.command(
    cls=ManPage,
    short_help="List the account's Bedrock API keys.",
    examples=(
        ("bedrock-tui keys", "List them."),
        (
            "bedrock-tui keys --format json | jq '.keys[] | select(.expires == null)'",
            "Those that never expire.",
        ),
    ),
    statuses=AUDIT_STATUSES,
)
@shared_options()
@click.option(
    "--format",
    "form",
    type=click.Choice(KEY_FORMATS),
    help="table: aligned columns; json: everything; csv: a row per key.  "
    "[default: as the name of the --output file ends, else table]",
)
@output_option
@click.pass_obj
def keys(before: dict[str, Any], /, form: str | None, output: str | None, **chosen: Any) -> None:
    """List the Bedrock API keys: whose they are, until when, and what they are good for."""
    launch = launch_of(before, chosen)
    validate_output(output, launch)
    if form is None:
        validate_format_of_keys(output)

    def work() -> Ending:
        from tui.audit_command import check_output, run_keys

        check_output(output)
        report, missing = run_keys(launch, form or format_of_file(output), terminal_of(output))
        write_report(report, output)
        return Ending(missing)

    run_command(work)
