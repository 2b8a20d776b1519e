"""The configuration file: what it changes, what beats it, and what is said where it is wrong."""

from __future__ import annotations

import json
import os
import sys
import tomllib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import CliRunner
from textual.pilot import Pilot
from textual.widgets import Static

from iam.runtime.folders import state_folder
from iam.verdicts.verdict import Verdict
from tests.tui.waiting import main_of, until
from tui.app import BedrockApp
from tui.cli import main
from tui.commands import COMMANDS
from tui.config import Config, Missing, default_file, read_config
from tui.config_check import keymap_fault
from tui.dialogs.help import HelpScreen
from tui.options import Launch
from tui.saving import save
from tui.theme_choice import chosen_theme
from widgets.account_bar import AccountBar
from widgets.principal_table import PrincipalTable

Write = Callable[[str], Config]


@pytest.fixture
def write() -> Write:
    """Write the file, and read it."""

    def written(text: str) -> Config:
        path = default_file()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return read_config(None)

    return written


def config_command(*options: str) -> Any:
    """What `bedrock-tui config` prints."""
    return CliRunner().invoke(main, ["config", *options])


# Reading


def test_without_a_file_the_defaults_apply() -> None:
    assert read_config(None) == Config()


def test_a_file_that_was_named_has_to_exist() -> None:
    with pytest.raises(Missing, match=r"no file none\.toml"):
        read_config("none.toml")
    assert CliRunner().invoke(main, ["audit", "--config", "none.toml"]).exit_code == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("theme = ", "line 1: Invalid value"),
        ("\ntheme = 1", "line 2, theme: it must be a text in quotes."),
        ('theme = ""', "line 1, theme: it is empty."),
        ("confirm-above = -1", "line 1, confirm-above: it must not be negative."),
        ("confirm-above = true", "line 1, confirm-above: it must be a whole number."),
        ("read_only = true", "line 1, read_only: there is no such key; did you mean read-only?"),
        ("keymap = 1", "line 1, keymap: it must be a table: [keymap]."),
        ("mouse = true\n[keymap]\nattach = 1", "line 3, keymap.attach: it must be a text"),
        ('[verdict-colours]\nfull = "red"', "line 2, verdict-colours.full: there is no such"),
        ('[keymap]\nattach = "A"\n[keymap]\n', "line 3: Cannot declare"),
        ("x = " + 5000 * "[", "config.toml is nested too deeply."),
    ],
)
def test_a_wrong_file_is_reported_with_line_and_key(write: Write, text: str, said: str) -> None:
    config = write(text)
    assert said in config.fault
    assert "\n" not in config.fault
    assert config == Config(file=config.file, fault=config.fault)


def test_a_file_that_is_not_utf_8_is_reported_with_its_line(write: Write) -> None:
    write("")
    default_file().write_bytes(b'theme = "nord"\n# caf\xe9\n')
    assert "line 2: it is not UTF-8." in read_config(None).fault


def test_a_hostile_key_is_shown_as_escapes(write: Write) -> None:
    fault = write('"\\u001b]0;pwned" = 1').fault
    assert "\x1b" not in fault


# What beats what


def effective(*options: str) -> dict[str, Any]:
    return tomllib.loads(config_command(*options).stdout)


