"""Questions to the simulator: what is asked, what is left out, and how a sample is chosen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from iam.errors import AwsError
from iam.verdicts.invocation import INVOKES
from iam.verdicts.simulation import Outcome, by_outcome
from tests.company import ARN, Company
from tests.fake_iam import FakeIam
from tui.options import Launch
from tui.session.session import Session

CALL = "SimulatePrincipalPolicy"


@asynccontextmanager
async def opened(launch: Launch) -> AsyncIterator[Session]:
    """A session whose account and organization have been read."""
    session = Session(launch)
    try:
        await session.open()
        await session.load()
        await session.load_organization()
        yield session
    finally:
        session.close()


def named(session: Session, name: str) -> Any:
    account, _, _ = session.read
    return next(p for p in account.principals.values() if p.name == name)


async def test_the_demo_agrees_about_everybody(live: Launch) -> None:
    async with opened(live) as session:
        audit = await session.audit()
        found = await session.simulator.verify(audit, 1000, 1)
    assert len(found.verified) == len(audit.results) and found.complete
    counts = by_outcome(found.comparisons)
    assert counts[Outcome.DIFFERS] == counts[Outcome.UNANSWERED] == 0
    assert counts[Outcome.AGREES] > 20 * counts[Outcome.DEPENDS] > 0


async def test_a_seed_chooses_the_same_principals_again(company: Company) -> None:
    async with opened(company.launch) as session:
        audit = await session.audit()
        chosen = [
            [each.entity.name for each in (await session.simulator.verify(audit, 3, seed)).verified]
            for seed in (1, 1, 2)
        ]
    assert chosen[0] == chosen[1] != chosen[2]


async def test_a_verification_takes_few_calls_and_writes_nothing(company: Company) -> None:
    async with opened(replace(company.launch, read_only=True)) as session:
        audit = await session.audit()
        company.fake.seen.clear()
        await session.simulator.verify(audit, 2, 1)
    # Those in a region, those of one action only, those without a region, and Mantle's.
    assert company.fake.actions == [CALL] * 2 * 4
    assert company.fake.writes == []


async def test_a_denied_simulator_leaves_the_others_unverified(company: Company) -> None:
    company.fake.refuse(CALL, "AccessDenied")
    async with opened(company.launch) as session:
        found = await session.simulator.verify(await session.audit(), 3, 1)
    assert found.verified == () and not found.complete
    assert found.error is not None and found.error.denied


async def test_a_difference_is_found(company: Company, fake: FakeIam) -> None:
    company.attach("user-00")
    async with opened(company.launch) as session:
        company.detach("user-00")  # AWS knows more than the account that was read
        found = await session.simulator.ask(named(session, "user-00"), INVOKES)
    differing = [c for c in found.comparisons if c.outcome is Outcome.DIFFERS]
    assert {c.request.action for c in differing} == {"bedrock:InvokeModel"}


async def test_a_saved_account_cannot_be_asked_about(from_file: Launch) -> None:
    async with opened(from_file) as session:
        with pytest.raises(AwsError, match="saved account"):
            await session.simulator.ask(named(session, "alice"), INVOKES)


# The preview of a detach


async def test_a_preview_is_checked_without_the_policy(company: Company) -> None:
    company.attach("user-00")
    async with opened(company.launch) as session:
        plan = await session.planner.plan("detach", [named(session, "user-00").arn])
        assert await session.simulator.can_check(plan) == ""
        company.fake.seen.clear()
        (found,) = await session.simulator.check(plan)
        assert company.fake.writes == []
    assert by_outcome(found.comparisons)[Outcome.DIFFERS] == 0
    assert {c.ours.verdict for c in found.comparisons} == {"none"}
    sent = company.fake.seen[0]
    assert sent["PolicyExclusionList.member.1.PolicyArn"] == ARN


async def test_who_has_the_policy_by_a_group_as_well_is_not_checked(company: Company) -> None:
    company.attach("team-a")
    company.iam.attach_group_policy(GroupName="team", PolicyArn=ARN)
    async with opened(company.launch) as session:
        plan = await session.planner.plan("detach", [named(session, "team-a").arn])
        assert "out of groups" in await session.simulator.can_check(plan)
        assert await session.simulator.check(plan) == ()


async def test_an_old_botocore_cannot_leave_a_policy_out(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.attach("user-00")
    monkeypatch.setattr("iam.aws.simulator._EXCLUSIONS", "NotInThisVersion")
    async with opened(company.launch) as session:
        plan = await session.planner.plan("detach", [named(session, "user-00").arn])
        assert "botocore is too old" in await session.simulator.can_check(plan)
