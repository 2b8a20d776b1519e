"""The README names every key and every option of the program, and none that it does not have."""

from __future__ import annotations

import re

import click

from tests.conftest import ROOT
from tui.cli import main
from tui.cli_reports import audit
from tui.commands import COMMANDS, MOVEMENT

README = (ROOT / "README.md").read_text(encoding="utf-8")
NAMES = {"slash": "/", "question_mark": "?", "escape": "esc"}


def test_the_key_table_is_the_program_s() -> None:
    table = README.partition("## Keys")[2].partition("\n\nA change opens")[0]
    in_readme = set(re.findall(r"`([^`]+)`", table))
    in_program = {NAMES.get(command.keys, command.keys) for command in COMMANDS}
    in_program |= {key for keys, _ in MOVEMENT for key in keys.split()}
    assert in_readme == in_program


def test_every_option_is_told_of() -> None:
    options = {
        name
        for command in (main, audit)
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for name in (*parameter.opts, *parameter.secondary_opts)
    }
    in_readme = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README.partition("## Real use")[2]))
    in_readme.discard("--help")
    assert in_readme == options - {"-h", "--help"}
