"""The last use of Bedrock, asked of AWS for the account of a session."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from iam.errors import AwsError
from iam.runtime.threads import import_for, in_thread

if TYPE_CHECKING:
    from iam.account.last_use import UseAsked
    from iam.account.model import Account
    from iam.aws.last_use import Uses
    from iam.aws.managed_policy import Managed
    from tui.session.evaluation import Evaluated
    from tui.session.session import Session


class LastUse:
    """Asks AWS, and puts the answer into the account of a session."""

    def __init__(self, state: Session) -> None:
        self.state = state

    async def ask(
        self, arns: Collection[str] = (), on_progress: Callable[[str], None] = lambda _: None
    ) -> UseAsked | None:
        """Ask when Bedrock was last used.

        Args:
            arns: Users and roles that are asked about one by one, at most `MOST_JOBS`; by default
                one question is about all who have the managed policy.
            on_progress: Told what is being done, in a few words.

        Returns:
            What AWS did not answer just now; None if the account or the policy is another one by
            now, so that the answer was dropped.
        """
        from iam.account.last_use import last_use_of
        from iam.account.uses import with_uses

        account, _, managed = self.state.read
        uses = await self._answer(account, managed, arns, on_progress)
        now, policy = self.state.account, self.state.managed
        if now is None or now.id != account.id or policy is None:
            return None
        if policy.policy.arn != managed.policy.arn:
            return None
        # Under the name of one that was deleted meanwhile, there may be another.
        same = {
            arn: use
            for arn, use in uses.by_arn.items()
            if arn in now.principals and arn in account.principals
            if now.principals[arn].id == account.principals[arn].id
        }
        asked = uses.asked._replace(policy=managed.policy.arn)
        if arns:  # the answers about others still hold
            answered = {unread.what for unread in asked.unread} | {last_use_of(a) for a in arns}
            others = [unread for unread in now.use_unread if unread.what not in answered]
            asked = asked._replace(unread=(*others, *asked.unread))
        self.state.account = with_uses(now, same, asked)
        return uses.asked

    def carried_over(self, account: Account, policy: str) -> Account:
        """An account that was just read, with what AWS had said before as far as it still counts.

        Args:
            account: The account.
            policy: The ARN of the managed policy.
        """
        from iam.account.uses import with_relevant_uses, with_uses_of

        before = self.state.account
        if before is not None and before is not account and before.id == account.id:
            account = with_uses_of(account, before)
        return with_relevant_uses(account, policy)

    def put_into(self, evaluated: Evaluated) -> Evaluated:
        """Verdicts with the entities as they are now: the answer may have come meanwhile.

        Args:
            evaluated: Entities as they were when their evaluation began, or as another process
                read them, and their verdicts.
        """
        account = self.state.account
        if account is None or account.use_asked is None:
            return evaluated
        known = account.principals
        return [(known.get(entity.arn, entity), result) for entity, result in evaluated]

    async def recall(self) -> bool:
        """Take from the cache what AWS said before this start.

        Returns:
            Whether there was anything.
        """
        account, _, managed = self.state.read
        if account.use_asked is not None:
            return False
        kept = await self.state.cache.recall_uses()
        now = self.state.account
        if kept is None or now is None or now.use_asked is not None or now.id != kept.id:
            return False
        from iam.account.uses import with_relevant_uses, with_uses_of

        kept = with_relevant_uses(kept, managed.policy.arn)
        self.state.account = with_uses_of(now, kept)
        return kept.use_asked is not None

    async def _answer(
        self,
        account: Account,
        managed: Managed,
        arns: Collection[str],
        on_progress: Callable[[str], None],
    ) -> Uses:
        await in_thread(import_for, "aws.last_use")
        from iam.aws.last_use import not_asked, uses_of_each, uses_of_policy

        try:
            aws = await self.state.connection_to(account)
        except AwsError as error:
            return not_asked(error)
        if aws is None:
            return not_asked(_FROM_A_FILE)
        if arns:
            return await uses_of_each(aws, arns, on_progress)
        return await uses_of_policy(aws, account, managed.policy, on_progress)


_FROM_A_FILE = AwsError(
    "NoConnection", "The account is from a file, so AWS cannot be asked.", "Open it with AWS."
)
