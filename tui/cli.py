"""The command line: `bedrock-tui` opens the app, `audit` prints a report, `save` keeps the account.

Nothing heavy is imported here; each command imports what it needs when it runs.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Any, NoReturn, TypeVar

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
from tui.options import DEFAULT_POLICY, DEFAULT_SNAPSHOT_LIMIT, Launch
from tui.usage import validate, validate_action, validate_filter

_Command = TypeVar("_Command", bound=Callable[..., Any])
EXIT_FAILED = 1
EXIT_INCOMPLETE = 3


def _options(command: _Command) -> _Command:
    """Add the options that the app and `audit` share."""
    for option in reversed(
        [
            click.option("--profile", metavar="NAME", help="AWS profile."),
            click.option("--region", metavar="NAME", help="AWS region."),
            click.option("--endpoint-url", metavar="URL", help="Endpoint for all services."),
            click.option(
                "--policy",
                metavar="NAME|ARN",
                help=f"The policy to audit, attach and detach.  [default: {DEFAULT_POLICY}]",
            ),
            click.option(
                "--read-only",
                is_flag=True,
                help="Never send a request that could change something.",
            ),
            click.option(
                "--dry-run", is_flag=True, help="Plan and show changes, but do not send them."
            ),
            click.option(
                "--confirm-above",
                metavar="N",
                type=click.IntRange(min=0),
                help="Changing more than N principals requires typing the account ID or alias.  "
                "[default: 10]",
            ),
            click.option("--demo", is_flag=True, help="Use an embedded account instead of AWS."),
            click.option(
                "--snapshot",
                metavar="FILE",
                help="Use the saved output of `aws iam get-account-authorization-details`, "
                "gzipped or not; - for standard input.",
            ),
            click.option(
                "--snapshot-limit",
                metavar="MB",
                type=click.IntRange(min=1),
                help="Read at most this many megabytes of uncompressed JSON.  "
                f"[default: {DEFAULT_SNAPSHOT_LIMIT}]",
            ),
            click.option(
                "--organization",
                metavar="FILE",
                help="Use the organization in this file, or in the folder of an iam-collect store, "
                "instead of asking AWS.",
            ),
            click.option("--journal", metavar="FILE", help="Record changes in this file."),
            click.option(
                "--cache",
                is_flag=True,
                help="Keep the account on this disk, and show it at the next start, marked as "
                "stale, until it has been read again.",
            ),
        ]
    ):
        command = option(command)
    return command


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@_options
@click.version_option(
    package_name="bedrock-tui", prog_name="bedrock-tui", help="Print the version and exit."
)
@click.pass_context
def main(context: click.Context, /, **chosen: Any) -> None:
    """See who in an AWS account can use Amazon Bedrock, and change that access.

    Without a command, open the app with the current AWS credentials.
    """
    context.obj = _launch(Launch(), chosen)
    if context.invoked_subcommand is None:
        validate(context.obj)
        _open(context.obj)


@main.command()
@_options
@click.option(
    "--action",
    metavar="ACTION",
    help="Evaluate one action, such as bedrock:InvokeModel, or all that match a pattern, such as "
    "'bedrock:Invoke*'.",
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
    help="Say of each principal its verdict, that on each section, or that on each action with its "
    "reasons.  [default: what suits the format; for json: actions]",
)
@click.option(
    "--output",
    metavar="FILE",
    help="Write to a file, which only you may read, instead of standard output.",
)
@click.option(
    "--filter",
    metavar="TEXT",
    help="Report only those that match, such as 'invoke:yes !tag:team': words of the ARN, and the "
    "terms of the app's filter.",
)
@click.pass_obj
def audit(
    before: Launch, /, form: str | None, detail: Detail | None, output: str | None, **chosen: Any
) -> None:
    """Print a report of who can use Amazon Bedrock.

    Exit status: 0 complete; 1 could not run; 2 wrong usage; 3 something could not be read.
    """
    launch = _launch(before, chosen)
    validate(launch)
    validate_action(launch.action)
    validate_filter(launch.filter)

    def work() -> str:
        from tui.audit_command import check_output, run_audit

        check_output(output)
        options = Options(detail, _terminal(output))
        report, missing = run_audit(launch, form or format_of_file(output), options)
        _write(report, output)
        return missing

    _run(work)


@main.command()
@_options
@click.argument("file")
@click.pass_obj
def save(before: Launch, /, file: str, **chosen: Any) -> None:
    """Save the account with its organization to FILE, for --snapshot.

    The file is compressed if its name ends in .gz. Only its owner may read it.

    Exit status: 0 complete; 1 could not run; 2 wrong usage; 3 something could not be read.
    """
    launch = _launch(before, chosen)
    validate(launch)

    def work() -> str:
        from tui.audit_command import check_output, run_save

        check_output(file)
        return run_save(launch, file)

    _run(work)


def _run(work: Callable[[], str]) -> None:
    """Run a command without a screen; `work` returns what could not be read, in a few words."""
    from iam.runtime.gc_control import keep_everything

    keep_everything()
    from iam.runtime.threads import leave
    from tui.audit_command import Failure

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: leave(128 + number))
    try:
        missing = work()
    except Failure as failure:
        _fail(str(failure))
    except KeyboardInterrupt:
        _fail("interrupted")
    if missing:
        click.echo(f"bedrock-tui: incomplete: {safe(missing)}", err=True)
        _leave(EXIT_INCOMPLETE)


def _launch(before: Launch, chosen: dict[str, Any]) -> Launch:
    """Add the options after the command's name to those before it."""
    names = {field.name for field in fields(Launch)}
    given = {k: v for k, v in chosen.items() if k in names and v is not None and v is not False}
    return replace(before, **given)


