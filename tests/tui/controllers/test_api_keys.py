"""`K`: the keys of the account, listed and changed, from the key to AWS and back."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from iam.changes.history import read_history
from tests.build import ID
from tests.company import Company
from tests.tui.conftest import Open
from tests.tui.steps import ask, dialogue, go_to, over, words_of
from tests.tui.waiting import cursor, main_of, table_of, toasts, until
from tui.dialogs.api_key_change import ApiKeyDialog
from tui.dialogs.api_keys import ApiKeysScreen
from tui.dialogs.text import TextScreen
from tui.options import Launch
from widgets.account_bar import AccountBar

LIST = "ListServiceSpecificCredentials"
OWNER, OTHER = "user-01", "user-05"


class Keyed:
    """The company, two of whose users have a key."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.launch = company.launch
        company.attach(OWNER)
        for name, more in ((OWNER, {}), (OTHER, {"CredentialAgeDays": 30})):
            company.iam.create_service_specific_credential(
                UserName=name, ServiceName="bedrock.amazonaws.com", **more
            )
        company.fake.seen.clear()

    @property
    def states(self) -> dict[str, str]:
        """The state of each key at AWS, by its owner."""
        found = self.company.iam.list_service_specific_credentials(AllUsers=True)
        return {k["UserName"]: k["Status"] for k in found["ServiceSpecificCredentials"]}

    @property
    def ops(self) -> list[tuple[str, str]]:
        """What the journal has, and how each ended."""
        batches = read_history(self.company.journal).batches
        return [(c.entry.op, c.state) for batch in batches for c in batch.changes]


@pytest.fixture
def keyed(company: Company) -> Keyed:
    return Keyed(company)


async def listed(pilot: Pilot[int]) -> ApiKeysScreen:
    """Open the list, once the keys have been read."""
    main = main_of(pilot)
    await until(
        pilot, lambda: main.controllers.load._warm and not main.controllers.api_keys.pending
    )
    await pilot.press("K")
    return await shown(pilot)


async def shown(pilot: Pilot[int]) -> ApiKeysScreen:
    """The list, once it is on top."""
    await until(pilot, lambda: isinstance(pilot.app.screen, ApiKeysScreen))
    await pilot.pause()
    screen = pilot.app.screen
    assert isinstance(screen, ApiKeysScreen)
    return screen


async def asked(pilot: Pilot[int], key: str) -> str:
    """Press a key of the list; returns what the dialogue says."""
    await pilot.press(key)
    await until(pilot, lambda: isinstance(pilot.app.screen, ApiKeyDialog))
    return dialogue(pilot)


def owners(screen: ApiKeysScreen) -> list[str]:
    return [use.key.user for use in screen.list.shown]


async def test_the_list_says_whose_keys_work_and_until_when(open_app: Open, keyed: Keyed) -> None:
    async with open_app(keyed.launch) as pilot:
        screen = await listed(pilot)
        first, second = screen.list.choices
        assert first.cells[:3] == (OWNER, "active", "never")
        assert second.cells[:2] == (OTHER, "active")
        assert second.cells[2] == "in 29 days"
        assert second.cells[3] == "no: its owner may not use keys"
        assert f"{OWNER}-at-{ID}" in dialogue(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is main_of(pilot))
        assert cursor(pilot) == OWNER
    assert keyed.company.fake.actions.count(LIST) == 1
    assert keyed.company.fake.writes == []


async def test_the_table_marks_and_the_filter_finds_those_with_keys(
    open_app: Open, keyed: Keyed
) -> None:
    async with open_app(keyed.launch) as pilot:
        table = table_of(pilot)
        await until(pilot, lambda: all(row.keys is not None for row in table.shown))
        await pilot.press("slash", *"key:yes", "enter")
        assert [row.name for row in table.shown] == [OWNER, OTHER]
        details = main_of(pilot).details
        await until(
            pilot, lambda: "active, expires never" in str(details.query_one("#facts").render())
        )


