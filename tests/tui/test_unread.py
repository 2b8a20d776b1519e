"""What AWS denies reading is unknown wherever it is shown, and everything else is as it was."""

from __future__ import annotations

import csv
import io
import json
import re
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from iam.account.attachments import members_of_groups
from iam.reports.audit import Audit
from iam.reports.formats import FORMATS
from tests.build import details, user
from tests.fake_iam import FakeIam
from tests.iam.accounts import BOUNDARY, fill
from tests.tui.conftest import Open
from tests.tui.waiting import main_of, table_of, until
from tui.options import Launch

WHOLE = "GetAccountAuthorizationDetails"
BOTH = ("alice", "bob")
DENIED: dict[str, dict[str, tuple[str, ...]]] = {
    # The call, and of whom it leaves what unknown.
    "ListAttachedUserPolicies": {"direct": BOTH, "verdict": BOTH},
    "ListAttachedRolePolicies": {"direct": ("worker",), "verdict": ("worker",)},
    "ListAttachedGroupPolicies": {"direct": ("team",), "groups": ("alice",), "verdict": ("alice",)},
    "ListUserPolicies": {"verdict": BOTH},
    "ListRolePolicies": {"verdict": ("worker",)},
    "ListGroupPolicies": {"verdict": ("alice",)},
    "GetUserPolicy": {"verdict": ("alice",)},
    "ListGroupsForUser": {"groups": BOTH, "names": BOTH, "members": ("team",), "verdict": BOTH},
    "GetUser": {"boundary": BOTH, "tags": BOTH, "verdict": BOTH},
    # Without policies, worker has nothing that a boundary could take away.
    "GetRole": {"boundary": ("worker",), "tags": ("worker",), "use": ("worker",)},
    "ListUsers": {"members": ("team",)},
    "ListRoles": {},
    "ListGroups": {},  # a group with a member is read all the same
    "ListGroups GetGroup": {"groups": ("alice",), "verdict": ("alice",)},
}
READ: dict[str, dict[str, Any]] = {
    "alice": {"direct": False, "groups": ["team"], "names": "team", "boundary": None},
    "bob": {"direct": True, "groups": [], "names": None, "boundary": None},
    "worker": {"direct": False, "groups": [], "names": None, "boundary": BOUNDARY},
}
WORDS = {True: "true", False: "false", None: "unknown"}


@pytest.fixture
def launch(fake: FakeIam, iam: Any, monkeypatch: pytest.MonkeyPatch) -> Launch:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    fill(iam)
    iam.tag_user(UserName="bob", Tags=[{"Key": "team", "Value": "ml"}])
    fake.refuse(WHOLE, "AccessDenied")
    return Launch(endpoint_url=fake.url, policy="shared", read_only=True)


def opened(
    open_app: Open, launch: Launch, fake: FakeIam, calls: str
) -> AbstractAsyncContextManager[Pilot[int]]:
    for call in calls.split():
        fake.refuse(call, "AccessDenied")
    return open_app(launch)


async def facts_of(pilot: Pilot[int], name: str) -> dict[str, str]:
    """What the details say of a user, a role or a group."""
    screen, table = main_of(pilot), table_of(pilot)
    await pilot.press("4" if name == "team" else "1", "g")
    names = [row.name for row in table.shown]
    await pilot.press(*"j" * names.index(name))
    facts = screen.details.query_one("#facts", Static)
    await until(pilot, lambda: f"/{name}" in str(facts.render()).replace("\n", ""))
    lines = str(facts.render()).splitlines()
    return {line[:10].strip(): line[10:].strip() for line in lines}


@pytest.mark.parametrize("calls", DENIED)
async def test_a_call_that_is_denied_leaves_unknown_what_it_would_have_read(
    open_app: Open, launch: Launch, fake: FakeIam, calls: str
) -> None:
    async with opened(open_app, launch, fake, calls) as pilot:
        unread = DENIED[calls]
        audit = await main_of(pilot).session.audit()
        assert not audit.complete
        reports = {form: "".join(each.write(audit)) for form, each in FORMATS.items()}
        in_json = {p["name"]: p for p in json.loads(reports["json"])["principals"]}
        in_csv = {row["name"]: row for row in csv.DictReader(io.StringIO(reports["csv"]))}
        missing = {"ListUsers": set(BOTH), "ListRoles": {"worker"}}.get(calls, set())
        assert in_json.keys() == in_csv.keys() == READ.keys() - missing
        await pilot.press("1")
        for name in in_json:
            read = READ[name]
            unknown = {what for what, whom in unread.items() if name in whom}
            direct = None if "direct" in unknown else read["direct"]
            groups = None if "groups" in unknown else read["groups"]

            # Reports
            entry, row = in_json[name], in_csv[name]
            assert entry["attached"] == {"direct": direct, "groups": groups}
            assert row["attached_direct"] == WORDS[direct]
            assert row["attached_via_groups"] == ("unknown" if groups is None else ";".join(groups))
            assert (entry["verdict"] == row["verdict"] == "unknown") == ("verdict" in unknown)
            assert entry.get("boundary_read") == (False if "boundary" in unknown else None)
            assert entry["boundary"] == (None if "boundary" in unknown else read["boundary"])
            boundary = "unknown" if "boundary" in unknown else read["boundary"] or ""
            assert row["boundary"] == boundary
            for form in ("table", "markdown"):
                line = next(each for each in reports[form].splitlines() if f" {name} " in each)
                policy = re.split(r"\s{2,}| \| ", line.strip("| "))[2]
                assert (policy == "no") == (direct is False and groups == [])

            # The list
            (shown,) = (row for row in table_of(pilot).shown if row.name == name)
            text = "".join(segment.text for segment in table_of(pilot)._line(shown, 60))
            if not direct and not groups and None in (direct, groups):
                assert " ? " in text and "–" not in text

            # The details
            facts = await facts_of(pilot, name)
            assert ("unknown" in facts["Policy"]) == (None in (direct, groups))
            assert facts.get("Groups") == ("unknown" if "names" in unknown else read["names"])
            if "boundary" in unknown:
                assert facts["Boundary"] == "unknown"
            assert (facts.get("Tags") == "not read") == ("tags" in unknown)
            assert (facts.get("Last used") == "not read") == ("use" in unknown)
        if "GetGroup" not in calls:
            await _group(pilot, audit, unread)


async def test_a_file_without_a_list_of_groups_does_not_say_that_there_are_none(
    open_app: Open, tmp_path: Path
) -> None:
    path = tmp_path / "saved.json"
    body = details(user("alice"))
    del body["GroupDetailList"]
    path.write_text(json.dumps(body))
    async with open_app(Launch(snapshot=str(path))) as pilot:
        await pilot.press("4")
        assert "no groups were read" in table_of(pilot).render_line(1).text


async def _group(pilot: Pilot[int], audit: Audit, unread: dict[str, tuple[str, ...]]) -> None:
    """The group in the list of groups, and in the details."""
    facts = await facts_of(pilot, "team")
    uncertain = "members" in unread
    assert facts["Members"] == ("unknown" if uncertain else "alice")
    direct = "unknown" if "direct" in unread and "team" in unread["direct"] else "direct"
    assert facts["Policy"] == direct
    line = table_of(pilot).render_line(1).text
    assert ("(?)" if uncertain else "(1)") in line
    (count,) = members_of_groups(audit.account).values()
    assert count.certain == (not uncertain)
