"""The command line: `bedrock-tui` opens the app, `audit` prints a report, `save` keeps the account.

Nothing heavy is imported here; each command imports what it needs when it runs.
"""

from __future__ import annotations

import sys
from typing import Any

import click

from tui.cli_exit import ends_quietly, fail, leave_with
from tui.cli_options import app_options, given, resolved
from tui.completion import SHELLS, script_for
from tui.config import Config
from tui.man_page import APP_STATUSES, ENVIRONMENT, FILES, ManPage, ManPageGroup
from tui.options import Launch


class _Program(ManPageGroup):
    """The program; the commands that the app does not need are imported when one may be meant."""

    @ends_quietly
    def make_context(self, *args: Any, **more: Any) -> click.Context:
        return super().make_context(*args, **more)

    @ends_quietly
    def invoke(self, context: click.Context) -> Any:
        return super().invoke(context)

    def list_commands(self, context: click.Context) -> list[str]:
        self._add_commands()
        return super().list_commands(context)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in self.commands:
            self._add_commands()  # of a typing error, too: click suggests only those that it has
        return super().get_command(context, name)

    def _add_commands(self) -> None:
        from tui.cli_config import show_config
        from tui.cli_keys import keys
        from tui.cli_reports import audit, save

        for command in (audit, save, keys, show_config):
            self.add_command(command)


@click.group(
    cls=_Program,
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
@app_options
@click.version_option(
    package_name="bedrock-tui", prog_name="bedrock-tui", help="Print the version and exit."
)
@click.pass_context
def main(context: click.Context, /, **chosen: Any) -> None:
    """See who in an AWS account can use Amazon Bedrock, and change that access.

    Without a command, open the app with the current AWS credentials.
    """
    context.obj = given(chosen)
    if context.invoked_subcommand is None:
        launch, config = resolved(context.obj)
        _open(launch, config)


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
        from tui.run_app import run
    leave_with(run(launch, reader, config))


def _require_terminal(launch: Launch) -> None:
    """Fail unless keys can be read and the screen drawn; Textual draws on standard error."""
    needed = {"standard output": sys.stdout, "standard error": sys.stderr}
    if launch.snapshot != "-":
        needed = {"standard input": sys.stdin, **needed}
    elif sys.stdin is None:
        fail("standard input is closed")
    for name, stream in needed.items():
        # A stream that the shell has closed is None.
        if stream is None or not stream.isatty():
            problem = "closed" if stream is None else "not a terminal"
            # Where standard error is closed, standard output gets the message.
            fail(
                f"the app needs a terminal, and {name} is {problem}; "
                "`bedrock-tui audit` works without one",
                err=sys.stderr is not None,
            )
