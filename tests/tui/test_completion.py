"""Shells complete commands, options, profiles and policies, as in a real shell."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.conftest import ROOT
from tests.test_import_hygiene import loaded_after, tops
from tui.cli import main

COMPLETE = """
import json, os, sys
from click.testing import CliRunner
from tui.cli import main
words = sys.argv[1]
environment = {"_BEDROCK_TUI_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": "2"}
CliRunner().invoke(main, prog_name="bedrock-tui", env=environment)
print(json.dumps(sorted(sys.modules)))
"""


def completed(*words: str) -> list[str]:
    """What a shell offers for the last of these words."""
    environment = {
        "_BEDROCK_TUI_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(("bedrock-tui", *words)),
        "COMP_CWORD": str(len(words)),
    }
    result = CliRunner().invoke(main, prog_name="bedrock-tui", env=environment)
    return [line.partition(",")[2] for line in result.stdout.splitlines() if line]


@pytest.fixture
def aws_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The AWS configuration files of somebody with several profiles."""
    config, credentials = tmp_path / "config", tmp_path / "credentials"
    config.write_text(
        "[default]\nregion = x\n[profile prod]\nsso_session = s\n[profile pro\x1bd]\n"
        "[sso-session s]\n[services t]\n[profile dev]\nregion = a\nregion = b\n"
    )
    credentials.write_text("[old]\naws_access_key_id = A\nno value\n[never read]\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(credentials))


@pytest.mark.usefixtures("aws_files")
def test_profiles() -> None:
    assert completed("--profile", "") == ["default", "dev", "never read", "old", "prod"]
    assert completed("audit", "--profile", "pr") == ["prod"]


def test_without_aws_files_there_are_no_profiles() -> None:
    assert completed("--profile", "x") == []


def test_files_of_a_working_folder_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x" / ".aws").mkdir(parents=True)
    (tmp_path / "x" / ".aws" / "config").write_text("[profile planted]\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "x")
    monkeypatch.delenv("AWS_CONFIG_FILE")
    assert completed("--profile", "") == []


def test_policies_formats_and_commands() -> None:
    assert completed("--policy", "AmazonBedrockL") == ["AmazonBedrockLimitedAccess"]
    assert completed("audit", "--format", "m") == ["markdown"]
    assert "audit" in completed("au")
    assert "--read-only" in completed("--read")


@pytest.mark.usefixtures("aws_files")
def test_a_completion_imports_neither_boto3_nor_textual() -> None:
    loaded = tops(loaded_after(COMPLETE, "bedrock-tui --profile p"))
    assert not loaded & {"boto3", "botocore", "textual", "rich", "pydantic"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_names_the_program(shell: str) -> None:
    script = CliRunner().invoke(main, ["completion", shell]).stdout
    assert "_BEDROCK_TUI_COMPLETE" in script and "bedrock-tui" in script


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
@pytest.mark.usefixtures("aws_files")
def test_bash_completes_a_profile(tmp_path: Path) -> None:
    program = tmp_path / "bedrock-tui"
    program.write_text(f"#!{sys.executable}\nfrom tui.cli import main\nmain()\n")
    program.chmod(0o755)
    script = (
        'eval "$(bedrock-tui completion bash)"; COMP_WORDS=(bedrock-tui --profile pr); '
        'COMP_CWORD=2; _bedrock_tui_completion bedrock-tui; echo "${COMPREPLY[@]}"'
    )
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run(
        ["bash", "--norc", "-c", script],
        env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == ["prod"]


# Help


@pytest.mark.parametrize("command", [(), ("audit",), ("save",), ("config",), ("completion",)])
def test_help_has_examples_that_can_be_parsed(command: tuple[str, ...]) -> None:
    help = CliRunner().invoke(main, [*command, "--help"]).stdout
    assert max(map(len, help.splitlines())) <= 80
    examples = [line.strip() for line in help.splitlines() if line.startswith("    bedrock-tui ")]
    for example in examples:
        words = example.split(" > ")[0].split()[1:]
        result = CliRunner().invoke(main, [*words, "--help"])
        assert result.exit_code == 0, example
    assert examples or command == ("completion",)
