"""A login to SSO: what AWS is asked, and what is written for botocore and the AWS CLI."""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from iam.aws.connect import Settings, connect
from iam.aws.sso_login import SsoLogin, sso_login
from iam.errors import AwsError
from tests.fake_sso import AUTHORIZE, CODE, REGISTER, TOKEN, URL, FakeSso

START = "https://acme.awsapps.com/start"
CONFIG = f"""
[profile session]
sso_session = acme
sso_account_id = 123456789012
sso_role_name = reader
region = us-east-1
[profile legacy]
sso_start_url = {START}
sso_region = us-east-1
sso_account_id = 123456789012
sso_role_name = reader
region = us-east-1
[profile chained]
role_arn = arn:aws:iam::222222222222:role/x
source_profile = session
[profile loop]
role_arn = arn:aws:iam::222222222222:role/x
source_profile = loop
[profile lost]
sso_session = nowhere
sso_account_id = 123456789012
sso_role_name = reader
[sso-session acme]
sso_start_url = {START}
sso_region = us-east-1
sso_registration_scopes = sso:account:access, other:scope
"""
CLIENT = {"clientId": "x", "clientSecret": "y"}
AUTH_CODE = "authorization_code"
NAMES = {"session": "acme", "legacy": START, "chained": "acme"}
both_kinds = pytest.mark.parametrize("profile", ["session", "legacy"])


@pytest.fixture(autouse=True)
def _configured(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "config").write_text(CONFIG)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))


@pytest.fixture
def login(sso: FakeSso) -> Iterator[SsoLogin]:
    """A login that AWS has given a code for."""
    made = sso_login("session")
    made.begin()
    yield made
    made.close()


def cache() -> Path:
    return Path.home() / ".aws/sso/cache"


def token_of(name: str) -> dict[str, Any]:
    """The token in the file that the AWS CLI would read."""
    file = cache() / f"{hashlib.sha1(name.encode()).hexdigest()}.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    token: dict[str, Any] = json.loads(file.read_text())
    return token