def test_the_command_line_beats_the_file_and_the_file_the_defaults(write: Write) -> None:
    write('policy = "Mine"\nprofile = "dev"\nmouse = false')
    assert effective()["policy"] == "Mine"
    found = effective("--policy", "Other", "--profile", "prod")
    assert (found["policy"], found["profile"], found["mouse"]) == ("Other", "prod", False)


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID"])
def test_credentials_of_the_environment_beat_the_profile_of_the_file(
    write: Write, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    config = write('profile = "dev"')
    monkeypatch.setenv(name, "x")
    assert "profile" not in config.launch_options({name: "x"})
    assert config.launch_options({}) == {"profile": "dev"}
    assert config.launch_options({}, aws=False) == {}


def test_only_an_explicit_option_lifts_read_only(write: Write) -> None:
    write("read-only = true")
    assert effective()["read-only"] is True
    assert effective("--no-read-only").get("read-only", False) is False


def test_a_wrong_file_keeps_the_session_read_only(write: Write) -> None:
    assert write("read_only = true").launch_options({}) == {"read_only": True}


def test_audit_goes_on_and_says_in_one_line_what_is_wrong(
    write: Write, small_account: Path
) -> None:
    write("theme = 1")
    with patch("os._exit", sys.exit):
        result = CliRunner().invoke(
            main, ["audit", "--snapshot", str(small_account), "--format", "json"]
        )
    assert json.loads(result.stdout)["principals"]
    (line, *_) = result.stderr.splitlines()
    assert line.startswith("bedrock-tui: ") and "line 1, theme" in line


def test_what_config_prints_is_a_file_with_every_key_and_command(write: Write) -> None:
    text = 'theme = "nord"\nconfirm-above = 3\n[keymap]\nattach = "A"\n'
    write(text + '[verdict-colours]\npartial = "#ffaa00"\n')
    printed = config_command().stdout
    again = write(printed)
    assert (again.theme, again.confirm_above, again.fault) == ("nord", 3, "")
    assert again.keymap == {"attach": "A"}
    assert again.colours == {"partial": "#ffaa00"}
    assert all(f"{command.id} = " in printed for command in COMMANDS)


# A new file


def test_init_writes_a_private_file_with_its_folder() -> None:
    result = config_command("--init", "--profile", "prod")
    assert result.stdout == f"Wrote {default_file()}.\n"
    assert default_file().stat().st_mode & 0o777 == 0o600
    assert default_file().parent.stat().st_mode & 0o777 == 0o700
    assert read_config(None).profile == "prod"
    assert read_config(None)._replace(file="", profile="", lines=Config().lines) == Config()


def test_init_writes_to_the_file_that_was_named(tmp_path: Path) -> None:
    path = tmp_path / "new" / "mine.toml"
    assert config_command("--init", "--config", str(path)).exit_code == 0
    assert path.exists() and not default_file().exists()


@pytest.mark.parametrize("link", [False, True], ids=["a file", "a link to nothing"])
def test_init_leaves_a_file_that_is_there(write: Write, tmp_path: Path, link: bool) -> None:
    write('theme = "nord"')
    if link:
        default_file().unlink()
        default_file().symlink_to(tmp_path / "nothing")
    result = config_command("--init")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"bedrock-tui: {default_file()} is there already; nothing has been written\n"
    )
    assert link or default_file().read_text() == 'theme = "nord"'
    assert not (tmp_path / "nothing").exists()


def test_init_says_why_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = config_command("--init", "--config", str(tmp_path / "file" / "mine.toml"))
    assert result.exit_code == 1
    assert result.stderr.endswith("mine.toml: Not a directory\n")


def test_without_a_file_the_first_line_says_where_it_would_be() -> None:
    (first, *_) = config_command().stdout.splitlines()
    assert (
        first
        == f"# There is no file. `bedrock-tui config --init` writes this one to {default_file()}"
    )


# Keys


@pytest.mark.parametrize(
    ("id", "keys", "said"),
    [
        ("attack", "A", "there is no command of this name"),
        ("attach", "d", "the key d is used for detach"),
        ("attach", "j", "the key j is used for moving or marking"),
        ("sort", "enter", "the key enter is used for"),
        ("attach", "ctrl+c", "the key ctrl+c is used for quitting"),
        ("attach", "contrl+a", "there is no key contrl+a"),
        ("attach", ",", "there is no key ','; write comma or space"),
        ("attach", " ", "there is no key ' '"),
        ("attach", "f5,y", "the key y confirms changes"),
        ("undo", "enter", "the key enter confirms changes"),
        ("suspend", "escape", "the key escape closes dialogs"),
        ("redraw", "z", "the key z is text in inputs"),
    ],
)
def test_keys_that_cannot_be_used_are_named(write: Write, id: str, keys: str, said: str) -> None:
    assert said in keymap_fault(write(f'[keymap]\n{id} = "{keys}"'))


def test_two_commands_cannot_share_a_key_that_was_the_default_of_one(write: Write) -> None:
    text = '[keymap]\nattach = "d"\ndetach = "d"\nother_policy = "h"'
    assert "line 3, keymap.detach: the key d is used for attach" in keymap_fault(write(text))


