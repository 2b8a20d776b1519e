"""Every module, file and test that is named in a string exists: no type checker reads those.

Names are found in the source, so that a new one is checked without being listed here.
"""

from __future__ import annotations

import ast
import importlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGES = ("iam", "widgets", "tui")
FOLDERS = (*PACKAGES, "benchmarks", "scripts", "tests")
MODULE = re.compile(rf"(?:{'|'.join(FOLDERS)})(?:\.[A-Za-z_]\w*)+")
PATH = re.compile(rf"(?<![\w/.-])(?:{'|'.join(FOLDERS)})(?:/[\w-]+)+\.(?:py|tcss)\b")
RUN = re.compile(r"-m ([\w.]+)")
"""`python -m MODULE`."""


def sources(*folders: str) -> Iterator[tuple[Path, str]]:
    """Each Python file below these folders, with its text."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path, path.read_text(encoding="utf-8")


def prose() -> Iterator[tuple[Path, str]]:
    """The Makefile and the pages for people, each with its text."""
    for path in (ROOT / "Makefile", *sorted(ROOT.glob("*.md")), *sorted(ROOT.glob("docs/**/*.md"))):
        if path.name != "CHANGELOG.md":  # which tells of files as they were
            yield path, path.read_text(encoding="utf-8")


def is_import_for(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id == "import_for"


def named_in(text: str) -> Iterator[str]:
    """The modules that a file names in strings: whole names, and arguments of `import_for`."""
    for node in ast.walk(ast.parse(text)):
        # Also `in_thread(import_for, …)`.
        if isinstance(node, ast.Call) and any(map(is_import_for, (node.func, *node.args))):
            for argument in node.args:
                if not is_import_for(argument):
                    yield f"iam.{ast.literal_eval(argument)}"
        elif MODULE.fullmatch(name := string_of(node)):
            yield name


def put_together_in(text: str) -> Iterator[str]:
    """The names of modules that a file puts together, so that nothing can check them."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.JoinedStr):
            start = string_of(node.values[0]) if node.values else ""
            if re.match(rf"(?:{'|'.join(FOLDERS)})\.", start):
                yield ast.unparse(node)


def string_of(node: ast.AST) -> str:
    """The string that a node is; empty for any other node."""
    is_string = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return node.value if is_string else ""  # type: ignore[attr-defined]


NAMED = sorted({name for _, text in sources(*FOLDERS[:-1]) for name in named_in(text)})


def test_the_names_are_found() -> None:
    """So that a change of the search cannot leave the next test without anything to check."""
    known = {"iam.demo.server", "tui.session.reader_worker", "tui.dialogs.review"}
    assert known | {"iam.aws.load_account", "iam.reports.audit", "benchmarks.server"} <= {*NAMED}


@pytest.mark.parametrize("name", NAMED)
def test_a_module_that_is_named_in_a_string_can_be_imported(name: str) -> None:
    importlib.import_module(name)


def test_names_are_written_in_one_piece() -> None:
    """But for `import_for` itself, whose arguments are checked."""
    put_together = [
        f"{path.relative_to(ROOT)}: {name}"
        for path, text in sources(*FOLDERS[:-1])
        for name in put_together_in(text)
        if "def import_for(" not in text
    ]
    assert put_together == []


@pytest.mark.parametrize(("path", "text"), prose(), ids=lambda each: getattr(each, "name", ""))
def test_modules_that_are_run_exist(path: Path, text: str) -> None:
    for name in RUN.findall(text):
        if name.partition(".")[0] in FOLDERS:
            assert (ROOT / name.replace(".", "/")).with_suffix(".py").is_file(), name


@pytest.mark.parametrize("folder", [*FOLDERS, "prose"])
def test_files_that_are_named_exist(folder: str) -> None:
    missing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path, text in (prose() if folder == "prose" else sources(folder))
        for name in PATH.findall(text)
        if not (ROOT / name).is_file()
    ]
    assert missing == []


def test_tests_that_the_makefile_names_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for name, value in re.findall(r"^(\w+) := (\S+)$", makefile, re.MULTILINE):
        makefile = makefile.replace(f"$({name})", value)
    named = re.findall(r"(\S+\.py)::(\w+)", makefile)
    assert named
    for path, test in named:
        assert re.search(rf"^(?:async )?def {test}\(", (ROOT / path).read_text(), re.MULTILINE)


def test_the_wheel_has_every_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    in_tree = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert {*packages} == {*PACKAGES} == in_tree
    for command in project["project"]["scripts"].values():
        module, _, function = command.partition(":")
        assert callable(getattr(importlib.import_module(module), function))