async def test_keys_are_sorted_filtered_and_exported(
    open_app: Open, keyed: Keyed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    async with open_app(keyed.launch) as pilot:
        screen = await listed(pilot)
        await pilot.press("s", "s", "s")  # by age: the oldest first
        assert (screen.list.sort, owners(screen)) == ("age", [OWNER, OTHER])
        await pilot.press("slash", *OTHER, "enter")
        assert owners(screen) == [OTHER]
        await pilot.press("e")
        await until(pilot, lambda: "Saved as" in toasts(pilot))
    (path,) = tmp_path.glob("bedrock-tui-api-keys-*.csv")
    assert [row["user"] for row in csv.DictReader(io.StringIO(path.read_text()))] == [OTHER]


async def test_a_key_is_switched_off_and_undo_switches_it_on(open_app: Open, keyed: Keyed) -> None:
    async with open_app(keyed.launch) as pilot:
        await listed(pilot)
        said = await asked(pilot, "d")
        assert "Then     no: inactive" in said
        assert keyed.company.fake.writes == []
        await pilot.press("enter")  # the button that has the focus cancels
        await shown(pilot)
        assert keyed.states[OWNER] == "Active"
        await asked(pilot, "d")
        await pilot.press("y")
        screen = await shown(pilot)
        assert keyed.states == {OWNER: "Inactive", OTHER: "Active"}
        assert screen.list.chosen_use is not None
        assert screen.list.chosen_use.state == "Inactive"
        assert "Press u to undo" in toasts(pilot)
        await asked(pilot, "u")
        await pilot.press("y")
        await over(pilot)
        assert keyed.states[OWNER] == "Active"
        await asked(pilot, "U")
        await pilot.press("n")
        await over(pilot)
    assert keyed.ops == [("deactivate-key", "done"), ("activate-key", "done")]


async def test_a_change_that_was_never_confirmed_can_be_undone(
    open_app: Open, keyed: Keyed
) -> None:
    fake = keyed.company.fake
    async with open_app(keyed.launch) as pilot:
        await listed(pilot)
        await asked(pilot, "d")
        fake.cut_after("UpdateServiceSpecificCredential")
        fake.refuse(LIST, "AccessDenied")
        await pilot.press("y")
        await shown(pilot)
        assert "Not confirmed" in toasts(pilot)
        assert "AWS has not confirmed its last change" in words_of(pilot.app.screen)
        assert "could not be read again" in await asked(pilot, "u")
        await pilot.press("n")
        await over(pilot)
        fake.clear()
        assert "Works    no: inactive" in await asked(pilot, "u")
        await pilot.press("y")
        await over(pilot)
        await listed(pilot)
        assert "not confirmed" not in words_of(pilot.app.screen)
    assert keyed.states[OWNER] == "Active"


async def test_a_preview_knows_what_others_have_changed(open_app: Open, keyed: Keyed) -> None:
    iam = keyed.company.iam
    async with open_app(keyed.launch) as pilot:
        await listed(pilot)
        (key, _) = iam.list_service_specific_credentials(AllUsers=True)[
            "ServiceSpecificCredentials"
        ]
        which = {k: key[k] for k in ("UserName", "ServiceSpecificCredentialId")}
        iam.update_service_specific_credential(**which, Status="Inactive")
        await pilot.press("d")
        await until(pilot, lambda: "inactive already" in toasts(pilot))
    assert keyed.ops == []


async def test_a_load_has_ended_once_its_keys_are_shown(open_app: Open, keyed: Keyed) -> None:
    async with open_app(keyed.launch) as pilot:
        table = table_of(pilot)
        await until(pilot, lambda: all(row.keys is not None for row in table.shown))
        assert not table.incomplete


async def test_a_detach_tells_of_keys_that_are_still_being_read(
    open_app: Open, keyed: Keyed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.session.pending._LONGEST", 0.1)
    keyed.company.fake.hang(LIST)
    async with open_app(keyed.launch) as pilot:
        await until(pilot, lambda: LIST in keyed.company.fake.actions)
        await go_to(pilot, OWNER)
        assert "The API keys are still being read" in await ask(pilot, "d")
        await pilot.press("n")
        await over(pilot)


async def test_a_key_is_deleted_only_by_its_name(open_app: Open, keyed: Keyed) -> None:
    async with open_app(keyed.launch) as pilot:
        await listed(pilot)
        said = await asked(pilot, "D")
        assert "Deleting is final" in said
        await pilot.press("y", "e", "s", "enter")
        assert "nothing was deleted" in dialogue(pilot)
        assert keyed.company.fake.writes == []
        pilot.app.screen.query_one(Input).value = f"{OWNER}-at-{ID}"
        await pilot.press("enter")
        screen = await shown(pilot)
        assert (owners(screen), keyed.states) == ([OTHER], {OTHER: "Active"})
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is main_of(pilot))
        await pilot.press("u")
        await until(pilot, lambda: "bedrock-tui has changed nothing" in toasts(pilot))
    assert keyed.ops == [("delete-key", "done")]


async def test_a_refused_change_says_why(open_app: Open, keyed: Keyed) -> None:
    keyed.company.fake.refuse("UpdateServiceSpecificCredential", "AccessDenied")
    async with open_app(keyed.launch) as pilot:
        await listed(pilot)
        await asked(pilot, "d")
        await pilot.press("y")
        await shown(pilot)
        await until(pilot, lambda: "AWS denied" in toasts(pilot))
    assert keyed.ops == [("deactivate-key", "failed")]


async def test_a_dry_run_shows_the_commands(open_app: Open, keyed: Keyed) -> None:
    async with open_app(replace(keyed.launch, dry_run=True)) as pilot:
        await listed(pilot)
        await asked(pilot, "D")
        await pilot.press("y")
        await until(pilot, lambda: isinstance(pilot.app.screen, TextScreen))
        assert "delete-service-specific-credential" in pilot.app.screen.text  # type: ignore[attr-defined]
    assert keyed.company.fake.writes == []


async def test_in_a_read_only_session_no_key_can_be_changed(open_app: Open, keyed: Keyed) -> None:
    async with open_app(replace(keyed.launch, read_only=True)) as pilot:
        screen = await listed(pilot)
        await pilot.press("d", "a", "D", "y", "u")
        assert pilot.app.screen is screen
    assert keyed.company.fake.writes == []


async def test_a_detach_says_that_the_key_stops_working(open_app: Open, keyed: Keyed) -> None:
    """user-01 may use no keys in this account, unless the policy says so."""
    keyed.company.iam.put_user_policy(
        UserName=OWNER,
        PolicyName="keys",
        PolicyDocument='{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", '
        '"Action": "bedrock:CallWithBearerToken", "Resource": "*"}]}',
    )
    async with open_app(keyed.launch) as pilot:
        await go_to(pilot, OWNER)
        said = await ask(pilot, "d")
        assert said.count(f"The API key of {OWNER} stops working.") == 1
        await pilot.press("n")
        await over(pilot)


async def test_keys_that_were_not_read_are_told_of(open_app: Open, keyed: Keyed) -> None:
    keyed.company.fake.refuse(LIST, "AccessDenied")
    async with open_app(keyed.launch) as pilot:
        screen = await listed(pilot)
        assert "Not all could be read" in dialogue(pilot)
        assert str(screen.query_one("#keys").border_title) == "Bedrock API keys: ?"
        assert screen.list.option_count == 0
        await pilot.press("d", "escape")
        await until(pilot, lambda: pilot.app.screen is main_of(pilot))
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, TextScreen))
        assert "the Bedrock API keys" in pilot.app.screen.text  # type: ignore[attr-defined]


