"""Options without effect: not in the help of a command, and refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.command_line import run

OF_THE_APP = ("--dry-run", "--confirm-above", "--journal", "--cache", "--mouse")
OF_ALL = (
    ("--region", "eu-west-1"),
    ("--endpoint-url", "http://127.0.0.1:1"),
    ("--policy", "AmazonBedrockFullAccess"),
    ("--organization", "o.json"),
    ("--read-only",),
)


@pytest.mark.parametrize("command", ["audit", "save", "keys"])
def test_the_help_of_a_command_has_no_option_without_effect(command: str) -> None:
    help = run(command, "--help").stdout
    assert not [option for option in (*OF_THE_APP, "--read-only") if option in help]


def test_the_help_of_config_has_what_config_prints() -> None:
    help = run("config", "--help").stdout
    assert all(option in help for option in ("--confirm-above", "--mouse", "--read-only"))
    assert not any(option in help for option in ("--journal", "--cache", "--region"))


@pytest.mark.parametrize("command", [("audit",), ("save", "x.json"), ("keys",)], ids=" ".join)
@pytest.mark.parametrize("options", [("--dry-run",), ("--journal", "x"), ("--no-mouse",)])
def test_an_option_of_the_app_before_a_command_is_refused(
    command: tuple[str, ...], options: tuple[str, ...]
) -> None:
    result = run(*options, *command)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"is for the app: `{command[0]}` has no use for it." in result.stderr


@pytest.mark.parametrize("option", OF_ALL, ids=" ".join)
def test_every_command_takes_the_options_of_all(option: tuple[str, ...]) -> None:
    assert run("config", *option).exit_code == 0
    assert run(*option, "config").exit_code == 0
    for command in ("audit", "keys"):
        assert run(command, *option, "--help").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["audit", "--detail", "actions"], "json, markdown and html, not for table"),
        (["audit", "--detail", "actions", "--format", "csv"], "html, not for csv"),
        (["audit", "--detail", "actions", "--output", "x.csv"], "html, not for csv"),
        (["keys", "--output", "keys.html"], "not listed as html"),
        (["audit", "--snapshot-limit", "5"], "about --snapshot, which is missing"),
        (["--demo", "--cache"], "--demo and --cache exclude each other"),
        (["--snapshot", "x.json", "--cache"], "--snapshot and --cache exclude each other"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_combination_without_effect_is_refused(arguments: list[str], said: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert said in result.stderr


def test_a_format_that_was_chosen_beats_the_name_of_the_file(
    small_account: Path, tmp_path: Path
) -> None:
    output = tmp_path / "keys.html"
    options = ("--snapshot", str(small_account), "--output", str(output), "--format", "csv")
    run("keys", *options)
    assert output.read_text().startswith("account,id,")