def test_two_commands_may_swap_their_keys(write: Write) -> None:
    assert keymap_fault(write('[keymap]\nattach = "d"\ndetach = "a"')) == ""


Opened = Callable[[Config], AbstractAsyncContextManager[Pilot[int]]]


@pytest.fixture
def opened(from_file: Launch) -> Opened:
    """Open the app with a configuration."""

    @asynccontextmanager
    async def open_with(config: Config) -> Any:
        app = BedrockApp(from_file, unicode=True, config=config)
        async with app.run_test(size=(120, 36), notifications=True) as pilot:
            await until(pilot, lambda: main_of(pilot).loaded)
            yield pilot
        app.session.close()

    return open_with


async def test_a_command_has_its_new_key_and_not_its_old_one(write: Write, opened: Opened) -> None:
    async with opened(write('[keymap]\nshow_users = "Z"\nattach = "A"')) as pilot:
        await pilot.press("2")
        assert main_of(pilot).table.view.kind == "all"
        await pilot.press("Z")
        assert main_of(pilot).table.view.kind == "users"
        await pilot.press("A")  # of a file: it says why nothing can be attached
        await until(pilot, lambda: pilot.app.screen.query("Toast"))
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, HelpScreen))
        help = pilot.app.screen.query_one("#help-keys", Static)
        await until(pilot, lambda: "  Z                 Show users only." in str(help.content))


def messages(pilot: Pilot[int]) -> list[str]:
    return [notification.message for notification in pilot.app._notifications]


async def test_what_is_wrong_is_said_and_the_rest_is_used(write: Write, opened: Opened) -> None:
    config = write('theme = "none"\nsections = false\n[keymap]\nattach = "d"')
    async with opened(config) as pilot:
        assert any("line 1, theme: there is no theme none." in m for m in messages(pilot))
        assert any("line 4, keymap.attach: the key d" in m for m in messages(pilot))
        header = pilot.app.screen.query_one(PrincipalTable).render_line(0).text
        assert "Invoke" in header and "Sections" not in header and "BedrockAPIs" not in header


async def test_theme_and_colours_of_verdicts(write: Write, opened: Opened) -> None:
    config = write('theme = "nord"\n[verdict-colours]\npartial = "#010203"')
    async with opened(config) as pilot:
        assert pilot.app.theme == "nord"
        table = main_of(pilot).table
        style = table.get_component_rich_style("principal-table--partial", partial=True)
        assert style.color is not None and style.color.name == "#010203"
        bar = pilot.app.screen.query_one(AccountBar)
        assert bar.glyphs.style(Verdict.PARTIAL) == "$verdict-partial"
        assert pilot.app.theme_variables["verdict-partial"] == "#010203"


async def test_a_theme_chosen_in_the_app_is_kept_beside_the_file(
    write: Write, opened: Opened
) -> None:
    text = '# mine\ntheme = "nord"\n'
    kept = state_folder() / "theme.json"
    async with opened(write(text)) as pilot:
        assert not kept.exists()
        pilot.app.theme = "gruvbox"
        await until(pilot, kept.exists)
    assert default_file().read_text() == text
    async with opened(read_config(None)) as pilot:
        assert pilot.app.theme == "gruvbox"
    async with opened(write('theme = "dracula"')) as pilot:
        assert pilot.app.theme == "dracula"


async def test_a_damaged_choice_of_a_theme_is_none(opened: Opened) -> None:
    path = state_folder() / "theme.json"
    path.parent.mkdir(parents=True)
    for content in (b"\xff", b"[]", b"[" * 990, b'{"theme": 1, "configured": ""}'):
        path.write_bytes(content)
        assert chosen_theme("") == ""
    path.unlink()
    os.mkfifo(path)
    async with opened(Config()) as pilot:
        assert pilot.app.theme == "textual-dark"


def test_a_pipe_is_no_configuration() -> None:
    default_file().parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(default_file())
    assert "config.toml is not a file" in read_config(None).fault


async def test_files_are_saved_in_the_chosen_folder(
    write: Write, opened: Opened, tmp_path: Path
) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    async with opened(write(f'export-folder = "{folder}"')) as pilot:
        await save(pilot.app, "history", "csv", "text")
        assert any(folder.glob("*.csv"))
