"""Questions to AWS's policy simulator about the account of a session; nothing is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from iam.errors import AwsError
from iam.runtime.threads import import_for, in_thread

if TYPE_CHECKING:
    from iam.account.model import Account, Entity
    from iam.aws.client import Aws
    from iam.changes.plan import Plan
    from iam.reports.audit import Audit
    from iam.verdicts.routes import Route
    from iam.verdicts.sample_requests import Samples
    from iam.verdicts.section import Section
    from iam.verdicts.simulation import Verification, Verified
    from tui.session.state import SessionState

Progress = Callable[[int, int], None]
"""Called with the number of requests that have been answered, and with their number."""
MakeSamples = Callable[["Account", "Entity", str, datetime], "Samples"]
"""Makes the requests for an account, a principal, the client's region and a time."""
MOST_CHECKED = 5
"""Principals of a preview that are checked; each takes several calls."""
_VERIFY_TIME = 900.0
"""Seconds for all principals of a verification."""


class Simulator:
    """Asks AWS about principals of the account, and compares its answers with our verdicts."""

    def __init__(self, state: SessionState) -> None:
        self.state = state

    async def ask(
        self,
        entity: Entity,
        actions: Iterable[str],
        section: Section | None = None,
        on_progress: Progress | None = None,
    ) -> Verified:
        """Ask about some actions of a principal.

        Args:
            entity: A user or a role.
            actions: Concrete actions.
            section: Their section, whose condition becomes the context of the requests.
            on_progress: Follows the answers.

        Raises:
            AwsError: AWS cannot be asked.
        """
        await self.state.organization_pending.wait()
        account, aws = await self._connected()
        make = _samples_of(tuple(actions), section)
        return await _compare(aws, account, account, entity, make, on_progress=on_progress)

    async def ask_route(
        self, arn: str, route: Route, on_progress: Progress | None = None
    ) -> Verified:
        """Ask about the calls of a route to a model.

        Args:
            arn: The ARN of a user or a role.
            route: The route.
            on_progress: Follows the answers.

        Raises:
            AwsError: AWS cannot be asked.
        """
        await self.state.organization_pending.wait()
        account, aws = await self._connected()
        entity = account.entity(arn)
        if entity is None:
            sentence = f"{arn} is no longer in the account."
            raise AwsError("Gone", sentence, "Press r in the list to read it again.")

        def make(account: Account, entity: Entity, region: str, now: datetime) -> Samples:
            from iam.verdicts.sample_requests import samples_of_route

            return samples_of_route(account, entity, route, now)

        return await _compare(aws, account, account, entity, make, on_progress=on_progress)

    async def can_check(self, plan: Plan) -> str:
        """Why a preview cannot be checked with the simulator, in words; empty if it can."""
        if plan.op != "detach":
            return "The simulator can leave policies out, and cannot add one."
        _, aws = await self._connected()
        from iam.aws.simulator import can_exclude

        if not can_exclude(aws):
            return "The installed botocore is too old to leave a policy out; it needs 1.43.80."
        if not any(_checkable(plan, effect.principal) for effect in plan.effects):
            return (
                "AWS's simulator cannot check this: it would leave the policy out of groups and "
                "boundaries, too."
            )
        return ""

    async def check(self, plan: Plan, on_progress: Progress | None = None) -> tuple[Verified, ...]:
        """Ask what the principals of a preview could do without the policy.

        Args:
            plan: A plan of detaching: see `can_check`.
            on_progress: Follows the answers about each principal.

        Raises:
            AwsError: AWS cannot be asked.
        """
        from iam.changes.plan import account_after
        from iam.verdicts.invocation import INVOKES

        account, aws = await self._connected()
        after = account_after(account, plan)
        chosen = [e.principal for e in plan.effects if _checkable(plan, e.principal)]
        return tuple(
            [
                await _compare(
                    aws,
                    account,
                    after,
                    after.principals[principal.arn],
                    _samples_of(INVOKES),
                    without=plan.policy.arn,
                    on_progress=on_progress,
                )
                for principal in chosen[:MOST_CHECKED]
            ]
        )

    async def verify(self, audit: Audit, count: int, seed: int) -> Verification:
        """Ask about the actions that invoke models, for some principals of an audit.

        Args:
            audit: The audit.
            count: How many principals are asked about, at most.
            seed: Chooses them.

        Raises:
            AwsError: There is no connection to AWS.
        """
        import asyncio
        from random import Random

        from iam.verdicts.invocation import INVOKES
        from iam.verdicts.simulation import Verification

        account, aws = await self._connected()
        principals = [principal for principal, _ in audit.results]
        chosen = Random(seed).sample(principals, min(count, len(principals)))
        verified: list[Verified] = []
        error: AwsError | None = None
        try:
            async with asyncio.timeout(_VERIFY_TIME):
                for principal in chosen:
                    one_by_one = account.organization_of(principal).status == "unread"
                    make = _samples_of(INVOKES)
                    verified.append(
                        await _compare(
                            aws, account, account, principal, make, one_by_one=one_by_one
                        )
                    )
        except AwsError as failure:
            error = failure
        except TimeoutError:
            sentence = f"It took more than {_VERIFY_TIME / 60:.0f} minutes to verify."
            error = AwsError("Timeout", sentence, "Verify fewer principals.")
        return Verification(seed, len(principals), tuple(verified), error)

    async def _connected(self) -> tuple[Account, Aws]:
        account, _, _ = self.state.read
        aws = await self.state.connection_to(account)
        if aws is None:
            raise AwsError(
                "Snapshot",
                "AWS cannot be asked about a saved account.",
                "Start without --snapshot to ask.",
            )
        await in_thread(
            import_for, "aws.simulator", "verdicts.sample_requests", "verdicts.simulation"
        )
        return account, aws