async def test_keys_that_were_not_read_are_marked_and_counted_with_what_n_lists(
    open_app: Open, keyed: Keyed
) -> None:
    keyed.company.fake.refuse(LIST, "AccessDenied")
    async with open_app(keyed.launch) as pilot:
        main, table = main_of(pilot), table_of(pilot)
        await until(pilot, lambda: all(row.keys_unread for row in table.shown[:14]))
        lines = [table.render_line(y).text for y in range(1, 20)]
        assert all((" key? " in line) == (" user-" in line or " team-" in line) for line in lines)
        await until(pilot, lambda: not main.reading)
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, TextScreen))
        title = str(pilot.app.screen.query_one("#text").border_title)
        listed = "".join(pilot.app.screen.lines)  # type: ignore[attr-defined]
        assert "the Bedrock API keys" in listed
        assert title == "Not read: 1"
        assert "1 not read" in str(main.query_one(AccountBar).render())


async def test_a_hung_list_keeps_nothing_waiting(open_app: Open, keyed: Keyed) -> None:
    keyed.company.fake.hang(LIST)
    async with open_app(keyed.launch) as pilot:
        main = main_of(pilot)
        await until(pilot, lambda: main.controllers.load._warm)
        await until(pilot, lambda: LIST in keyed.company.fake.actions)
        assert main.loaded
        assert main.controllers.api_keys.pending
        await pilot.press("K")
        await until(pilot, lambda: "still being read" in toasts(pilot))


async def test_a_file_without_keys_says_so(open_app: Open, from_file: Launch) -> None:
    async with open_app(from_file) as pilot:
        await pilot.press("K")
        await shown(pilot)
        assert "does not hold the account's API keys" in dialogue(pilot)


@pytest.mark.parametrize("size", [(120, 36), (80, 24), (60, 20)])
async def test_no_size_hides_how_a_key_is_deleted(
    open_app: Open, keyed: Keyed, size: tuple[int, int]
) -> None:
    async with open_app(keyed.launch, size) as pilot:
        await listed(pilot)
        await asked(pilot, "D")
        for wanted in ("#dialog-account", "#cancel", "#apply"):
            region: Any = pilot.app.screen.query_one(wanted).region
            assert 0 < region.bottom < size[1], wanted
