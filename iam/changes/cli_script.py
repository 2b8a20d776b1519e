"""A plan as AWS CLI commands, for operators who need a ticket before a change."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping

from iam.changes.key_plan import AnyChange, KeyChange
from iam.text import safe

_LOADED = ("file://", "fileb://", "http://", "https://")
"""The AWS CLI loads a value that begins with one of these from there (URLs: only its version 1)."""


def aws_commands(
    changes: Iterable[AnyChange], *, account: str, profile: str | None = None
) -> tuple[str, ...]:
    """Write changes as lines of a shell script.

    Args:
        changes: The changes.
        account: The account's ID; the script checks it first, because the commands name no account.
        profile: The AWS CLI profile in use, if any.

    Returns:
        The lines, without line breaks; the first ones end the script in any other account.
    """
    options = f" --profile={shlex.quote(profile)}" if profile else ""
    who_am_i = f"aws sts get-caller-identity --query=Account --output=text{options}"
    wrong = shlex.quote(f"These commands are for account {account}; nothing was changed.")
    # In parentheses, so that a failure does not end the shell into which they are pasted.
    lines = [
        "(",
        "set -e",
        f'test "$({who_am_i})" = {shlex.quote(account)} || {{ echo {wrong} >&2; exit 1; }}',
    ]
    for change in changes:
        lines.append(f"aws iam {_command(change)}{options}")
    return tuple(safe(line) for line in (*lines, ")"))


def _command(change: AnyChange) -> str:
    kind, name = change.entity.type, change.entity.name
    if not isinstance(change, KeyChange):
        values = {f"{kind.title()}Name": name, "PolicyArn": change.policy_arn}
        return f"{change.op}-{kind}-policy {_parameters(values)}"
    which = {"UserName": name, "ServiceSpecificCredentialId": change.credential}
    if change.status is None:
        return f"delete-service-specific-credential {_parameters(which)}"
    values = {**which, "Status": change.status}
    return f"update-service-specific-credential {_parameters(values)}"


def _parameters(values: Mapping[str, str]) -> str:
    """The parameters of a command, in a form that the AWS CLI reads as plain values.

    After `=` a leading dash does not start an option. A value that looks like a file or a URL would
    still be loaded; in JSON it is not, and control characters are escaped there.
    https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-file.html
    """
    if any(value.startswith(_LOADED) or safe(value) != value for value in values.values()):
        return f"--cli-input-json {shlex.quote(json.dumps(dict(values)))}"
    options = (f"--{_dashed(name)}={shlex.quote(value)}" for name, value in values.items())
    return " ".join(options)


def _dashed(name: str) -> str:
    """The option of a parameter: `policy-arn`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
