"""Reports for scripts, spreadsheets and tickets; the command line's tests hold the contract."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from iam.account.model import Unread
from iam.reports.audit import Audit, take_audit
from iam.reports.formats import FORMATS, as_csv, as_markdown, as_table
from tests.build import LIMITED, account, allow, group, make_evaluator, policy_arn, role, user


def audit(*items: dict[str, object]) -> Audit:
    now = datetime(2026, 11, 23, 18, 0, 0, tzinfo=UTC)
    return take_audit(account(*items), make_evaluator(), now=now, source="live", caller=None)


ONE_OF_EACH = audit(
    role("worker", allow("bedrock:*")),
    user("zoe", attached=[policy_arn("gone")]),
    user("bob", groups=["ml"], attached=[LIMITED]),
    group("ml", attached=[LIMITED]),
)


def test_users_come_first_then_roles_each_by_name() -> None:
    assert [p.name for p, _ in ONE_OF_EACH.results] == ["bob", "zoe", "worker"]


def test_what_was_not_read_is_in_every_format_but_the_csv() -> None:
    assert not ONE_OF_EACH.complete
    assert ONE_OF_EACH.unread == (
        Unread(
            f"policy {policy_arn('gone')}",
            "Missing",
            "the account's data does not hold its document",
        ),
    )
    for form in ("json", "markdown", "table"):
        assert "policy/gone" in "".join(FORMATS[form](ONE_OF_EACH))


def test_a_statement_that_was_not_understood_makes_the_audit_incomplete() -> None:
    odd = audit(user("alice", allow("bedrock:*", Condition={"Odd": {"a": "b"}})))
    assert not odd.complete
    assert odd.unread[0].error == "NotUnderstood"
    harmless = audit(user("alice", allow("s3:*", Condition={"Odd": {"a": "b"}})))
    assert harmless.complete


def test_the_time_and_the_groups() -> None:
    body = json.loads("".join(FORMATS["json"](ONE_OF_EACH)))
    assert body["generated_at"] == "2026-11-23T18:00:00Z"
    assert body["principals"][0]["attached"] == {"direct": True, "groups": ["ml"]}
    rows = list(csv.DictReader(io.StringIO(as_csv(ONE_OF_EACH))))
    assert (rows[0]["attached_direct"], rows[0]["attached_via_groups"]) == ("true", "ml")
    assert rows[1]["verdict"] == "unknown"


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
    assert '"' not in as_csv(ONE_OF_EACH)


def test_markdown_shows_names_as_they_are() -> None:
    text = as_markdown(audit(user("a|b_[x](y)<i>")))
    assert r"a\|b\_\[x\](y)\<i\>" in text
    assert "SCP" not in text
    assert "Not judged: service and resource control policies" in text


def test_the_table_is_aligned() -> None:
    lines = as_table(ONE_OF_EACH).splitlines()
    head = next(line for line in lines if line.startswith("type"))
    at = head.index("BedrockAPIs")
    rows = [line for line in lines if line.startswith(("user", "role"))]
    assert [row[at : at + 7].rstrip() for row in rows] == ["● 44/44", "? 0/44", "● 44/44"]
    assert not any(line.endswith(" ") for line in lines)
