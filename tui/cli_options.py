"""The options that the app and its commands share, and what holds once all are known.

Light: imported before the first frame.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import fields
from typing import Any, TypeVar

import click

from tui.completion import policies, profiles
from tui.config import Config, Missing, read_config
from tui.options import DEFAULT_POLICY, DEFAULT_SNAPSHOT_LIMIT, Launch
from tui.usage import validate

_Command = TypeVar("_Command", bound=Callable[..., Any])


def shared_options(command: _Command) -> _Command:
    """Add the options that the app and its commands share."""
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


def given(chosen: dict[str, Any]) -> dict[str, Any]:
    """The options that are on the command line; those after a command's name replace the others."""
    switches = ("read_only", "mouse")  # which can be switched off, too
    return {
        name: value
        for name, value in chosen.items()
        if value is not None and (value is not False or name in switches)
    }


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
    validate(launch)
    if "mouse" in given:
        config = config._replace(mouse=given["mouse"])
    return launch, config
