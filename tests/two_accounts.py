"""Two accounts at moto, and every kind of credentials, which change from one account to the other.

Keys of account A begin with `ASIAA`, those of account B with `ASIAB`. Where AWS or a program gives
keys that end, they end so soon that botocore renews them before every request, and each is new.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest

from tests.build import allow, document
from tests.company import POLICY, Company
from tests.fake_iam import FakeIam
from tests.moto_state import filled
from tui.options import Launch

A, B = "123456789012", "222222222222"
LETTERS = {A: "ASIAA", B: "ASIAB"}


class Keys:
    """Gives keys of one account, and then of the other; a server of keys on loopback."""

    def __init__(self, folder: Path) -> None:
        self.account = A
        self.given = 0
        self._file = folder / "keys.json"
        """What a credential process prints, and where static keys are written to."""
        self._on_change: list[Callable[[], None]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def change_to(self, account: str) -> None:
        """From now on the keys are of this account."""
        self.account = account
        for fn in self._on_change:
            fn()

    def on_change(self, fn: Callable[[], None]) -> None:
        """Call a function now and at each change."""
        self._on_change.append(fn)
        fn()

    def fresh(self) -> dict[str, str]:
        """A new key that ends in four minutes."""
        self.given += 1
        ends = datetime.now(UTC) + timedelta(minutes=4)
        return {
            "AccessKeyId": f"{LETTERS[self.account]}{self.given:011}",
            "SecretAccessKey": "secret",
            "SessionToken": "token",
            "Expiration": ends.strftime("%Y-%m-%dT%H:%M:%SZ"),
        }


def static_file(keys: Keys, home: Path, patch: pytest.MonkeyPatch, fake: FakeIam) -> None:
    file = home / "credentials"
    patch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    keys.on_change(
        lambda: _write(
            file,
            "[default]\n"
            f"aws_access_key_id = {LETTERS[keys.account]}STATIC\naws_secret_access_key = secret\n",
        )
    )


def environment(keys: Keys, home: Path, patch: pytest.MonkeyPatch, fake: FakeIam) -> None:
    def put() -> None:
        key = keys.fresh()
        patch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
        patch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
        patch.setenv("AWS_SESSION_TOKEN", key["SessionToken"])
        patch.setenv("AWS_CREDENTIAL_EXPIRATION", key["Expiration"])

    keys.on_change(put)


def process(keys: Keys, home: Path, patch: pytest.MonkeyPatch, fake: FakeIam) -> None:
    fetch = home / "fetch.py"
    _write(
        fetch,
        "import sys, urllib.request\n"
        f"print(urllib.request.urlopen('{keys.url}/process').read().decode())\n",
    )
    _configure(patch, home, f"[default]\ncredential_process = {sys.executable} -I -S {fetch}\n")


def assumed_role(keys: Keys, home: Path, patch: pytest.MonkeyPatch, fake: FakeIam) -> None:
    _configure(
        patch,
        home,
        "[default]\n"
        f"role_arn = arn:aws:iam::{A}:role/reader\nsource_profile = base\nregion = us-east-1\n"
        "[profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = secret\n",
    )
    patch.setenv("AWS_ENDPOINT_URL_STS", fake.url)

    fake.answer("AssumeRole", lambda _: _assumed(keys))
    # The AWS CLI's cache would give the key of the first account until it ends.
    patch.setattr("iam.aws.credentials.role_cache", dict)


def web_identity(keys: Keys, home: Path, patch: pytest.MonkeyPatch, fake: FakeIam) -> None:
    _write(home / "token", "token")
    patch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(home / "token"))
    patch.setenv("AWS_ROLE_ARN", f"arn:aws:iam::{A}:role/reader")
    patch.setenv("AWS_ENDPOINT_URL_STS", fake.url)
    fake.answer("AssumeRoleWithWebIdentity", lambda _: _assumed(keys))


def sso(keys: Keys, home: Path, patch: pytest.MonkeyPatch, fake: FakeIam) -> None:
    _configure(
        patch,
        home,
        "[default]\nsso_start_url = https://acme.awsapps.com/start\nsso_region = us-east-1\n"
        f"sso_account_id = {A}\nsso_role_name = reader\nregion = us-east-1\n",
    )
    patch.setenv("AWS_ENDPOINT_URL_SSO", keys.url)
    cache = Path.home() / ".aws/sso/cache"
    cache.mkdir(parents=True)
    ends = (datetime.now(UTC) + timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%SZ")
    name = hashlib.sha1(b"https://acme.awsapps.com/start").hexdigest() + ".json"
    _write(cache / name, json.dumps({"accessToken": "token", "expiresAt": ends}))


def login(keys: Keys, home: Path, patch: pytest.MonkeyPatch, fake: FakeIam) -> None:
    crypto = pytest.importorskip("awscrt.crypto", reason="botocore logs in with botocore[crt]")
    session = f"arn:aws:iam::{A}:user/operator"
    _configure(patch, home, f"[default]\nlogin_session = {session}\nregion = us-east-1\n")
    patch.setenv("AWS_LOGIN_CACHE_DIRECTORY", str(home))
    patch.setenv("AWS_ENDPOINT_URL_SIGNIN", keys.url)
    key = crypto.EC.new_generate(crypto.ECType.P_256).export_key(crypto.ECExportFormat.SEC1)
    token = {
        **_logged_in(keys),
        "clientId": "client",
        "dpopKey": base64.b64encode(key).decode(),
    }
    token["accessToken"] |= {"accountId": A, "expiresAt": keys.fresh()["Expiration"]}
    _write(home / f"{hashlib.sha256(session.encode()).hexdigest()}.json", json.dumps(token))


def container(keys: Keys, home: Path, patch: pytest.MonkeyPatch, fake: FakeIam) -> None:
    patch.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"{keys.url}/container")


def instance(keys: Keys, home: Path, patch: pytest.MonkeyPatch, fake: FakeIam) -> None:
    patch.delenv("AWS_EC2_METADATA_DISABLED")
    patch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", keys.url)


Provider = Callable[[Keys, Path, pytest.MonkeyPatch, FakeIam], None]
PROVIDERS: tuple[Provider, ...] = (
    static_file, environment, process, assumed_role, web_identity, sso, login, container, instance,
)  # fmt: skip


def fill(fake: FakeIam, launch: Launch) -> Company:
    """Make a user and a policy in both accounts; returns account A."""
    fake.accounts = {letters: account for account, letters in LETTERS.items()}
    client = _client(fake, A)

    def make() -> None:
        granted = document(allow("bedrock:InvokeModel"))
        for each in (_client(fake, B), client):
            each.create_policy(PolicyName=POLICY, PolicyDocument=json.dumps(granted))
            each.create_user(UserName="user-00")

    filled("two accounts", make)
    fake.seen.clear()
    fake.keys.clear()
    return Company(fake, client, launch)


def _client(fake: FakeIam, account: str) -> Any:
    return boto3.client(
        "iam",
        endpoint_url=fake.url,
        region_name="us-east-1",
        aws_access_key_id=f"{LETTERS[account]}FILL",
        aws_secret_access_key="secret",
    )


def written_to(fake: FakeIam, account: str) -> list[str]:
    """The writes that arrived with a key of an account."""
    return [
        params["Action"]
        for params, key in zip(fake.seen, fake.keys, strict=True)
        if params in fake.writes and key.startswith(LETTERS[account]) and not key.endswith("FILL")
    ]


def _assumed(keys: Keys) -> str:
    key = "".join(f"<{name}>{value}</{name}>" for name, value in keys.fresh().items())
    return f"<Credentials>{key}</Credentials>"


def _logged_in(keys: Keys) -> dict[str, Any]:
    key = keys.fresh()
    access = {
        "accessKeyId": key["AccessKeyId"],
        "secretAccessKey": key["SecretAccessKey"],
        "sessionToken": key["SessionToken"],
    }
    return {"accessToken": access, "refreshToken": "refresh"}


def _configure(patch: pytest.MonkeyPatch, home: Path, text: str) -> None:
    patch.setenv("AWS_CONFIG_FILE", str(home / "config"))
    _write(home / "config", text)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _handler(keys: Keys) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            self._answer("token")  # of the instance metadata service

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(json.dumps({**_logged_in(keys), "tokenType": "x", "expiresIn": 240}))

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/process":
                self._answer(json.dumps({"Version": 1, **keys.fresh()}))
            elif path == "/container":
                key = keys.fresh()
                self._answer(json.dumps({**key, "Token": key.pop("SessionToken")}))
            elif path == "/federation/credentials":
                key = keys.fresh()
                ends = datetime.fromisoformat(key["Expiration"])
                role = {
                    "accessKeyId": key["AccessKeyId"],
                    "secretAccessKey": key["SecretAccessKey"],
                    "sessionToken": key["SessionToken"],
                    "expiration": int(ends.timestamp() * 1000),
                }
                self._answer(json.dumps({"roleCredentials": role}))
            elif path.endswith("/security-credentials/"):
                self._answer("reader")
            else:
                key = keys.fresh()
                key["Token"] = key.pop("SessionToken")
                # botocore stretches what ends soon, unless the end is written in a way of its own.
                key["Expiration"] = key["Expiration"].replace("Z", "+00:00")
                self._answer(json.dumps({"Code": "Success", **key}))

        def _answer(self, text: str) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(text)))
            self.send_header("x-aws-ec2-metadata-token-ttl-seconds", "21600")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
