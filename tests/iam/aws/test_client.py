"""The connection: credentials, configuration, threads, the read-only guard."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import textwrap
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from iam.aws import client
from iam.aws.access_key import AccessKey
from iam.aws.client import Aws
from iam.aws.connect import Settings, connect
from iam.errors import AwsError
from tests.conftest import ROOT
from tests.fake_iam import FakeIam, Rule


def configure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, config: str) -> None:
    file = tmp_path / "config"
    file.write_text(textwrap.dedent(config))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))


def close(aws: Aws) -> None:
    aws.iam.close()
    aws.sts.close()


KEYS = "aws_access_key_id = a\n    aws_secret_access_key = b\n"


def test_without_credentials_it_says_so() -> None:
    with pytest.raises(AwsError, match="no AWS credentials"):
        connect(Settings())


def test_a_profile_that_does_not_exist_is_named() -> None:
    with pytest.raises(AwsError, match="nowhere"):
        connect(Settings(profile="nowhere"))


def test_a_configuration_that_is_no_configuration_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    configure(monkeypatch, tmp_path, "not an ini file")
    with pytest.raises(AwsError, match="configuration cannot be read"):
        connect(Settings())


@pytest.mark.parametrize(
    "settings",
    [
        {"region": "not a region"},
        {"endpoint_url": "no url"},
        {"endpoint_url": ""},
        {"endpoint_url": "http://[::1"},
    ],
)
def test_a_region_or_an_endpoint_that_is_none_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    with pytest.raises(AwsError, match="not valid"):
        connect(Settings(**settings))  # type: ignore[arg-type]


def test_the_profile_decides_on_region_and_endpoint(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    configure(
        monkeypatch,
        tmp_path,
        f"""\
    [profile work]
    {KEYS}
    region = eu-west-1
    endpoint_url = http://127.0.0.1:1
    """,
    )
    aws = connect(Settings(profile="work"))
    assert (aws.profile, aws.region) == ("work", "eu-west-1")
    assert aws.iam.meta.endpoint_url == aws.sts.meta.endpoint_url == "http://127.0.0.1:1"
    close(aws)


def test_the_environment_decides_on_the_endpoints_and_the_option_overrides_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:2")
    aws = connect(Settings())
    assert aws.iam.meta.endpoint_url == "http://127.0.0.1:1"
    assert aws.sts.meta.endpoint_url == "http://127.0.0.1:2"
    assert aws.region == "us-east-1"
    close(aws)
    aws = connect(Settings(endpoint_url="http://127.0.0.1:3"))
    assert aws.iam.meta.endpoint_url == aws.sts.meta.endpoint_url == "http://127.0.0.1:3"
    close(aws)


async def test_the_demo_takes_nothing_from_this_machine(
    monkeypatch: pytest.MonkeyPatch, moto_url: str
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nowhere")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_IAM", "http://127.0.0.1:1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    aws = connect(Settings(demo=True, endpoint_url=moto_url))
    assert aws.region == "us-east-1"
    assert (await aws.call(aws.iam.list_users))["Users"] == []
    close(aws)


MFA = f"""\
    [profile base]
    {KEYS}
    [profile mfa]
    role_arn = arn:aws:iam::123456789012:role/x
    source_profile = base
    mfa_serial = arn:aws:iam::123456789012:mfa/me
    """


async def test_a_profile_with_mfa_fails_in_one_sentence_and_never_reads_the_terminal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    configure(monkeypatch, tmp_path, MFA)
    monkeypatch.setattr("getpass.getpass", lambda *_: pytest.fail("the terminal was read"))
    aws = connect(Settings(profile="mfa", endpoint_url="http://127.0.0.1:1"))
    with pytest.raises(AwsError, match="MFA code") as caught:
        await aws.call(aws.sts.get_caller_identity)
    assert caught.value.code == "MfaRequired"
    assert "--profile mfa" in caught.value.advice
    close(aws)


@pytest.mark.parametrize("profile", ["direct", "role"])
def test_a_credential_process_has_no_terminal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, profile: str
) -> None:
    program = tmp_path / "process.py"
    program.write_text(
        "import json, os, pathlib, sys\n"
        "alone = os.getsid(0) == os.getpid() and not sys.stdin.read()\n"
        "pathlib.Path(__file__).with_suffix('.said').write_text(str(alone))\n"
        "print(json.dumps({'Version': 1, 'AccessKeyId': 'a', 'SecretAccessKey': 'b'}))\n"
    )
    configure(
        monkeypatch,
        tmp_path,
        f"""\
    [profile direct]
    credential_process = {sys.executable} {program}
    [profile role]
    role_arn = arn:aws:iam::123456789012:role/x
    source_profile = direct
    """,
    )
    close(connect(Settings(profile=profile)))
    assert program.with_suffix(".said").read_text() == "True"


async def test_a_read_only_session_sends_no_write(connect_to: Any, fake: FakeIam, iam: Any) -> None:
    iam.create_user(UserName="alice")
    aws = connect_to(fake.url, read_only=True)
    arn = "arn:aws:iam::123456789012:policy/x"
    writes = [
        (aws.iam.attach_user_policy, {"UserName": "alice", "PolicyArn": arn}),
        (aws.iam.detach_role_policy, {"RoleName": "r", "PolicyArn": arn}),
        (aws.iam.put_user_policy, {"UserName": "alice", "PolicyName": "x", "PolicyDocument": "{}"}),
        (aws.iam.delete_user, {"UserName": "alice"}),
        (aws.sts.assume_role, {"RoleArn": arn, "RoleSessionName": "x"}),
    ]
    for method, arguments in writes:
        with pytest.raises(AwsError, match="read-only") as caught:
            await aws.call(method, **arguments)
        assert caught.value.code == "ReadOnly"
        assert not caught.value.lost
    assert [user["UserName"] for user in (await aws.call(aws.iam.list_users))["Users"]] == ["alice"]
    await aws.call(aws.sts.get_caller_identity)
    assert fake.actions == ["ListUsers", "GetCallerIdentity"]


def test_a_read_only_session_lets_through_reads_only(connect_to: Any, moto_url: str) -> None:
    aws = connect_to(moto_url, read_only=True)
    allowed = ("Get", "List", "Generate", "Simulate")
    for service in (aws.iam, aws.sts):
        for name in service.meta.service_model.operation_names:
            model = service.meta.service_model.operation_model(name)
            arguments = {"params": {}, "model": model, "context": {}}
            emit = service.meta.events.emit
            event = f"before-parameter-build.{service.meta.service_model.service_id}.{name}".lower()
            if name.startswith(allowed):
                aws._before_call(model)
            else:
                with pytest.raises(AwsError, match="read-only"):
                    emit(event, **arguments)


# Credentials that another process has found

A_SECOND = timedelta(seconds=1, milliseconds=100)
"""By which the expiry that is passed on may be too early."""


@pytest.mark.parametrize("token", [None, "token"])
def test_credentials_that_do_not_end_are_taken_as_they_are(token: str | None) -> None:
    aws = connect(Settings(), AccessKey("AKIA", "secret", token, None))
    assert aws.access_key == AccessKey("AKIA", "secret", token, None)
    assert not aws.expires_within(10**9)
    close(aws)


def test_credentials_that_end_are_found_anew_where_they_were_found(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, moto_url: str
) -> None:
    end = told_by_a_process(monkeypatch, tmp_path)
    found = connect(Settings())
    keys = found.access_key
    assert keys.until is not None
    assert (keys.access, keys.secret, keys.token) == ("new", "b", "c")
    assert (
        timedelta(0) <= datetime.fromisoformat(end) - datetime.fromisoformat(keys.until) < A_SECOND
    )
    close(found)
    now = datetime.now(UTC)
    for left, used in ((timedelta(hours=1), "old"), (timedelta(seconds=1), "new")):
        keys = AccessKey("old", "b", "c", (now + left).isoformat(), "123456789012")
        aws = connect(Settings(endpoint_url=moto_url), keys)
        assert aws.access_key.access == used
        assert aws.expires_within(3 * 3600)
        close(aws)


async def test_those_of_another_account_do_not_take_their_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, fake: FakeIam
) -> None:
    told_by_a_process(monkeypatch, tmp_path)
    keys = AccessKey("old", "b", "c", datetime.now(UTC).isoformat(), "222222222222")
    aws = connect(Settings(endpoint_url=fake.url), keys)
    with pytest.raises(AwsError, match="belong to account 123456789012") as caught:
        await aws.call(aws.iam.list_users)
    assert caught.value.code == "WrongAccount"
    assert fake.actions == ["GetCallerIdentity"]
    close(aws)


def told_by_a_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Configure a credential_process; returns when what it tells ends."""
    end = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    said = {"Version": 1, "AccessKeyId": "new", "SecretAccessKey": "b", "SessionToken": "c"}
    (tmp_path / "keys.json").write_text(json.dumps({**said, "Expiration": end}))
    configure(
        monkeypatch, tmp_path, f"[default]\ncredential_process = cat {tmp_path / 'keys.json'}\n"
    )
    return end


