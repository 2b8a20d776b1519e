"""What importing a package costs, seen in a fresh interpreter.

The command line answers at once because it imports nothing heavy; the account can be used without a
terminal because it never imports Textual. import-linter reads the source, this runs it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.build import allow, details, user

ROOT = Path(__file__).parents[1]

REPORT = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted(sys.modules)))
"""


AUDIT = """
import json, sys
from tui.cli import main
main(sys.argv[1:], standalone_mode=False)
print(json.dumps(sorted(sys.modules)))
"""


def modules_of(package: str) -> list[str]:
    """Every module of a package, the package itself among them."""
    names = (
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in (ROOT / package).rglob("*.py")
    )
    return sorted(name.removesuffix(".__init__") for name in names)


def loaded_by(*modules: str) -> set[str]:
    """The modules that are loaded once a fresh interpreter has imported these."""
    return loaded_after(REPORT, *modules)


def loaded_after(program: str, *arguments: str) -> set[str]:
    """The modules that a program tells of on its last line."""
    run = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return set(json.loads(run.stdout.splitlines()[-1]))


def brought_along_by(*modules: str) -> set[str]:
    """The top-level names among them."""
    return tops(loaded_by(*modules))


def tops(modules: set[str]) -> set[str]:
    """The names before the first dot."""
    return {name.partition(".")[0] for name in modules}


def test_the_command_line_starts_without_textual_boto3_and_pydantic() -> None:
    assert not brought_along_by("tui.cli") & {"textual", "rich", "boto3", "botocore", "pydantic"}


def test_the_first_frame_comes_without_boto3_and_pydantic() -> None:
    loaded = brought_along_by("tui.app")
    assert "textual" in loaded
    assert not loaded & {"boto3", "botocore", "pydantic", "moto"}


CONFIG = """
import json, sys
from tui.config import read_config
read_config(None)
print(json.dumps(sorted(sys.modules)))
"""


def test_without_a_configuration_file_nothing_is_imported_to_read_one() -> None:
    loaded = loaded_after(CONFIG)
    assert not tops(loaded) & {"tomllib", "textual", "pydantic"}


def test_the_first_line_comes_without_textual() -> None:
    assert not brought_along_by("tui.cli", "tui.terminal.splash", "iam.runtime.gc_control") & {
        "textual",
        "rich",
        "boto3",
    }


FIRST_FRAME = """
import json, os, sys
from tui.controllers.assembly import Controllers

def tell(_):
    print(json.dumps(sorted(sys.modules)), file=sys.__stdout__, flush=True)
    os._exit(0)

Controllers.load = property(tell)  # which is used right after the first frame
from tui.app import BedrockApp
from tui.options import Launch
BedrockApp(Launch(snapshot=sys.argv[1])).run(headless=True)
"""


def test_the_first_frame_comes_without_dialogs_controllers_and_the_filter_s_language(
    tmp_path: Path,
) -> None:
    loaded = loaded_after(FIRST_FRAME, str(tmp_path / "none.json"))
    assert "tui.main_screen" in loaded
    controllers = {name for name in loaded if name.startswith("tui.controllers.")}
    assert controllers == {"tui.controllers.assembly", "tui.controllers.announcement"}
    assert not {name for name in loaded if name.startswith(("tui.dialogs", "iam.reports"))}
    assert not loaded & {"iam.verdicts.filter_terms", "widgets.row"}


def test_the_app_does_not_import_its_commands_without_a_screen() -> None:
    loaded = loaded_by("tui.cli", "tui.run_app")
    assert "tui.cli_options" in loaded
    assert not loaded & {"tui.cli_reports", "tui.audit_command", "iam.reports.formats"}


def test_the_account_needs_no_terminal() -> None:
    loaded = brought_along_by(*modules_of("iam"))
    assert not loaded & {"textual", "rich", "click", "widgets", "tui"}


def test_a_widget_needs_no_aws() -> None:
    assert not brought_along_by(*modules_of("widgets")) & {"boto3", "botocore", "tui"}


def test_an_account_from_a_file_is_audited_without_boto3(tmp_path: Path) -> None:
    path = tmp_path / "saved.json"
    path.write_text(json.dumps(details(user("alice", allow("bedrock:*")))))
    loaded = tops(loaded_after(AUDIT, "audit", "--snapshot", str(path)))
    assert "pydantic" in loaded
    assert not loaded & {"boto3", "botocore", "textual", "rich", "moto"}
