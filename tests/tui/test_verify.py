"""`audit --verify`: the exit status, the reports, and what AWS does not answer."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.company import POLICY, Company
from tests.simulated import deciding
from tests.tui.command_line import run

CALL = "SimulatePrincipalPolicy"


@pytest.fixture
def verify(company: Company) -> Any:
    """Run `audit --verify` on the company's account."""

    def verified(*options: str) -> Any:
        where = ("--endpoint-url", company.fake.url, "--policy", POLICY)
        return run("audit", *where, "--verify", "2", *options)

    return verified


def test_where_aws_agrees_the_status_is_0(verify: Any, company: Company) -> None:
    result = verify()
    assert result.exit_code == 0
    assert "2 of 19 principals (seed 1), 50 requests: 0 differ, 50 agree." in result.stdout
    assert result.stderr == (
        "bedrock-tui: verified 2 principals with seed 1, 50 requests: 0 differ, 50 agree\n"
    )
    assert company.sent == []


def test_where_aws_disagrees_the_status_is_4(verify: Any, company: Company) -> None:
    company.fake.answer(CALL, deciding("allowed"))
    result = verify("--format", "json", "--seed", "5")
    assert result.exit_code == 4
    found = json.loads(result.stdout)["verified"]
    assert (found["seed"], found["differs"], found["agrees"]) == (5, 50, 0)
    assert len(found["principals"]) == 2
    table = verify().stdout
    assert "principal  action" in table and "none  allowed" in table


def test_a_csv_says_on_standard_error_what_it_leaves_out(verify: Any, company: Company) -> None:
    assert "does not list" not in verify("--format", "csv").stderr
    company.fake.answer(CALL, deciding("allowed"))
    result = verify("--format", "csv")
    assert result.exit_code == 4
    assert "; csv does not list these, the other formats do\n" in result.stderr
    assert "does not list" not in verify("--format", "html").stderr


def test_a_denied_simulator_makes_the_report_incomplete(verify: Any, company: Company) -> None:
    company.fake.refuse(CALL, "AccessDenied")
    result = verify("--format", "json")
    assert result.exit_code == 3
    assert "AWS's simulator did not answer everything: AWS denied" in result.stderr
    assert json.loads(result.stdout)["verified"]["error"]["code"] == "AccessDenied"


def test_only_those_that_the_filter_lets_through_are_verified(verify: Any) -> None:
    result = verify("--filter", "type:role", "--format", "json")
    found = json.loads(result.stdout)["verified"]
    assert found["of"] == 2
    assert {p["arn"].rsplit("/", 1)[-1] for p in found["principals"]} == {"worker", "trainer"}


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--snapshot", "account.json", "--verify", "2"), "--snapshot does not reach"),
        (("--seed", "2"), "--verify, which is missing"),
        (("--verify", "0"), "0 is not in the range"),
    ],
)
def test_wrong_usage(options: tuple[str, ...], why: str) -> None:
    result = run("audit", *options)
    assert result.exit_code == 2
    assert why in result.stderr