def test_secrets_are_not_in_what_is_printed() -> None:
    assert "secret" not in repr(AccessKey("AKIA", "secret", "secret", None))


async def test_no_more_calls_than_the_bound_run_at_once(aws: Aws) -> None:
    running = peak = 0
    lock = threading.Lock()
    full = threading.Event()

    def work() -> None:
        nonlocal running, peak
        with lock:
            running += 1
            peak = max(peak, running)
            if running == client.IN_FLIGHT:
                full.set()
        full.wait(10)
        with lock:
            running -= 1

    await asyncio.gather(*(aws.call(work) for _ in range(3 * client.IN_FLIGHT)))
    assert peak == client.IN_FLIGHT


@pytest.mark.parametrize("read_timeout", [0.5])
async def test_a_hung_call_ends_with_a_timeout_in_words(aws: Aws, fake: FakeIam) -> None:
    fake.hang("ListUsers")
    with pytest.raises(AwsError, match="Timed out while trying to list users") as caught:
        await aws.call(aws.iam.list_users)
    assert caught.value.lost


async def test_a_call_that_nobody_waits_for_any_more_is_dropped(aws: Aws) -> None:
    started, ended = asyncio.Event(), asyncio.Event()
    go = threading.Event()
    loop = asyncio.get_running_loop()

    def work() -> None:
        loop.call_soon_threadsafe(started.set)
        go.wait(10)
        loop.call_soon_threadsafe(ended.set)

    task = asyncio.create_task(aws.call(work))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go.set()
    await ended.wait()
    assert await aws.call(lambda: 1) == 1


