"""The library as docs/library.md shows it."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import iam
from tests.build import allow, details, policy, policy_arn, user
from tests.conftest import ROOT

FROM_FILE, FROM_AWS = re.findall(
    r"```python\n(.*?)```", (ROOT / "docs" / "library.md").read_text(encoding="utf-8"), re.DOTALL
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with a saved account in it."""
    saved = details(
        user("alice", allow("bedrock:*")), user("bob"), user("carl", attached=["arn:aws:x"])
    )
    (tmp_path / "account.json").write_text(json.dumps(saved))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_an_account_from_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    exec(FROM_FILE, names)
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "arn:aws:iam::123456789012:user/alice partial ()"
    assert shown[1].startswith("not read: policy arn:aws:x ")
    rows = (folder / "audit.csv").read_text(encoding="utf-8").splitlines()
    assert [row.split(",")[2] for row in rows] == ["name", "alice", "bob", "carl"]
    assert (names["audit"].source, names["audit"].caller) == ("snapshot", None)


def test_an_account_from_aws(
    moto_url: str,
    iam_client: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow("bedrock:InvokeModel")]})
    iam_client.create_user(UserName="alice")
    iam_client.put_user_policy(UserName="alice", PolicyName="invoke", PolicyDocument=document)
    iam_client.create_user(UserName="bob")
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto_url)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    names: dict[str, Any] = {}
    exec(FROM_AWS, names)
    shown = capsys.readouterr().out
    assert re.search(r"\| user \| alice \|.* granted \|", shown)
    assert re.search(r"\| user \| bob \|.* none \|", shown)
    audit = names["audit"]
    assert (audit.source, audit.only) == ("live", "bedrock:InvokeModel")
    assert audit.caller.startswith("arn:aws:")


@pytest.fixture(name="iam_client")
def _iam_client(iam: Any) -> Any:
    return iam


def test_a_policy_of_the_account_is_evaluated(folder: Path) -> None:
    path = folder / "more.json"
    held = policy("invoke", allow("bedrock:InvokeModel"))
    path.write_text(json.dumps(details(user("alice", allow("bedrock:InvokeModel")), held)))
    audit = iam.evaluate(iam.load_file(path, policy="invoke"))
    assert audit.managed.arn == policy_arn("invoke")
    assert [result.verdict for _, result in audit.results] == [iam.Verdict.GRANTED]
    assert json.loads(iam.report(audit))["policy"]["name"] == "invoke"


def test_what_is_wrong_is_raised(folder: Path) -> None:
    with pytest.raises(iam.SnapshotError, match="does not exist"):
        iam.load_file("nowhere.json")
    with pytest.raises(iam.AwsError, match="has no policy nothing"):
        iam.load_file("account.json", policy="nothing")
    with pytest.raises(iam.AwsError, match="no AWS credentials"):
        asyncio.run(iam.load_aws())
    with pytest.raises(ValueError, match="no action 'bedrock:Fly'"):
        iam.evaluate(iam.load_file("account.json"), action="bedrock:Fly")
    with pytest.raises(AttributeError, match="nothing"):
        iam.nothing  # noqa: B018


def test_every_name_is_there() -> None:
    assert all(hasattr(iam, name) for name in iam.__all__)


IMPORTED = """
import json, sys
import iam
first = sorted(sys.modules)
iam.evaluate(iam.load_file(sys.argv[1]))
print(json.dumps([first, sorted(sys.modules)]))
"""


def test_nothing_is_imported_before_it_is_used(folder: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-c", IMPORTED, str(folder / "account.json")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    first, then = map(set, json.loads(run.stdout))
    assert {name for name in first if name.startswith("iam")} == {"iam"}
    assert not first & {"boto3", "pydantic", "asyncio", "dataclasses"}
    assert "pydantic" in then
    assert not then & {"boto3", "botocore"}
