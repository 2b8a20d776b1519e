"""CSV for spreadsheets: cells, and formulas that are none."""

from __future__ import annotations

import csv
import io

import pytest

from iam.reports.csv_format import as_csv
from tests.build import LIMITED, user
from tests.iam.reports.audits import ONE_OF_EACH, audit


def test_groups_and_unknown_verdicts() -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(ONE_OF_EACH))))
    assert (rows[0]["attached_direct"], rows[0]["attached_via_groups"]) == ("true", "ml")
    assert rows[1]["verdict"] == "unknown"


def test_with_the_detail_of_principals_there_are_no_columns_of_sections() -> None:
    head = as_csv(ONE_OF_EACH, "principals").splitlines()[0]
    assert ",verdict,invoke,other_policy,keys," in head


def test_what_could_not_be_read_is_unknown() -> None:
    broken = {"AttachedManagedPolicies": 3, "GroupList": 3, "PermissionsBoundary": {}}
    row = next(csv.DictReader(io.StringIO(as_csv(audit(user("alice") | broken)))))
    fields = ("attached_direct", "attached_via_groups", "boundary", "verdict")
    assert {row[field] for field in fields} == {"unknown"}


@pytest.mark.parametrize("sign", list("=+-@＝＋－＠﹦﹢﹣﹫−"))
@pytest.mark.parametrize("before", ["", " ", '"', "'", " '\" "])
def test_a_spreadsheet_takes_no_name_for_a_formula(sign: str, before: str) -> None:
    name = f"{before}{sign}1+1"
    row = next(csv.DictReader(io.StringIO(as_csv(audit(user(name))))))
    assert row["name"] == f"'{name}"


@pytest.mark.parametrize("first", ["\t", "\r", "\n", "\u00a0", "\u3000", "\u3164"])
def test_a_formula_behind_a_blank_that_is_none_of_ascii_is_none(first: str) -> None:
    row = next(csv.DictReader(io.StringIO(as_csv(audit(user(f"{first}=1+1"))))))
    assert row["name"].startswith("\\")


@pytest.mark.parametrize("separator", list(";|"))
def test_a_locale_with_another_separator_finds_no_formula_either(separator: str) -> None:
    text = as_csv(audit(user(f"a{separator} =1+1", path=f"/x{separator}＠y/")))
    cells = [cell for row in csv.reader(io.StringIO(text), delimiter=separator) for cell in row]
    assert len(cells) > 3
    assert not [cell for cell in cells if cell.lstrip(' "')[:1] in tuple("=+-@＝＋－＠")]


@pytest.mark.parametrize("name", ["a,b", "a;b", "a|b", 'a"b', " a", "a "])
def test_what_holds_a_separator_of_any_locale_is_in_quotation_marks(name: str) -> None:
    text = as_csv(audit(user(name)))
    quoted = name.replace('"', '""')
    assert f'"{quoted}"' in text
    assert next(csv.DictReader(io.StringIO(text)))["name"] == name


def test_plain_cells_have_no_quotation_marks() -> None:
    assert '"' not in as_csv(audit(user("alice", attached=[LIMITED])))