def _open(launch: Launch) -> None:
    _require_terminal(launch)
    from iam.runtime import gc_control
    from tui.terminal.capabilities import prepare
    from tui.terminal.splash import splash

    with splash(launch):
        prepare()
        gc_control.start()
        from tui.session.reader_process import start_reader

        reader = start_reader(launch)
        from tui.app import run
    _leave(run(launch, reader))


def _require_terminal(launch: Launch) -> None:
    """Fail unless keys can be read and the screen drawn; Textual draws on standard error."""
    needed = {"standard output": sys.stdout, "standard error": sys.stderr}
    if launch.snapshot != "-":
        needed = {"standard input": sys.stdin, **needed}
    elif sys.stdin is None:
        _fail("standard input is closed")
    for name, stream in needed.items():
        # A stream that the shell has closed is None.
        if stream is None or not stream.isatty():
            problem = "closed" if stream is None else "not a terminal"
            # Where standard error is closed, standard output gets the message.
            _fail(
                f"the app needs a terminal, and {name} is {problem}; "
                "`bedrock-tui audit` works without one",
                err=sys.stderr is not None,
            )


def _terminal(output: str | None) -> Terminal | None:
    """The terminal that a report is written to; None for a file or a pipe."""
    if output not in (None, "-") or sys.stdout is None or not sys.stdout.isatty():
        return None
    from shutil import get_terminal_size

    from tui.terminal.capabilities import has_colour, has_unicode

    width = get_terminal_size((0, 0)).columns
    return Terminal(width, has_colour(), has_unicode()) if width else None


def _write(report: Iterable[str], output: str | None) -> None:
    """Write a report; a file is written completely or not at all."""
    if output is None or output == "-":
        if sys.stdout is None:  # closed by the shell: `>&-`
            _fail("standard output is closed")
        try:
            for piece in report:
                sys.stdout.buffer.write(piece.encode("utf-8", errors="replace"))
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            # The reader has closed the pipe (`| head`); Python would fail to flush it at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            _fail(f"cannot write to standard output: {error.strerror or error}")
        return
    from tui.audit_command import write_file

    write_file(report, output)


def _fail(sentence: str, *, err: bool = True) -> NoReturn:
    click.echo(f"bedrock-tui: {safe(sentence)}", err=err)
    _leave(EXIT_FAILED)


def _leave(status: int) -> NoReturn:
    """End the program, even if calls hang in threads."""
    from iam.runtime.threads import leave

    leave(status)
