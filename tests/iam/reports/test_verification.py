"""What a verification says in the JSON and in the table of an audit."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from html import unescape
from typing import Any

import pytest

from iam.account.organization import Organization
from iam.account.simulation import ContextEntry, MatchedStatement, Request, Simulated
from iam.errors import AwsError
from iam.policy.action_catalogue import catalogue
from iam.reports.audit import Audit
from iam.reports.html_format import as_html
from iam.reports.json_format import as_json
from iam.reports.markdown_format import as_markdown
from iam.reports.simulation_lines import simulation_lines
from iam.reports.table_format import as_table
from iam.verdicts.simulation import Verification, Verified, compared
from tests.build import ID, account, allow, the, user
from tests.iam.reports.audits import ONE_OF_EACH

REGION = ContextEntry("aws:RequestedRegion", ("us-east-1",))
MODEL = "arn:aws:bedrock:us-east-1::foundation-model/m"
FIRST = Request("bedrock:InvokeModel", MODEL, (REGION,))
SECOND = Request("bedrock:GetAgent", f"arn:aws:bedrock:us-east-1:{ID}:agent/a")
THIRD = Request("bedrock:ListAgents", "*")


def verified() -> Verified:
    made = account(user("alice", allow("bedrock:Invoke*")))
    made = replace(made, organizations={ID: Organization("none")})
    answers: dict[Request, Simulated | AwsError] = {
        FIRST: Simulated("implicitDeny", (), ("aws:SourceIp",), False, True),
        SECOND: Simulated("allowed", (MatchedStatement("own", "user"),)),
        THIRD: AwsError("Throttling", "AWS is throttling requests.", "Wait."),
    }
    always = (ContextEntry("aws:username", ("alice",)),)
    alice = the(made)
    return Verified(alice, always, compared(made, alice, answers, catalogue()))


AUDIT = replace(ONE_OF_EACH, verified=Verification(7, 3, (verified(),)))


def test_json_has_every_request_with_both_answers() -> None:
    found: dict[str, Any] = json.loads("".join(as_json(AUDIT)))["verified"]
    assert [found[key] for key in ("seed", "of", "differs", "agrees", "unanswered")] == [
        7, 3, 2, 0, 1,
    ]  # fmt: skip
    (principal,) = found["principals"]
    assert principal["context"] == {"aws:username": ["alice"]}
    first, _, third = principal["requests"]
    assert first == {
        "action": "bedrock:InvokeModel",
        "resource": MODEL,
        "context": {"aws:RequestedRegion": ["us-east-1"]},
        "verdict": "granted",
        "outcome": "differs",
        "why": "",
        "aws": "implicitDeny",
        "statements": [],
        "missing": ["aws:SourceIp"],
        "allowed_by_organization": False,
        "allowed_by_boundary": True,
    }
    assert (third["aws"], third["outcome"]) == (None, "unanswered")


def test_the_json_of_an_audit_that_asked_nothing_says_nothing_of_it() -> None:
    assert "verified" not in json.loads("".join(as_json(ONE_OF_EACH)))


def test_the_table_lists_what_differs() -> None:
    said = as_table(AUDIT)
    assert "1 of 3 principals (seed 7), 3 requests: 2 differ, 1 has no answer." in said
    assert "1 without an answer: AWS is throttling requests. Wait." in said
    (line,) = [line for line in said.splitlines() if MODEL in line]
    assert line.split()[:6] == [
        "alice",
        "bedrock:InvokeModel",
        MODEL,
        "granted",
        "implicit",
        "deny",
    ]


@pytest.mark.parametrize("write", [as_markdown, as_html])
def test_markdown_and_html_say_the_sums_and_list_what_differs(
    write: Callable[[Audit], Iterable[str]],
) -> None:
    said = unescape("".join(write(AUDIT)).replace("\\", ""))
    assert "1 of 3 principals (seed 7), 3 requests: 2 differ, 1 has no answer." in said
    (row,) = [line for line in said.splitlines() if MODEL in line and "implicit deny" in line]
    cells = [cell for cell in re.split(r"<[^>]*>|\|", row) if cell.strip()]
    assert [cell.strip() for cell in cells] == [
        "alice", "bedrock:InvokeModel", MODEL, "granted", "implicit deny", REGION.in_words,
    ]  # fmt: skip
    assert "AWS's simulator" not in "".join(write(ONE_OF_EACH))


def test_lines_name_each_request_with_its_context_and_what_aws_says() -> None:
    lines = [line.text for line in simulation_lines(verified())]
    text = "\n".join(lines)
    assert lines[0] == "3 requests: 2 differ, 1 has no answer."
    assert lines.index("Differs: AWS decides otherwise") < lines.index("No answer")
    for said in (
        "  AWS: implicit deny; here: granted",
        "    here: inline-0",
        "    AWS: the organization does not allow it",
        "    not given: aws:SourceIp",
        "    with aws:RequestedRegion us-east-1",
        f"      {MODEL}",
        "    AWS: own (user)",
        "Context of all requests: aws:username alice.",
    ):
        assert said in lines, text


def test_where_there_is_nothing_to_ask_that_is_said() -> None:
    (line,) = simulation_lines(replace(verified(), comparisons=()))
    assert "nothing to ask" in line.text
