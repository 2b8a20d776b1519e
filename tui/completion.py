"""What a shell completes: profiles and policies.

Light: boto3 would take longer to import than a person waits for a completion.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

SHELLS = ("bash", "zsh", "fish")
_VARIABLE = "_BEDROCK_TUI_COMPLETE"


def script_for(shell: str, program: click.Command) -> str:
    """The script that makes a shell complete the program's command lines."""
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None  # click knows all of `SHELLS`
    return kind(program, {}, "bedrock-tui", _VARIABLE).source()


def profiles(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The profiles of the AWS configuration files that begin with what was typed."""
    config = _sections("AWS_CONFIG_FILE", "config")
    names = {
        name.removeprefix("profile ").strip()
        for name in config
        if name == "default" or name.startswith("profile ")
    }
    names |= set(_sections("AWS_SHARED_CREDENTIALS_FILE", "credentials"))
    return _items(names, incomplete)


def policies(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The policies that come with the app and begin with what was typed."""
    from iam.policy.bundled import bundled_policies

    return _items({policy.name for policy in bundled_policies()}, incomplete)


def _items(names: set[str], incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    # A shell would print a name with a control character in it.
    fitting = (name for name in names if name.startswith(incomplete) and name.isprintable())
    return [CompletionItem(name) for name in sorted(fitting)]


def _sections(variable: str, name: str) -> list[str]:
    """The sections of one of AWS's files; none of one that is not there, or cannot be read."""
    import configparser

    try:
        path = Path(os.environ.get(variable) or f"~/.aws/{name}").expanduser()
    except RuntimeError:  # there is no home folder
        return []
    if not os.environ.get(variable) and not path.is_absolute():
        return []  # HOME is relative: the file would be one of the working folder
    parser = configparser.RawConfigParser(strict=False, default_section="")
    with suppress(OSError, configparser.Error):  # what was read before an error counts
        parser.read_string(path.read_text(encoding="utf-8", errors="replace"))
    return parser.sections()