@pytest.mark.parametrize("profile", NAMES)
def test_the_token_is_written_as_the_aws_cli_writes_it(sso: FakeSso, profile: str) -> None:
    login = sso_login(profile)
    shown = login.begin()
    assert (shown.url, shown.code) == (URL, CODE)
    sso.confirm()
    assert login.poll() == 0
    login.close()
    token = token_of(NAMES[profile])
    assert list(token) == [
        "startUrl", "region", "accessToken", "expiresAt", "clientId", "clientSecret",
        "registrationExpiresAt", "refreshToken",
    ]  # fmt: skip
    assert (token["startUrl"], token["region"]) == (START, "us-east-1")
    ends = datetime.strptime(token["expiresAt"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(hours=7) < ends - datetime.now(UTC) < timedelta(hours=9)


@both_kinds
def test_botocore_finds_credentials_by_the_token(sso: FakeSso, profile: str) -> None:
    settings = Settings(profile=profile, endpoint_url="http://127.0.0.1:1")
    aws = connect(settings)
    with pytest.raises(Exception, match="does not exist"):
        aws.credentials.get_frozen_credentials()
    aws.close()
    sso.confirm()
    login = sso_login(profile)
    login.begin()
    login.poll()
    login.close()
    aws = connect(settings)
    assert aws.credentials.get_frozen_credentials().access_key == sso.key
    aws.close()


def test_the_client_is_registered_as_by_the_aws_cli(sso: FakeSso, login: SsoLogin) -> None:
    assert sso.asked[0] == (
        REGISTER,
        {
            "clientName": "botocore-client-acme",
            "clientType": "public",
            "scopes": ["sso:account:access", "other:scope"],
        },
    )
    about = {
        "tool": "botocore",
        "startUrl": START,
        "region": "us-east-1",
        "scopes": ["sso:account:access", "other:scope"],
        "session_name": "acme",
    }
    key = hashlib.sha1(json.dumps(about, sort_keys=True).encode()).hexdigest()
    kept = json.loads((cache() / f"{key}.json").read_text())
    assert kept["clientId"] == "client-id"
    assert kept["expiresAt"].endswith("Z")


def test_a_registration_is_used_again(sso: FakeSso, login: SsoLogin) -> None:
    again = sso_login("session")
    again.begin()
    again.close()
    assert sso.paths == [REGISTER, AUTHORIZE, AUTHORIZE]


def test_a_registration_that_aws_has_forgotten_is_made_again(sso: FakeSso, login: SsoLogin) -> None:
    sso.errors[AUTHORIZE] = ["InvalidClientException"]
    again = sso_login("session")
    again.begin()
    again.close()
    assert sso.paths[2:] == [AUTHORIZE, REGISTER, AUTHORIZE]


@pytest.mark.parametrize(
    "kept",
    [
        "nothing",
        "[]",
        '{"clientId": "x"}',
        json.dumps(CLIENT | {"expiresAt": "2020-01-01T00:00:00Z"}),
        json.dumps(CLIENT | {"expiresAt": "2099-01-01T00:00:00"}),
        json.dumps(CLIENT | {"expiresAt": "2099-01-01T00:00:00Z", "grantTypes": [AUTH_CODE]}),
    ],
)
def test_a_registration_that_is_of_no_use_is_made_again(
    sso: FakeSso, login: SsoLogin, kept: str
) -> None:
    (file,) = cache().iterdir()
    file.write_text(kept)
    again = sso_login("session")
    again.begin()
    again.close()
    assert sso.paths[2:] == [REGISTER, AUTHORIZE]


def test_aws_says_how_often_it_may_be_asked(sso: FakeSso, login: SsoLogin) -> None:
    sso.errors[TOKEN] = ["AuthorizationPendingException", "SlowDownException"]
    assert [login.poll(), login.poll(), login.poll()] == [1, 6, 6]
    assert sso.asked[-1][1] == {
        "clientId": "client-id",
        "clientSecret": "client-secret",
        "grantType": "urn:ietf:params:oauth:grant-type:device_code",
        "deviceCode": "device-secret",
    }


@pytest.mark.parametrize("interval", [-5, 0, None])
def test_aws_is_never_asked_without_a_pause(sso: FakeSso, interval: int | None) -> None:
    sso.changes[AUTHORIZE] = {"interval": interval}
    login = sso_login("session")
    login.begin()
    assert login.poll() >= 1
    login.close()


def test_an_error_of_the_server_does_not_end_a_login(sso: FakeSso, login: SsoLogin) -> None:
    sso.errors[TOKEN] = ["InternalServerException"] * 5
    sso.confirm()
    assert login.poll() > 0
    sso.errors.clear()
    assert login.poll() == 0


@pytest.mark.parametrize(
    ("path", "changes"),
    [
        (AUTHORIZE, {"userCode": None}),
        (AUTHORIZE, {"deviceCode": None}),
        (AUTHORIZE, {"expiresIn": None}),
        (REGISTER, {"clientSecretExpiresAt": 10**20}),
        (TOKEN, {"accessToken": None}),
        (TOKEN, {"expiresIn": 10**20}),
    ],
)
def test_an_incomplete_answer_is_told_in_words(
    sso: FakeSso, path: str, changes: dict[str, Any]
) -> None:
    sso.changes[path] = changes
    sso.confirm()
    login = sso_login("session")

    def log_in() -> float:
        login.begin()
        return login.poll()

    with pytest.raises(AwsError, match="not as AWS describes it"):
        log_in()
    login.close()


def test_where_aws_cannot_be_reached_it_is_asked_less_often(sso: FakeSso, login: SsoLogin) -> None:
    sso.stop()
    assert [login.poll(), login.poll()] == [2, 4]


@pytest.mark.parametrize(
    ("code", "words"),
    [("ExpiredTokenException", "code has expired"), ("AccessDeniedException", "was declined")],
)
def test_what_ends_a_login_is_told_in_words(
    sso: FakeSso, login: SsoLogin, code: str, words: str
) -> None:
    sso.errors[TOKEN] = [code]
    with pytest.raises(AwsError, match=words):
        login.poll()


def test_a_code_is_not_asked_about_after_its_end(sso: FakeSso) -> None:
    sso.expires = 0
    login = sso_login("session")
    login.begin()
    with pytest.raises(AwsError, match="code has expired"):
        login.poll()
    login.close()
    assert TOKEN not in sso.paths


@pytest.mark.parametrize(
    ("profile", "words"),
    [
        ("loop", "does not use SSO"),
        ("elsewhere", "could not be found"),
        ("lost", "sso-session nowhere has no sso_start_url and no sso_region"),
    ],
)
def test_a_profile_that_cannot_log_in_is_told_in_words(profile: str, words: str) -> None:
    with pytest.raises(AwsError, match=words):
        sso_login(profile)


def test_without_a_home_there_is_nowhere_to_keep_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", ".")
    with pytest.raises(AwsError, match="no home folder"):
        sso_login("session")


def test_no_secret_is_shown_with_an_object(sso: FakeSso, login: SsoLogin) -> None:
    sso.confirm()
    login.poll()
    assert "secret" not in repr(vars(login)["_authorization"])
