"""The options that the app and its commands share, and what holds once all are known.

Light: imported before the first frame.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import Any, TypeVar

import click

from tui.completion import policies, profiles
from tui.config import Config, Missing, read_config
from tui.options import (
    DEFAULT_CONFIRM_ABOVE,
    DEFAULT_POLICY,
    DEFAULT_SNAPSHOT_LIMIT,
    Launch,
)
from tui.usage import validate

_Command = TypeVar("_Command", bound=Callable[..., Any])
_OPTIONS: dict[str, dict[str, Any]] = {
    "--profile": {"metavar": "NAME", "help": "AWS profile.", "shell_complete": profiles},
    "--region": {"metavar": "NAME", "help": "AWS region."},
    "--endpoint-url": {"metavar": "URL", "help": "Endpoint for all services."},
    "--policy": {
        "metavar": "NAME|ARN",
        "shell_complete": policies,
        "help": f"The policy to audit, attach and detach.  [default: {DEFAULT_POLICY}]",
    },
    "--read-only/--no-read-only": {
        "default": None,
        "help": "Never send a request that could change something; or do so although the "
        "configuration says read-only.",
    },
    "--dry-run": {"is_flag": True, "help": "Plan and show changes, but do not send them."},
    "--confirm-above": {
        "metavar": "N",
        "type": click.IntRange(min=0),
        "help": "Changing more than N principals requires typing the account ID or alias.  "
        f"[default: {DEFAULT_CONFIRM_ABOVE}]",
    },
    "--demo": {"is_flag": True, "help": "Use an embedded account instead of AWS."},
    "--snapshot": {
        "metavar": "FILE",
        "type": click.Path(),
        "help": "Use the saved output of `aws iam get-account-authorization-details`, gzipped or "
        "not; - for standard input.",
    },
    "--snapshot-limit": {
        "metavar": "MB",
        "type": click.IntRange(min=1),
        "help": "Read at most this many megabytes of uncompressed JSON.  "
        f"[default: {DEFAULT_SNAPSHOT_LIMIT}]",
    },
    "--organization": {
        "metavar": "FILE",
        "type": click.Path(),
        "help": "Use the organization in this file, or in the folder of an iam-collect store, "
        "instead of asking AWS.",
    },
    "--journal": {"metavar": "FILE", "type": click.Path(), "help": "Record changes in this file."},
    "--cache": {
        "is_flag": True,
        "help": "Keep the account on this disk, and show it at the next start, marked as stale, "
        "until it has been read again.",
    },
    "--config": {
        "metavar": "FILE",
        "type": click.Path(),
        "help": "Use this configuration file.  [default: config.toml in the folder for "
        "configuration, such as ~/.config/bedrock-tui]",
    },
    "--mouse/--no-mouse": {
        "default": None,
        "help": "Use the mouse; or leave it to the terminal, which can then select text.",
    },
}
"""In the order in which `--help` lists those of one subject."""
_OF_THE_APP = ("--dry-run", "--confirm-above", "--journal", "--cache", "--mouse/--no-mouse")
"""What only the app makes use of. Every command takes the others, also in an alias."""


def app_options(command: _Command) -> _Command:
    """Add the options of the app."""
    return _with(command, _OPTIONS, hidden=())


def shared_options(
    *also: str, idle: tuple[str, ...] = ("--read-only/--no-read-only",)
) -> Callable[[_Command], _Command]:
    """Add the options that every command takes.

    Args:
        also: Options of the app that this command makes use of as well.
        idle: Options that change nothing for this command, and so are not in its help.
    """
    names = [name for name in _OPTIONS if name in also or name not in _OF_THE_APP]
    return lambda command: _with(command, names, hidden=idle)


def _with(command: _Command, names: Iterable[str], hidden: tuple[str, ...]) -> _Command:
    for name in reversed([*names]):
        command = click.option(name, hidden=name in hidden, **_OPTIONS[name])(command)
    return command


def given(chosen: dict[str, Any]) -> dict[str, Any]:
    """The options that are on the command line; those after a command's name replace the others."""
    switches = ("read_only", "mouse")  # which can be switched off, too
    return {
        name: value
        for name, value in chosen.items()
        if value is not None and (value is not False or name in switches)
    }


def joined(before: dict[str, Any], chosen: dict[str, Any]) -> dict[str, Any]:
    """The options before and after a command's name.

    Raises:
        click.UsageError: One before it is of no use to the command.
    """
    context = click.get_current_context()
    known = {parameter.name for parameter in context.command.params}
    for name in before:
        if name not in known:
            option = name.replace("_", "-")
            raise click.UsageError(
                f"--{option} is for the app: `{context.info_name}` has no use for it."
            )
    return before | given(chosen)


def resolved(given: dict[str, Any]) -> tuple[Launch, Config]:
    """What holds: the command line before the environment, the configuration and the defaults."""
    try:
        config = read_config(given.get("config"))
    except Missing as error:
        raise click.UsageError(f"--config: {error}.") from error
    names = {field.name for field in fields(Launch)}
    options = {name: value for name, value in given.items() if name in names}
    aws = not (given.get("demo") or "snapshot" in given)
    launch = Launch(**(config.launch_options(os.environ, aws=aws) | options))
    validate(launch, limit="snapshot_limit" in options)
    if "mouse" in given:
        config = config._replace(mouse=given["mouse"])
    return launch, config
