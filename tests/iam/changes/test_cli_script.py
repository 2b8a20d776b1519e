"""A plan as commands of the AWS CLI."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from iam.changes.cli_script import aws_commands
from iam.changes.journal import Op
from iam.changes.plan import Change
from tests.build import ID, LIMITED, account, group, role, the, user

ODD = "o'hara; rm -rf $HOME"
MADE = account(user("alice"), role(ODD), group("ml"))
HOLDERS = (the(MADE), the(MADE, ODD), MADE.groups[ID, "ml"])


def script(op: Op, profile: str | None = None) -> str:
    changes = [Change(op, entity, LIMITED) for entity in HOLDERS]
    return "\n".join(aws_commands(changes, account=ID, profile=profile))


def run(tmp_path: Path, text: str, account_id: str = ID) -> tuple[int, list[str]]:
    """Run a script with an `aws` that only notes how it was called."""
    aws = tmp_path / "aws"
    aws.write_text(
        '#!/bin/sh\nif [ "$1" = sts ]; then echo ' + account_id + "; exit; fi\n"
        'printf "%s|" "$@" >> "$0.log"; echo >> "$0.log"\n'
    )
    aws.chmod(0o755)
    ended = subprocess.run(["sh", "-c", text], env={"PATH": f"{tmp_path}:/usr/bin:/bin"})
    log = tmp_path / "aws.log"
    return ended.returncode, log.read_text().splitlines() if log.exists() else []


def test_each_change_is_one_command_whatever_the_name_is(tmp_path: Path) -> None:
    status, called = run(tmp_path, script("attach", profile="my prod"))
    assert status == 0
    assert called == [
        f"iam|attach-user-policy|--user-name=alice|--policy-arn={LIMITED}|--profile=my prod|",
        f"iam|attach-role-policy|--role-name={ODD}|--policy-arn={LIMITED}|--profile=my prod|",
        f"iam|attach-group-policy|--group-name=ml|--policy-arn={LIMITED}|--profile=my prod|",
    ]


def test_a_leading_dash_is_part_of_a_value(tmp_path: Path) -> None:
    made = [Change("attach", the(account(user("--debug")), "--debug"), LIMITED)]
    lines = aws_commands(made, account=ID, profile="-p")
    assert "--output=text --profile=-p)" in lines[2]
    _, called = run(tmp_path, "\n".join(lines))
    assert called == [
        f"iam|attach-user-policy|--user-name=--debug|--policy-arn={LIMITED}|--profile=-p|"
    ]


@pytest.mark.parametrize("name", ["file:///etc/passwd", "http://host/x", "a\x1b[2J"])
def test_what_the_aws_cli_would_read_or_a_terminal_obey_is_written_as_json(
    tmp_path: Path, name: str
) -> None:
    made = [Change("detach", the(account(user(name)), name), LIMITED)]
    _, (called,) = run(tmp_path, "\n".join(aws_commands(made, account=ID)))
    _, command, option, said, _ = called.split("|")
    assert (command, option) == ("detach-user-policy", "--cli-input-json")
    assert json.loads(said) == {"UserName": name, "PolicyArn": LIMITED}


def test_in_another_account_the_script_changes_nothing_and_says_so(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    status, called = run(tmp_path, script("detach"), account_id="999999999999")
    assert status != 0
    assert called == []
    said = f"These commands are for account {ID}; nothing was changed.\n"
    assert capfd.readouterr().err == said
