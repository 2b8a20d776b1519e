"""A change that AWS refuses: which kind of policy refused, by which statement, how to decode it."""

from __future__ import annotations

import json

import pytest

from tests.build import ID, allow, deny, document
from tests.company import ARN, Company
from tests.fake_iam import Rule, error
from tests.tui.conftest import Open
from tests.tui.steps import ask, batch_screen, go_to, mark, over, words_of
from tests.tui.waiting import toasts, until
from tui.dialogs.text import TextScreen

ME = "user-13"
MESSAGE = (
    f"User: arn:aws:iam::{ID}:user/{ME} is not authorized to perform: iam:AttachUserPolicy on "
    "resource: user user-00 with an explicit deny in an identity-based policy. Go to https://x "
    "for complete details, or call the GetRequestAuthorizationDetails API with the following "
    "authorization id: abc123"
)


@pytest.fixture
def refused(company: Company) -> Company:
    """AWS refuses to attach, because of an inline policy of the operator."""
    sealed = {**deny("iam:Attach*", Condition={"ArnEquals": {"iam:PolicyARN": ARN}}), "Sid": "Seal"}
    company.iam.put_user_policy(
        UserName=ME, PolicyName="limits", PolicyDocument=json.dumps(document(allow(), sealed))
    )
    identity = f"<Account>{ID}</Account><Arn>arn:aws:iam::{ID}:user/{ME}</Arn>"
    company.fake.answer("GetCallerIdentity", lambda _: identity)
    company.fake.add(
        Rule("AttachUserPolicy", reply=lambda _: error("AccessDenied", message=MESSAGE))
    )
    return company


async def test_a_batch_tells_which_statement_refused(open_app: Open, refused: Company) -> None:
    async with open_app(refused.launch) as pilot:
        await mark(pilot, "user-00", "user-01")
        await ask(pilot, "a")
        await pilot.press("y")
        screen = await batch_screen(pilot)
        await until(pilot, lambda: "Finished" in words_of(screen))
        said = " ".join(words_of(screen).split())
        assert "Refused by an explicit deny in an identity-based policy." in said
        assert "The statement: Seal of limits" in said
        assert "get-request-authorization-details --authorization-id abc123" in said
        await pilot.press("escape")
        await over(pilot)
    assert refused.holding == set()


async def test_a_single_refusal_is_told_and_the_journal_keeps_aws_s_message(
    open_app: Open, refused: Company
) -> None:
    async with open_app(refused.launch) as pilot:
        await go_to(pilot, "user-00")
        await ask(pilot, "a")
        await pilot.press("y")
        await until(pilot, lambda: isinstance(pilot.app.screen, TextScreen))
        assert "The statement: Seal of limits" in toasts(pilot)
        # The command can be copied.
        assert "aws iam-toolbox get-request-authorization-details" in words_of(pilot.app.screen)
        await pilot.press("escape")
        await over(pilot)
    last = json.loads(refused.journal.read_text().splitlines()[-1])
    assert last["error"]["message"] == f"AWS denied AttachUserPolicy: {MESSAGE}"
