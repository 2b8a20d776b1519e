"""The embedded account: real, filled, and gone with its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest

from iam.demo.launcher import DemoError, DemoServer, start_demo
from tests.conftest import ROOT, alive

PARENT = """
import os, time
from iam.demo.launcher import start_demo
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


HOSTILE = ("logging.py", "iam/__init__.py", "moto/__init__.py", "ast.py", "sitecustomize.py")


def test_no_code_of_the_working_folder_or_the_environment_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in HOSTILE:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"open({str(tmp_path / 'run')!r}, 'a').write({name!r})")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr("sys.path", ["", *sys.path])
    server = start_demo()
    server.stop()
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("home", ["home", ""])
def test_no_configuration_of_this_machine_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: str
) -> None:
    models = tmp_path / home / ".aws/models"
    models.mkdir(parents=True)
    (models / "endpoints.json").write_text("no JSON")
    (models.parent / "config").write_text("not an ini file")
    monkeypatch.setenv("HOME", str(tmp_path / home) if home else ".")
    monkeypatch.chdir(tmp_path)
    start_demo().stop()


def test_no_request_is_recorded_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MOTO_ENABLE_RECORDING", "true")
    before = set(tmp_path.iterdir())
    server = start_demo()
    try:
        client = boto3.client(
            "iam",
            endpoint_url=server.endpoint_url,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )
        assert client.list_users()["Users"]
        client.close()
    finally:
        server.stop()
    assert set(tmp_path.iterdir()) == before


# Other users of the machine, who can reach the port

SIGNATURE = "AWS4-HMAC-SHA256 Credential=AK/20261123/us-east-1/{}/aws4_request, Signature=0"
CREATE = b"Action=CreateUser&Version=2010-05-08&UserName=mallory"


def origin(server: DemoServer) -> str:
    """What other users of the machine can find out about the server."""
    return "http://" + urlsplit(server.endpoint_url).netloc


def refused(url: str, method: str = "POST", service: str = "iam", signed: bool = True) -> bool:
    """Whether the server refuses to create a user."""
    headers = {"Authorization": SIGNATURE.format(service)} if signed else {}
    request = urllib.request.Request(url, CREATE, headers, method=method)
    try:
        with urllib.request.urlopen(request):
            return False
    except urllib.error.HTTPError as error:
        error.close()
        return error.code == HTTPStatus.FORBIDDEN


def test_who_does_not_know_the_secret_changes_nothing(demo: DemoServer, demo_iam: Any) -> None:
    assert refused(origin(demo))
    assert refused(origin(demo) + "/%C3%A9")
    assert refused(demo.endpoint_url[:-1])
    assert refused(demo.endpoint_url + "/x")
    assert "mallory" not in {user["UserName"] for user in demo_iam.list_users()["Users"]}


@pytest.mark.parametrize("path", ["reset", "recorder/start-recording", "data.json"])
def test_moto_s_own_pages_are_out_of_reach(demo: DemoServer, demo_iam: Any, path: str) -> None:
    for base in (origin(demo), demo.endpoint_url):
        assert refused(f"{base}/moto-api/{path}", "GET")
        assert refused(f"{base}/moto-api/{path}", "POST")
    assert demo_iam.list_users()["Users"]


def test_only_signed_calls_of_iam_and_sts_are_answered(demo: DemoServer, demo_iam: Any) -> None:
    assert refused(demo.endpoint_url, service="dynamodb")
    assert refused(demo.endpoint_url, signed=False)
    assert refused(demo.endpoint_url, "PUT")
    assert "mallory" not in {user["UserName"] for user in demo_iam.list_users()["Users"]}
    assert not refused(demo.endpoint_url)
    demo_iam.delete_user(UserName="mallory")


def test_a_child_that_dies_is_told_of_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(DemoError, match="did not start"):
        start_demo()


def test_without_moto_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(DemoError, match="make demo"):
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
