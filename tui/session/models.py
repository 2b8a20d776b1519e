"""What can be invoked from each region, for the account of a session, and audits of the routes."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from iam.arn import Arn
from iam.errors import AwsError
from iam.runtime.threads import import_for, in_thread

if TYPE_CHECKING:
    from iam.account.model import Account
    from iam.account.region_models import RegionModels
    from iam.reports.audit import Audit, Watch
    from iam.reports.route_audit import RouteQuestion
    from tui.session.session import Session


class Models:
    """Asks AWS in the regions asked for; else takes the list that comes with the app."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._lists: dict[tuple[str, str], RegionModels] = {}
        """What AWS answered, by account and region."""

    async def of_region(self, region: str, account_id: str = "") -> RegionModels:
        """List what can be invoked from a region; it is asked for once.

        Args:
            region: The region that requests are sent to.
            account_id: Of a file with several accounts the one that sends them.
        """
        account, _, _ = self.session.read
        id = account.id or account_id or next(iter(account.ids), "")
        lists = self._lists  # an answer to what was asked before `forget` must not be kept
        if (known := lists.get((id, region))) is None:
            known = await self._ask(account, id, region)
            if known.live:
                lists[id, region] = known
        return known

    def known(self, region: str) -> RegionModels:
        """What can be invoked from a region, as far as is known without a call.

        It is AWS's own list if that has been asked for in this session. The other one is read from
        a file when it is first needed.

        Args:
            region: The region that requests are sent to.
        """
        from iam.account.shipped_models import shipped_models

        account, _, _ = self.session.read
        id = account.id or next(iter(account.ids), "")
        return self._lists.get((id, region)) or shipped_models(region, account.partition, id)

    def only_by_profiles(self, question: str) -> str:
        """Find out whether a question is about a model in a region that does not offer it itself.

        Args:
            question: `bedrock:InvokeModel on MODEL in REGION`, or with an ARN.

        Returns:
            The ID of the model that can only be invoked through inference profiles there, as far as
            is known without a call; else nothing.
        """
        from iam.verdicts.resource_question import ResourceQuestion
        from iam.verdicts.routes import model_of

        account, _, _ = self.session.read
        arn = ResourceQuestion.parse(question).arn(account.partition, account.id or "*")
        region, kind = Arn.parse(arn).region, Arn.parse(arn).kind
        if kind != "foundation-model" or not region or "*" in region:
            return ""
        listed = self.known(region).models
        return next((m.id for m in listed if m.id == model_of(arn) and not m.on_demand), "")

    async def regions(self) -> tuple[str, ...]:
        """The regions that have Amazon Bedrock, as far as is known without a call."""
        account, _, _ = self.session.read

        def read() -> tuple[str, ...]:
            from iam.account.shipped_models import shipped_regions
            from iam.aws.profiles import bedrock_regions

            partition = account.partition
            return tuple(sorted({*shipped_regions(partition), *bedrock_regions(partition)}))

        return await in_thread(read)

    def forget(self) -> None:
        """Ask AWS again when a list is needed next."""
        self._lists = {}

    async def audit(
        self,
        question: RouteQuestion,
        watch: Watch = iter,
        only: Collection[str] | None = None,
    ) -> Audit:
        """Evaluate the account for the routes to some models.

        Args:
            question: The models, and from where.
            watch: Follows the progress, in a thread; what it raises ends the audit.
            only: The ARNs of the principals; None for all.

        Raises:
            NoSuchModel: No model is meant.
        """
        await in_thread(import_for, "account.shipped_models", "reports.route_audit")
        from iam.policy.action_catalogue import catalogue
        from iam.reports.route_audit import take_route_audit

        session = self.session
        account, _, managed = session.read
        regions = await in_thread(_regions, question, account)
        ids = account.ids or ("",)
        lists = {
            id: await asyncio.gather(*[self.of_region(region, id) for region in regions])
            for id in ids
        }
        audit = partial(
            take_route_audit,
            account,
            managed.policy,
            question,
            lists,
            now=datetime.now(UTC),
            source=session.launch.source,
            caller=session.caller or None,
            watch=watch,
            only=only,
        )
        return await in_thread(lambda: audit(catalogue()))

    async def _ask(self, account: Account, id: str, region: str) -> RegionModels:
        from iam.account.shipped_models import shipped_models
        from iam.account.unread import Unread

        shipped = await in_thread(shipped_models, region, account.partition, id)
        try:
            aws = await self.session.connection_to(account)
        except AwsError as error:
            unread = Unread(f"the models of {region}", error.code, error.sentence)
            return replace(shipped, unread=(*shipped.unread, unread))
        if aws is None:
            return shipped
        await in_thread(import_for, "aws.load_models")
        from iam.aws.load_models import load_models

        return await load_models(aws, region, id)


def _regions(question: RouteQuestion, account: Account) -> Sequence[str]:
    """The regions that a question is about: those that have the model, as far as is known."""
    if question.source is not None:
        return (question.source,)
    region = Arn.parse(question.model).region
    if region and not set(region) & set("*?"):
        return (region,)  # that of the profile or model whose ARN this is
    from iam.account.shipped_models import shipped_models, shipped_regions
    from iam.reports.route_audit import chosen_routes

    id = next(iter(account.ids), "")
    every = shipped_regions(account.partition)
    lists = (shipped_models(region, account.partition, id) for region in every)
    having = [one.region for one in lists if chosen_routes(question, account.partition, one)]
    return having or every
