"""What the README says holds: keys, options, recipes, pictures."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import click
import pytest

from iam.demo.launcher import DemoServer
from iam.verdicts.answers import ANSWER_FILTERS, Question
from tests.conftest import ROOT
from tests.tui.command_line import run
from tui.cli import main
from tui.cli_config import show_config
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
        for command in (main, audit, show_config)
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for name in (*parameter.opts, *parameter.secondary_opts)
    }
    ours = re.sub(r"```\naws .*?```", "", README.partition("## Real use")[2], flags=re.DOTALL)
    in_readme = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", ours))
    in_readme.discard("--help")
    assert in_readme == options - {"-h", "--help"}


RECIPES = README.partition("## Recipes")[2].partition("## Real use")[0]
AUDITS = re.findall(r"^bedrock-tui (audit .*?)(?: \|.*)?$", RECIPES, re.MULTILINE)
QUESTIONS = dict(re.findall(r"^\| .*? \| (.*?) \| (.*) \|$", RECIPES, re.MULTILINE))
IN_TABLE = re.findall(r"`bedrock-tui (audit .*?)`", "".join(QUESTIONS.values()))
AMONG_THE_ANSWERS = {
    "policy:yes invoke:no": "farid.haddad",
    "invoke:partial": "hugo.silva",
    "policy:yes unused:90d": "bob.okafor",
}
PAGES = ("README.md", *(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")))


@pytest.mark.parametrize("command", [*IN_TABLE, *AUDITS])
def test_every_recipe_has_an_answer(
    command: str, demo: DemoServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    arguments = shlex.split(command)
    name = AMONG_THE_ANSWERS.get(arguments[-1], "AdminBreakGlass")
    if arguments[-1] == "--output":
        arguments.append("monday.csv")
    result = run(*arguments, "--endpoint-url", demo.endpoint_url)
    assert result.exit_code == 0, result.stderr
    written = [file.read_text(encoding="utf-8") for file in tmp_path.iterdir() if file.is_file()]
    assert name in "".join((result.stdout, *written))


@pytest.mark.parametrize(("key", "question"), [("i", "invoke"), ("h", "other"), ("b", "blocked")])
def test_a_key_and_its_command_ask_the_same(key: str, question: Question) -> None:
    (option,) = re.findall(r"--filter ('.*?'|[^ `]+)", QUESTIONS[f"`{key}`"])
    assert shlex.split(option) == [" ".join(ANSWER_FILTERS[question])]


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_points_to_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if not target.startswith("http"):
            assert (ROOT / page).parent.joinpath(target).exists(), target


def test_no_picture_is_shown_nowhere() -> None:
    pages = "".join((ROOT / page).read_text(encoding="utf-8") for page in PAGES)
    pictures = {path.name for path in (ROOT / "screenshots").iterdir()}
    assert pictures <= set(re.findall(r"[\w-]+\.svg", pages))


def test_the_operator_s_policy_has_the_statements_that_its_page_names() -> None:
    page = (ROOT / "docs" / "permissions.md").read_text(encoding="utf-8")
    policy = json.loads(page.partition("```json")[2].partition("```")[0])
    sids = {statement["Sid"] for statement in policy["Statement"]}
    assert sids <= set(re.findall(r"`(\w+)`", page))
