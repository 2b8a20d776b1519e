"""The command line: `bedrock-tui` opens the app, `audit` prints a report, `save` keeps the account.

Nothing heavy is imported here; each command imports what it needs when it runs.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Any, NoReturn, TypeVar

import click

from iam.reports.formats import (
    DEFAULT_FORMAT,
    DETAILS,
    FORMATS,
    KEY_FORMATS,
    Detail,
    Options,
    Terminal,
    format_of_file,
)
from iam.text import safe
from tui.completion import SHELLS, policies, profiles, script_for
from tui.config import Config, Missing, read_config
from tui.man_page import APP_STATUSES, AUDIT_STATUSES, ENVIRONMENT, FILES, ManPage, ManPageGroup
from tui.options import DEFAULT_POLICY, DEFAULT_SNAPSHOT_LIMIT, Launch
from tui.usage import validate, validate_action, validate_filter, validate_output

_Command = TypeVar("_Command", bound=Callable[..., Any])
EXIT_FAILED = 1
EXIT_INCOMPLETE = 3


def _options(command: _Command) -> _Command:
    """Add the options that the app and `audit` share."""
    for option in reversed(
        [
            click.option("--profile", metavar="NAME", help="AWS profile.", shell_complete=profiles),
            click.option("--region", metavar="NAME", help="AWS region."),
            click.option("--endpoint-url", metavar="URL", help="Endpoint for all services."),
            click.option(
                "--policy",
                metavar="NAME|ARN",
                shell_complete=policies,
                help=f"The policy to audit, attach and detach.  [default: {DEFAULT_POLICY}]",
            ),
            click.option(
                "--read-only/--no-read-only",
                default=None,
                help="Never send a request that could change something; or do so although the "
                "configuration says read-only.",
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
                type=click.Path(),
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
                type=click.Path(),
                help="Use the organization in this file, or in the folder of an iam-collect store, "
                "instead of asking AWS.",
            ),
            click.option(
                "--journal", metavar="FILE", type=click.Path(), help="Record changes in this file."
            ),
            click.option(
                "--cache",
                is_flag=True,
                help="Keep the account on this disk, and show it at the next start, marked as "
                "stale, until it has been read again.",
            ),
            click.option(
                "--config",
                metavar="FILE",
                type=click.Path(),
                help="Use this configuration file.  [default: config.toml in the folder for "
                "configuration, such as ~/.config/bedrock-tui]",
            ),
        ]
    ):
        command = option(command)
    return command


@click.group(
    cls=ManPageGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    examples=(
        ("bedrock-tui --demo", "Try everything on an embedded account."),
        ("bedrock-tui --profile prod --read-only", "Look at production; nothing can be changed."),
        ("bedrock-tui --dry-run", "Prepare a change as AWS CLI commands."),
        (
            "bedrock-tui audit --action bedrock:InvokeModel",
            "List who can invoke models, and through which policies.",
        ),
    ),
    environment=ENVIRONMENT,
    files=FILES,
    statuses=APP_STATUSES,
)
@_options
@click.option(
    "--mouse/--no-mouse",
    default=None,
    help="Use the mouse; or leave it to the terminal, which can then select text.",
)
@click.version_option(
    package_name="bedrock-tui", prog_name="bedrock-tui", help="Print the version and exit."
)
@click.pass_context
def main(context: click.Context, /, **chosen: Any) -> None:
    """See who in an AWS account can use Amazon Bedrock, and change that access.

    Without a command, open the app with the current AWS credentials.
    """
    context.obj = _given(chosen)
    if context.invoked_subcommand is None:
        launch, config = _resolved(context.obj)
        _open(launch, config)


@main.command(
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
    ),
    statuses=AUDIT_STATUSES,
)
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
    type=click.Path(),
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
    before: dict[str, Any],
    /,
    form: str | None,
    detail: Detail | None,
    output: str | None,
    **chosen: Any,
) -> None:
    """Print a report of who can use Amazon Bedrock."""
    launch = _without_screen(before, chosen)
    validate_action(launch.action)
    validate_filter(launch.filter)
    validate_output(output, launch)

    def work() -> str:
        from tui.audit_command import check_output, run_audit

        check_output(output)
        options = Options(detail, _terminal(output))
        report, missing = run_audit(launch, form or format_of_file(output), options)
        _write(report, output)
        return missing

    _run(work)


@main.command(
    cls=ManPage,
    short_help="Save the account to a file, for --snapshot.",
    examples=(
        ("bedrock-tui save account.json.gz", "Keep the account, to look at it elsewhere."),
        ("bedrock-tui --snapshot account.json.gz", "Look at it."),
    ),
    statuses=AUDIT_STATUSES,
)
@_options
@click.argument("file", type=click.Path())
@click.pass_obj
def save(before: dict[str, Any], /, file: str, **chosen: Any) -> None:
    """Save the account with its organization to FILE, for --snapshot.

    The file is compressed if its name ends in .gz. Only its owner may read it.
    """
    launch = _without_screen(before, chosen)

    def work() -> str:
        from tui.audit_command import check_output, run_save

        check_output(file)
        return run_save(launch, file)

    _run(work)


@main.command(
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
@_options
@click.option(
    "--format",
    "form",
    type=click.Choice(KEY_FORMATS),
    help="table: aligned columns; json: everything; csv: a row per key.  "
    "[default: as the name of the --output file ends, else table]",
)
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(),
    help="Write to a file, which only you may read, instead of standard output.",
)
@click.pass_obj
def keys(before: dict[str, Any], /, form: str | None, output: str | None, **chosen: Any) -> None:
    """List the Bedrock API keys: whose they are, until when, and what they are good for."""
    launch = _without_screen(before, chosen)
    validate_output(output, launch)

    def work() -> str:
        from tui.audit_command import check_output, run_keys

        check_output(output)
        ending = format_of_file(output)
        chosen_form = form or (ending if ending in KEY_FORMATS else DEFAULT_FORMAT)
        report, missing = run_keys(launch, chosen_form, _terminal(output))
        _write(report, output)
        return missing

    _run(work)


@main.command(
    "config",
    cls=ManPage,
    examples=(("bedrock-tui config --config mine.toml", "Check a file."),),
    statuses=(
        ("0", "The file can be used, or there is none."),
        ("1", "Something in it cannot be used; standard error says what."),
        ("2", "Wrong usage."),
    ),
)
@_options
@click.pass_obj
def show_config(before: dict[str, Any], /, **chosen: Any) -> None:
    """Print the configuration in effect, with comments."""
    launch, config = _resolved(before | _given(chosen))
    from textual.theme import BUILTIN_THEMES

    from tui.commands import COMMANDS
    from tui.config import as_toml
    from tui.config_check import faults

    shown = config._replace(
        profile=launch.profile or "",
        policy=launch.policy,
        read_only=launch.read_only,
        confirm_above=launch.confirm_above,
    )
    commands = [(command.id, command.keys, command.help) for command in COMMANDS]
    click.echo(as_toml(shown, commands), nl=False)
    wrong = [config.fault] if config.fault else [*faults(config, BUILTIN_THEMES)]
    for fault in wrong:
        click.echo(f"bedrock-tui: {fault}", err=True)
    if wrong:
        _leave(EXIT_FAILED)


@main.command(
    cls=ManPage,
    examples=(
        (
            'eval "$(bedrock-tui completion bash)"',
            "In ~/.bashrc; the same with zsh in ~/.zshrc.",
        ),
        (
            "bedrock-tui completion fish > ~/.config/fish/completions/bedrock-tui.fish",
            "For fish, once.",
        ),
    ),
)
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> None:
    """Print the completion script for a shell."""
    click.echo(script_for(shell, main))


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


def _given(chosen: dict[str, Any]) -> dict[str, Any]:
    """The options that are on the command line; those after a command's name replace the others."""
    switches = ("read_only", "mouse")  # which can be switched off, too
    return {
        name: value
        for name, value in chosen.items()
        if value is not None and (value is not False or name in switches)
    }


def _resolved(given: dict[str, Any]) -> tuple[Launch, Config]:
    """What holds: the command line before the environment, the configuration and the defaults."""
    try:
        config = read_config(given.get("config"))
    except Missing as error:
        raise click.UsageError(f"--config: {error}.") from error
    names = {field.name for field in fields(Launch)}
    options = {name: value for name, value in given.items() if name in names}
    aws = not (given.get("demo") or "snapshot" in given)
    launch = Launch(**(config.launch_options(os.environ, aws=aws) | options))
    validate(launch)
    if "mouse" in given:
        config = config._replace(mouse=given["mouse"])
    return launch, config


def _without_screen(before: dict[str, Any], chosen: dict[str, Any]) -> Launch:
    """What holds for a command without a screen, which reports a wrong configuration at once."""
    launch, config = _resolved(before | _given(chosen))
    if config.fault:
        click.echo(f"bedrock-tui: {config.fault}", err=True)
    return launch


def _open(launch: Launch, config: Config) -> None:
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
    _leave(run(launch, reader, config))


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
