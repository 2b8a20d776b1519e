"""Choose what the app works on: the profile, the region, the managed policy."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from iam.arn import Arn
from iam.runtime.threads import in_thread
from iam.text import safe
from tui.controllers.notices import BUSY

if TYPE_CHECKING:
    from iam.aws.profiles import Profiles
    from tui.controllers.account import AccountController
    from tui.controllers.view import MainView
    from tui.options import Launch
    from widgets.choice_list import Choice

_LOADING = "The account is still being read; wait until it is complete."
_NO_PROFILE = {
    "demo": "The embedded account uses no profile; start without --demo.",
    "snapshot": "An account from a file uses no profile; start without --snapshot.",
}
_NO_FILE_PROFILES = "The AWS configuration has no profiles; `aws configure sso` makes one."


class ChoiceController:
    """Asks for a profile, a region or a policy, and has the app work on it."""

    def __init__(self, view: MainView, account: AccountController, first: Launch) -> None:
        """Prepare it.

        Args:
            view: The main screen.
            account: Reads and shows the account.
            first: What the operator asked for on the command line.
        """
        self.view = view
        self.session = view.session
        self.account = account
        self.first = first
        self._under_way = ""
        """The region or the policy that has been chosen, and is not in use yet."""

    def give_up(self) -> None:
        """Say that what has been chosen last is not in use yet, and will not be."""
        if self._under_way:
            self.view.cancel_background("connect")
            self.view.toast(f"{self._under_way} is not chosen: the account is being read again.")
            self._under_way = ""

    def _ask(self, choose: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Ask in the background, unless a change is under way."""
        if self.view.changing:
            self.view.toast(BUSY)
        else:
            self.view.open_dialog(choose, "choose")

    async def _push(self, title: str, choices: list[Choice], *titles: str, **more: Any) -> Any:
        from tui.dialogs.choose import ChooseDialog

        dialog = ChooseDialog(title, choices, titles, self.view.glyphs, **more)
        return await self.view.app.push_screen_wait(dialog)

    # The profile

    def choose_profile(self) -> None:
        """Ask for a profile, and read its account in place of this one."""
        if reason := _NO_PROFILE.get(self.session.launch.source):
            self.view.toast(reason)
        else:
            self._ask(self._choose_profile)

    async def _choose_profile(self) -> None:
        from widgets.choice_list import Choice

        def read() -> Profiles:
            from iam.aws.profiles import read_profiles

            return read_profiles()

        profiles = await in_thread(read)
        current = self.session.launch.profile or profiles.default
        choices = [
            Choice(
                each.name,
                (each.name or "(no profile)", each.method, each.account, each.role, each.region),
                each.name == current,
            )
            for each in profiles.all
        ]
        name = await self._push(
            "AWS profile", choices, "profile", "by", "account", "role", "region",
            needed=3, hint=_NO_FILE_PROFILES,
        )  # fmt: skip
        if name is not None:
            self._leave_for(name or None)

    def _leave_for(self, profile: str | None) -> None:
        launch = replace(self.session.launch, profile=profile, region=self.first.region)
        arn = Arn.parse(launch.policy)
        if arn.account == "aws":
            launch = replace(launch, policy=arn.name)  # the partition may be another one
        elif arn.account:
            # A policy of the account that is left exists nowhere else.
            launch = replace(launch, policy=self.first.policy)
        self.view.leave_for(launch)

    # The region

    def choose_region(self) -> None:
        """Ask for a region, and connect there."""
        if self.session.launch.source == "snapshot":
            self.view.toast("An account from a file has no region.")
        else:
            self._ask(self._choose_region)

    async def _choose_region(self) -> None:
        from widgets.choice_list import Choice

        account = self.session.account
        partition = account.partition if account is not None else "aws"

        def read() -> tuple[str, ...]:
            from iam.aws.profiles import bedrock_regions

            return bedrock_regions(partition)

        regions = await in_thread(read)
        current = self.view.bar.region
        names = sorted({*regions, current} - {""})
        region = await self._push(
            "Region", [Choice(name, (name,), name == current) for name in names],
            "regions with Amazon Bedrock", free="the name of a region",
        )  # fmt: skip
        if region is None or region == current:
            return
        if not self.view.loaded:
            self.view.leave_for(replace(self.session.launch, region=region))
            return
        # Not a part of the worker that asks, which the next question cancels.
        self.view.run_in_background(partial(self._connect, region), "connect")

    async def _connect(self, region: str) -> None:
        view = self.view
        view.show_progress(f"connecting in {safe(region)} …")
        self._under_way = under_way = f"Region {region}"
        try:
            await self.session.change_region(region)
            view.bar = view.bar._replace(region=region)
            view.show_bar()
        except Exception as error:
            view.toast_error(error)
        finally:
            if self._under_way is under_way:  # else another region has been chosen meanwhile
                self._under_way = ""
                view.show_progress("")

    # The policy

    def choose_policy(self) -> None:
        """Ask for a managed policy, and audit, attach and detach it from now on.

        Also where the account could not be read: the reason may be that the policy does not exist.
        """
        if self.view.loaded or (self.view.has_notice and not self.view.reading):
            self._ask(self._choose_policy)
        else:
            self.view.toast(_LOADING)

    async def _choose_policy(self) -> None:
        from widgets.choice_list import Choice

        session, loaded = self.session, self.view.loaded
        managed = session.managed if loaded else None
        current = managed.policy.arn if managed is not None else ""
        offline = session.launch.source == "snapshot"

        def read() -> list[Choice]:
            from iam.account.managed_policies import policies_to_choose
            from iam.account.model import Account
            from iam.policy.bundled import bundled_policies

            account = session.account if loaded and session.account else Account(id=None)
            known = frozenset(each.name for each in bundled_policies()) if offline else None
            return [
                Choice(
                    each.arn,
                    (
                        each.name,
                        "AWS" if each.of_aws else "account",
                        f"{each.attached:,}" if each.attached else "",
                    ),
                    each.arn == current,
                )
                for each in policies_to_choose(account, known)
            ]

        policy = await self._push(
            "Managed policy", await in_thread(read), "policy", "of", "attached to",
            needed=3, free="a name or an ARN",
        )  # fmt: skip
        if policy is None or policy == current:
            return
        if not loaded:
            arn = Arn.parse(policy)
            name = arn.name if arn.account == "aws" else policy  # the partition is not known yet
            self.view.leave_for(replace(session.launch, policy=name))
        elif self.view.loaded and not self.view.changing:
            self.view.loaded = False
            self.view.run_in_background(partial(self._manage, policy), "read")
        else:
            self.view.toast(_LOADING)

    async def _manage(self, policy: str) -> None:
        view = self.view
        view.show_progress(f"reading {safe(Arn.parse(policy).name)} …")
        self._under_way = f"Policy {Arn.parse(policy).name}"
        try:
            await self.session.manage(policy)
            self._under_way = ""
            await self.account.show_policy()
        except Exception as error:
            self._under_way = ""
            view.toast_error(error)
        # Skipped where a reload has cancelled this: the reload then does it.
        self.account.evaluation.discard_pending()
        view.loaded = True
        view.show_progress("")
        view.show_details()