async def _compare(
    aws: Aws,
    account: Account,
    judged_by: Account,
    entity: Entity,
    make: MakeSamples,
    *,
    one_by_one: bool = True,
    without: str | None = None,
    on_progress: Progress | None = None,
) -> Verified:
    """Make the requests, ask AWS, and compare.

    Args:
        aws: The connection.
        account: The account, as AWS has it.
        judged_by: The account by which our verdicts are made.
        entity: The principal, in that account.
        make: Makes the requests.
        one_by_one: Whether AWS is to say of each resource what the organization does.
        without: The ARN of a policy that AWS leaves out.
        on_progress: Follows the answers.
    """
    from iam.aws.simulator import simulate
    from iam.policy.action_catalogue import catalogue
    from iam.verdicts.simulation import Verified, compared

    now = datetime.now(UTC)
    principal = account.entity(entity.arn) or entity
    samples = await in_thread(make, account, principal, aws.region, now)
    total, done = len(samples.requests), 0

    def count(answers: object) -> None:
        nonlocal done
        assert isinstance(answers, dict)
        done += len(answers)
        if on_progress is not None:
            on_progress(done, total)

    answers = await simulate(
        aws,
        entity.arn,
        samples.requests,
        always=samples.always,
        one_by_one=one_by_one,
        without=without,
        on_answers=count,
    )
    comparisons = await in_thread(compared, judged_by, entity, answers, catalogue(), now)
    return Verified(entity, samples.always, comparisons, samples.left_out)


def _samples_of(actions: tuple[str, ...], section: Section | None = None) -> MakeSamples:
    """Have requests made for some actions, maybe in the context of their section."""

    def make(account: Account, entity: Entity, region: str, now: datetime) -> Samples:
        from iam.policy.action_catalogue import catalogue
        from iam.verdicts.sample_requests import sample_requests

        return sample_requests(account, entity, actions, region, catalogue(), section, now)

    return make


def _checkable(plan: Plan, entity: Entity) -> bool:
    """Whether leaving the policy out does for a principal what the plan does.

    The simulator leaves it out wherever the principal has it: by a group and as a boundary, too.
    """
    after = next(e.after for e in plan.effects if e.principal.arn == entity.arn)
    return after.attached.groups == () and entity.boundary != plan.policy.arn
