"""A plan as commands of the AWS CLI, for those who need a ticket before a change."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable

from iam.changes.plan import Change
from iam.text import safe

_READ = ("file://", "fileb://", "http://", "https://")
"""With these at its beginning the AWS CLI takes what is there for the value; version 1 reads URLs,
too."""


def aws_commands(
    changes: Iterable[Change], *, account: str, profile: str | None = None
) -> tuple[str, ...]:
    """Write changes as lines of a shell script.

    Args:
        changes: What is to be done.
        account: The account's ID, for a check on top: the commands themselves name none.
        profile: Of the AWS CLI, if one is in force.

    Returns:
        A line each, without line breaks; the first ones refuse to go on in another account.
    """
    options = f" --profile={shlex.quote(profile)}" if profile else ""
    who_am_i = f"aws sts get-caller-identity --query=Account --output=text{options}"
    # In parentheses, so that a shell into which they are pasted does not end with them.
    lines = ["(", "set -e", f'test "$({who_am_i})" = {shlex.quote(account)}']
    for change in changes:
        kind = change.entity.type
        lines.append(f"aws iam {change.op}-{kind}-policy {_parameters(change)}{options}")
    return tuple(safe(line) for line in (*lines, ")"))


def _parameters(change: Change) -> str:
    """Whom and what a command is about, in a form that the AWS CLI takes as data.

    After `=` a leading dash does not make an option. That of a file or a URL would still be read
    and its content sent; in JSON it is not, and a control character has an escape there.
    https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-file.html
    """
    kind, name, policy = change.entity.type, change.entity.name, change.policy_arn
    if any(value.startswith(_READ) or safe(value) != value for value in (name, policy)):
        said = json.dumps({f"{kind.title()}Name": name, "PolicyArn": policy})
        return f"--cli-input-json {shlex.quote(said)}"
    return f"--{kind}-name={shlex.quote(name)} --policy-arn={shlex.quote(policy)}"
