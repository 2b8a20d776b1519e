"""The list of report formats, and what all of them have in common."""

from __future__ import annotations

import json

import pytest

from iam.account.unread import Unread
from iam.reports.formats import DEFAULT_FORMAT, FORMATS, format_of_file
from tests.build import policy_arn
from tests.conftest import ROOT
from tests.iam.reports.audits import ONE_OF_EACH


def test_no_format_that_scripts_ask_for_is_dropped() -> None:
    assert {"table", "json", "csv", "markdown", "html"} <= FORMATS.keys()
    assert DEFAULT_FORMAT == "table"


def test_each_format_has_a_name_a_help_text_and_a_suffix_of_its_own() -> None:
    assert all(name == each.name for name, each in FORMATS.items())
    assert all(each.help for each in FORMATS.values())
    assert len({each.suffix for each in FORMATS.values()}) == len(FORMATS)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.JSON", "json"),
        ("a.htm", "html"),
        ("a.markdown", "markdown"),
        ("a.tXt", "table"),
        ("a", "table"),
        ("/dev/stdout", "table"),
        ("tmp.json/tmp.kQ1d", "table"),
    ],
)
def test_the_ending_of_a_file_chooses_the_format(name: str, form: str) -> None:
    assert format_of_file(name) == form


def test_the_readme_lists_every_format() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    row = next(line for line in readme.splitlines() if line.startswith("| `--format`"))
    assert all(f"`{name}`" in row for name in FORMATS)


def test_every_module_of_a_format_is_in_the_list() -> None:
    modules = (ROOT / "iam" / "reports").glob("*_format.py")
    assert sorted(path.stem for path in modules) == sorted(f"{name}_format" for name in FORMATS)


def test_what_was_not_read_is_in_every_format_but_the_csv() -> None:
    assert not ONE_OF_EACH.complete
    assert ONE_OF_EACH.unread == (
        Unread(
            f"policy {policy_arn('gone')}",
            "Missing",
            "the account's data does not hold its document",
        ),
    )
    for form in ("html", "json", "markdown", "table"):
        assert "policy/gone" in "".join(FORMATS[form].write(ONE_OF_EACH))


def test_the_time_and_the_groups_in_json() -> None:
    body = json.loads("".join(FORMATS["json"].write(ONE_OF_EACH)))
    assert body["generated_at"] == "2026-11-23T18:00:00Z"
    assert body["principals"][0]["attached"] == {"direct": True, "groups": ["ml"]}
