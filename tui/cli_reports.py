"""The commands `audit` and `save`: their options, where the report goes, and how they end.

`tui/audit_command.py` does the work. This module is imported when one of the commands is used.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable
from typing import Any

import click

from iam.reports.formats import (
    DEFAULT_FORMAT,
    DETAILS,
    FORMATS,
    Detail,
    Options,
    Terminal,
    format_of_file,
)
from iam.text import safe
from tui.cli_exit import EXIT_DISAGREES, EXIT_INCOMPLETE, Ending, fail, leave_with
from tui.cli_options import given, joined, resolved, shared_options
from tui.man_page import AUDIT_STATUSES, ManPage
from tui.options import Launch
from tui.usage import (
    validate_action,
    validate_detail,
    validate_filter,
    validate_model,
    validate_output,
    validate_resource,
    validate_verify,
)

output_option = click.option(
    "--output",
    metavar="FILE",
    type=click.Path(),
    help="Write to a file, which only you may read, instead of standard output.",
)
"""Of every command that writes a report."""
_last_used = click.option(
    "--last-used",
    is_flag=True,
    help="Ask AWS when those who have the policy last used Bedrock, or tried to.",
)


@click.command(
    cls=ManPage,
    examples=(
        (
            "bedrock-tui audit --output audit.html",
            "Write a report for a ticket.",
        ),
        (
            "bedrock-tui audit --action bedrock:InvokeModel",
            "List who can invoke models, and through which policies.",
        ),
        (
            "bedrock-tui audit --filter 'policy:yes invoke:no'",
            "List who holds the policy and still cannot invoke models.",
        ),
        (
            "bedrock-tui audit --snapshot account.json --format json",
            "Audit a saved account, without AWS credentials.",
        ),
        (
            "bedrock-tui audit --model 'anthropic.claude-sonnet-4-5*' --from eu-central-1",
            "List who can invoke a model from Frankfurt, by which route, and what blocks others.",
        ),
        ("bedrock-tui audit --verify 10", "Hold some of the verdicts against AWS's simulator."),
    ),
    statuses=(
        *AUDIT_STATUSES,
        ("4", "Done, and AWS's simulator disagrees with a verdict (--verify)."),
    ),
)
@shared_options()
@click.option(
    "--action",
    metavar="ACTION",
    help="Evaluate one action, such as bedrock:InvokeModel, or all that match a pattern, such as "
    "'bedrock:Invoke*'.",
)
@click.option(
    "--resource",
    metavar="ARN",
    help="Evaluate --action on this resource only, or on those that a pattern matches.",
)
@click.option(
    "--model",
    metavar="ID",
    help="Evaluate the routes to a model: in its region, and through inference profiles. "
    "A pattern means several; the ID of a profile means that route only.",
)
@click.option(
    "--from",
    "source_region",
    metavar="REGION",
    help="Invoke --model from this region only.  [default: every region that has it]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(tuple(FORMATS)),
    help=f"{'; '.join(f'{each.name}: {each.help}' for each in FORMATS.values())}.  "
    f"[default: as the name of the --output file ends, else {DEFAULT_FORMAT}]",
)
@click.option(
    "--detail",
    type=click.Choice(DETAILS),
    help="Say of each principal its verdict, that on each section, or, except in a table and in "
    "csv, that on each action with its reasons.  [default: what suits the format; for json: "
    "actions]",
)
@output_option
@click.option(
    "--filter",
    metavar="TEXT",
    help="Report only those that match, such as 'invoke:yes !tag:team': words of the ARN, and the "
    "terms of the app's filter.",
)
@click.option(
    "--verify",
    metavar="N",
    type=click.IntRange(min=1),
    help="Ask AWS's policy simulator about N principals and the actions that invoke models, and "
    "report where it disagrees.",
)
@click.option(
    "--seed",
    metavar="N",
    type=int,
    help="Choose other principals for --verify; the same ones for the same number.  [default: 1]",
)
@_last_used
@click.pass_obj
def audit(
    before: dict[str, Any],
    /,
    form: str | None,
    detail: Detail | None,
    output: str | None,
    **chosen: Any,
) -> None:
    """Print a report of who can use Amazon Bedrock."""
    launch = launch_of(before, chosen)
    validate_action(launch.action)
    validate_resource(launch)
    validate_model(launch)
    validate_filter(launch.filter)
    validate_output(output, launch)
    validate_verify(launch, seed="seed" in given(chosen))
    chosen_form = form or format_of_file(output)
    validate_detail(detail, chosen_form)

    def work() -> Ending:
        from tui.audit_command import check_output, run_audit

        check_output(output)
        options = Options(detail, terminal_of(output))
        report, ending = run_audit(launch, chosen_form, options)
        write_report(report, output)
        return ending

    run_command(work)


@click.command(
    cls=ManPage,
    short_help="Save the account to a file, for --snapshot.",
    examples=(
        ("bedrock-tui save account.json.gz", "Keep the account, to look at it elsewhere."),
        ("bedrock-tui --snapshot account.json.gz", "Look at it."),
    ),
    statuses=AUDIT_STATUSES,
)
@shared_options()
@_last_used
@click.argument("file", type=click.Path())
@click.pass_obj
def save(before: dict[str, Any], /, file: str, **chosen: Any) -> None:
    """Save the account with its organization to FILE, for --snapshot.

    The file is compressed if its name ends in .gz. Only its owner may read it.
    """
    launch = launch_of(before, chosen)

    def work() -> Ending:
        from tui.audit_command import check_output, run_save

        check_output(file)
        return Ending(run_save(launch, file))

    run_command(work)


def launch_of(before: dict[str, Any], chosen: dict[str, Any]) -> Launch:
    """What holds; a wrong configuration is reported at once, because there is no screen for it."""
    launch, config = resolved(joined(before, chosen))
    if config.fault:
        click.echo(f"bedrock-tui: {config.fault}", err=True)
    return launch


def run_command(work: Callable[[], Ending]) -> None:
    """Run a command without a screen; `work` returns how it ended."""
    from iam.runtime.gc_control import keep_everything

    keep_everything()
    from iam.runtime.threads import leave
    from tui.audit_command import Failure

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: leave(128 + number))
    try:
        ending = work()
    except Failure as failure:
        fail(str(failure))
    if ending.missing:
        click.echo(f"bedrock-tui: incomplete: {safe(ending.missing)}", err=True)
    if ending.verified:
        click.echo(f"bedrock-tui: {safe(ending.verified)}", err=True)
    if ending.disagrees:
        leave_with(EXIT_DISAGREES)
    if ending.missing:
        leave_with(EXIT_INCOMPLETE)


def terminal_of(output: str | None) -> Terminal | None:
    """The terminal that a report is written to; None for a file or a pipe."""
    if output not in (None, "-") or sys.stdout is None or not sys.stdout.isatty():
        return None
    from shutil import get_terminal_size

    from tui.terminal.capabilities import has_colour, has_unicode

    width = get_terminal_size((0, 0)).columns
    return Terminal(width, has_colour(), has_unicode()) if width else None


def write_report(report: Iterable[str], output: str | None) -> None:
    """Write a report; a file is written completely or not at all."""
    if output is None or output == "-":
        if sys.stdout is None:  # closed by the shell: `>&-`
            fail("standard output is closed")
        try:
            for piece in report:
                sys.stdout.buffer.write(piece.encode("utf-8", errors="replace"))
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            # The reader has closed the pipe (`| head`); Python would fail to flush it at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            fail(f"cannot write to standard output: {error.strerror or error}")
        return
    from tui.audit_command import write_file

    write_file(report, output)
