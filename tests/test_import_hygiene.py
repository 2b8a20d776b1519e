"""What importing a package costs, seen in a fresh interpreter.

The command line answers at once because it imports nothing heavy; the account can be used without a
terminal because it never imports Textual. import-linter reads the source, this runs it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

REPORT = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def modules_of(package: str) -> list[str]:
    """Every module of a package, the package itself among them."""
    names = (
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / package).rglob("*.py")
    )
    return sorted(name.removesuffix(".__init__") for name in names)


def brought_along_by(module: str) -> set[str]:
    """The top-level names that are loaded once a fresh interpreter has imported the module."""
    run = subprocess.run(
        [sys.executable, "-c", REPORT, module],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return set(json.loads(run.stdout))


def test_the_command_line_starts_without_textual_boto3_and_pydantic() -> None:
    assert not brought_along_by("tui.cli") & {"textual", "rich", "boto3", "botocore", "pydantic"}


@pytest.mark.parametrize("module", modules_of("iam"))
def test_the_account_needs_no_terminal(module: str) -> None:
    assert not brought_along_by(module) & {"textual", "rich", "click", "widgets", "tui"}


@pytest.mark.parametrize("module", modules_of("widgets"))
def test_a_widget_needs_no_aws(module: str) -> None:
    assert not brought_along_by(module) & {"boto3", "botocore", "tui"}
