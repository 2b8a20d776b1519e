"""The app on a small account from a file, and on the embedded one."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from textual.pilot import Pilot

from iam.demo.launcher import DemoServer
from tests.build import LIMITED, allow, deny, details, group, policy, policy_arn, role, user
from tests.tui.typist import Typist
from tests.tui.waiting import until
from tui.app import BedrockApp
from tui.main_screen import MainScreen
from tui.options import Launch

CLAUDE = "arn:aws:bedrock:us-east-1::foundation-model/anthropic.*"
HOSTILE = "x[red]y[/]\x1b]0;pwned\x07‮z"


@pytest.fixture
def small_account(tmp_path: Path) -> Path:
    """A file with one principal of each verdict."""
    from iam.policy.bundled import bundled_policy

    limited = bundled_policy(LIMITED)
    assert limited is not None
    path = tmp_path / "account.json"
    path.write_text(
        json.dumps(
            details(
                user("alice", attached=[LIMITED]),
                user("bob", groups=["ml-team"]),
                user("carol", allow("bedrock:InvokeModel", CLAUDE)),
                user("dave", deny("*")),
                user("erin", attached=[policy_arn("gone")]),
                user("frank"),
                role("admin", allow("*"), path="/ops/"),
                role("capped", allow("bedrock:*"), boundary=policy_arn("storage")),
                role(HOSTILE),
                group("ml-team", attached=[LIMITED]),
                policy("storage", allow("s3:*")),
                policy("AmazonBedrockLimitedAccess", arn=LIMITED, raw=limited.document),
            )
        )
    )
    # The screen says of when it is.
    os.utime(path, (1_764_000_000, 1_764_000_000))
    return path


@pytest.fixture
def versions_account(tmp_path: Path) -> Path:
    """A file with three versions of the policy, v8 in force; the app ships v9."""
    from iam.demo.versions import earlier_versions
    from iam.policy.bundled import bundled_policy

    limited = bundled_policy(LIMITED)
    assert limited is not None
    documents = earlier_versions(limited.document)
    days = {"v2": "2025-12-05", "v7": "2026-03-23", "v8": "2026-04-09"}
    held = policy("AmazonBedrockLimitedAccess", arn=LIMITED) | {
        "DefaultVersionId": "v8",
        "PolicyVersionList": [
            {
                "VersionId": id,
                "IsDefaultVersion": id == "v8",
                "CreateDate": f"{day}T00:00:00Z",
                "Document": documents[id],
            }
            for id, day in days.items()
        ],
    }
    path = tmp_path / "versions.json"
    path.write_text(
        json.dumps(
            details(
                user("alice", attached=[LIMITED]),
                user("bob", groups=["ml-team"]),
                role("worker", attached=[LIMITED]),
                group("ml-team", attached=[LIMITED]),
                held,
            )
        )
    )
    # The screen says of when it is.
    os.utime(path, (1_764_000_000, 1_764_000_000))
    return path


Open = Callable[..., AbstractAsyncContextManager[Pilot[int]]]


@pytest.fixture
def open_app() -> Open:
    """Open the app, and wait until the account is read."""

    @asynccontextmanager
    async def opened(
        launch: Launch, size: tuple[int, int] = (120, 36), read: bool = True
    ) -> AsyncIterator[Pilot[int]]:
        app = BedrockApp(launch, unicode=True)
        async with app.run_test(size=size, notifications=True, tooltips=True):
            pilot = Typist(app)
            if read:
                await until(pilot, lambda: isinstance(app.screen, MainScreen) and app.screen.loaded)
            yield pilot
        app.session.close()

    return opened


@pytest.fixture
def from_file(small_account: Path) -> Launch:
    """The app on the small account."""
    return Launch(snapshot=str(small_account))


@pytest.fixture
def live(demo: DemoServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Launch:
    """The app on the embedded account, as if it were AWS."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    return Launch(endpoint_url=demo.endpoint_url, journal=str(tmp_path / "journal.jsonl"))
