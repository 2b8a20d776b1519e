"""The command `config`: print the configuration in effect, or write it as a file to begin with."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from iam.runtime.folders import NoHome
from iam.text import safe
from tui.cli_exit import EXIT_FAILED, fail, leave_with
from tui.cli_options import joined, resolved, shared_options
from tui.config import Config, as_toml, default_file
from tui.man_page import ManPage
from tui.options import DEFAULT_CONFIRM_ABOVE, DEFAULT_POLICY

_OF_A_NEW_FILE = (
    "# The configuration of bedrock-tui. What is commented out is the default, or an example."
)


@click.command(
    "config",
    cls=ManPage,
    examples=(
        ("bedrock-tui config --init", "Write a file to begin with."),
        ("bedrock-tui config --config mine.toml", "Check a file."),
    ),
    statuses=(
        ("0", "The file can be used, or there is none."),
        ("1", "Something cannot be used, or written; standard error says what."),
        ("2", "Wrong usage."),
    ),
)
@shared_options(
    "--confirm-above",
    "--mouse/--no-mouse",
    idle=("--region", "--endpoint-url", "--organization", "--snapshot-limit"),
)
@click.option(
    "--init",
    is_flag=True,
    help="Write it to the configuration file, or to that of --config, unless it is there already.",
)
@click.pass_obj
def show_config(before: dict[str, Any], /, *, init: bool, **chosen: Any) -> None:
    """Print the configuration in effect, with comments."""
    options = joined(before, chosen)
    path = _new_file(options.pop("config", None)) if init else None
    launch, config = resolved(options)
    from textual.theme import BUILTIN_THEMES

    from tui.commands import COMMANDS
    from tui.config_check import faults

    shown = config._replace(
        profile=launch.profile or "",
        policy=launch.policy,
        read_only=launch.read_only,
        confirm_above=launch.confirm_above,
    )
    commands = [(command.id, command.keys, command.help) for command in COMMANDS]
    head = _origin(config) if path is None else _OF_A_NEW_FILE
    defaults = Config(policy=DEFAULT_POLICY, confirm_above=DEFAULT_CONFIRM_ABOVE)
    text = as_toml(shown, defaults, commands, head)
    if path is None:
        click.echo(text, nl=False)
    else:
        _write(path, text)
        click.echo(f"Wrote {safe(str(path))}.")
    wrong = [config.fault] if config.fault else [*faults(config, BUILTIN_THEMES)]
    for fault in wrong:
        click.echo(f"bedrock-tui: {fault}", err=True)
    if wrong:
        leave_with(EXIT_FAILED)


def _new_file(named: str | None) -> Path:
    """The file that `--init` writes; the program ends if it is there already."""
    try:
        path = default_file() if named is None else Path(named)
    except NoHome as error:
        fail(f"{error}; name a file with --config")
    if os.path.lexists(path):
        _refuse(path)
    return path


def _refuse(path: Path) -> None:
    fail(f"{path} is there already; nothing has been written")


def _write(path: Path, text: str) -> None:
    """Write the file, with its folder; the program ends if that fails."""
    from iam.runtime.private_file import make_private_folder
    from tui.output_file import write_whole

    try:
        make_private_folder(path.parent)
        write_whole(path, [text], replace=False)
    except FileExistsError:
        _refuse(path)
    except OSError as error:
        fail(f"cannot write {path}: {error.strerror or error}")


def _origin(config: Config) -> str:
    """A comment that says where the configuration is from, or where it could be."""
    if config.file:
        return f"# Read from {safe(config.file)}"
    try:
        path = safe(str(default_file()))
    except NoHome:
        return "# There is no file, and no home folder to keep one in; --config names one."
    return f"# There is no file. `bedrock-tui config --init` writes this one to {path}"