async def test_throttling_is_waited_out(aws: Aws, fake: FakeIam) -> None:
    fake.refuse("ListUsers", "Throttling", 400, times=1)
    assert (await aws.call(aws.iam.list_users))["Users"] == []
    assert fake.actions == ["ListUsers", "ListUsers"]


async def test_what_is_no_aws_is_told(aws: Aws, fake: FakeIam) -> None:
    fake.add(Rule("ListUsers", reply=lambda _: (200, "<html><body>Log in to the hotel<br>")))
    with pytest.raises(AwsError, match="The response is not from AWS"):
        await aws.call(aws.iam.list_users)


def test_a_process_with_a_hung_call_exits_at_once(fake: FakeIam) -> None:
    fake.hang("*")
    program = f"""
    import asyncio
    from iam.aws.connect import Settings, connect
    aws = connect(Settings(demo=True, endpoint_url={fake.url!r}))
    async def main():
        calls = [asyncio.create_task(aws.call(aws.iam.list_users)) for _ in range(8)]
        print("sent", flush=True)
        await asyncio.get_running_loop().run_in_executor(None, input)
    asyncio.run(main())
    """
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "sent\n"
        deadline = time.monotonic() + 20
        while len(fake.seen) < 8:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        began = time.monotonic()
        _, complaints = process.communicate("\n", timeout=20)
        assert time.monotonic() - began < 2
        assert process.returncode == 0
        assert complaints == ""
