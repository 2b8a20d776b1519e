"""The embedded account: real, filled, and gone with its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import Any

import pytest

from iam.demo import DemoError, start_demo
from tests.conftest import ROOT, alive

PARENT = """
import os, time
from iam.demo import start_demo
server = start_demo()
print(server.process.pid, flush=True)
time.sleep(60)
"""


def test_it_has_the_account_of_the_story(demo_iam: Any) -> None:
    users = {u["UserName"] for u in demo_iam.list_users()["Users"]}
    roles = {r["RoleName"]: r["Path"] for r in demo_iam.list_roles()["Roles"]}
    assert len(users) >= 20
    assert len(roles) >= 40
    assert len(demo_iam.list_groups()["Groups"]) >= 5
    assert any(name.startswith("BedrockAPIKey-") for name in users)
    assert any(name.startswith("AWSReservedSSO_") for name in roles)
    assert any(path.startswith("/aws-service-role/") for path in roles.values())


@pytest.mark.parametrize("death", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_its_parent_however_that_ends(death: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert alive(child)
        parent.send_signal(death)
    deadline = time.monotonic() + 20
    while alive(child):
        assert time.monotonic() < deadline, "the child outlived its parent"
        time.sleep(0.02)


def test_a_child_that_dies_is_told_of_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(DemoError, match="did not start"):
        start_demo()


def test_without_moto_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(DemoError, match=r"bedrock-tui\[demo\]"):
        start_demo()


def test_the_managed_policy_has_the_versions_that_aws_published(demo_iam: Any) -> None:
    arn = "arn:aws:iam::aws:policy/AmazonBedrockLimitedAccess"
    listed = demo_iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert {v["VersionId"]: f"{v['CreateDate']:%Y-%m-%d}" for v in listed} == {
        "v9": "2026-08-04",
        "v8": "2026-04-09",
        "v7": "2026-03-23",
        "v2": "2025-12-05",
        "v1": "2025-06-29",
    }
    counts = {
        id: len(
            demo_iam.get_policy_version(PolicyArn=arn, VersionId=id)["PolicyVersion"]["Document"][
                "Statement"
            ]
        )
        for id in ("v1", "v2", "v9")
    }
    assert counts == {"v1": 4, "v2": 5, "v9": 6}
