"""A plan as commands of the AWS CLI, for those who need a ticket before a change."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from iam.plan import Change
from iam.text import safe


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
    options = f" --profile {shlex.quote(profile)}" if profile else ""
    who_am_i = f"aws sts get-caller-identity --query Account --output text{options}"
    # In parentheses, so that a shell into which they are pasted does not end with them.
    lines = ["(", "set -e", f'test "$({who_am_i})" = {shlex.quote(account)}']
    for change in changes:
        kind = change.holder.type
        lines.append(
            f"aws iam {change.op}-{kind}-policy --{kind}-name {shlex.quote(change.holder.name)} "
            f"--policy-arn {shlex.quote(change.policy_arn)}{options}"
        )
    return tuple(safe(line) for line in (*lines, ")"))
