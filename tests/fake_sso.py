"""A small HTTP server that speaks the protocols of IAM Identity Center: OIDC, and its portal.

https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/Welcome.html
https://docs.aws.amazon.com/singlesignon/latest/PortalAPIReference/Welcome.html
"""

from __future__ import annotations

import json
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

URL = "https://acme.awsapps.com/start/#/device?user_code=WXYZ-ABCD"
CODE = "WXYZ-ABCD"
REGISTER, AUTHORIZE, TOKEN = "/client/register", "/device_authorization", "/token"
ROLE = "/federation/credentials"


class FakeSso:
    """The server; `url` is where it listens on loopback."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        """The path and the body of each request."""
        self.times: list[float] = []
        """When a token was asked for."""
        self.errors: dict[str, list[str]] = {}
        """By path, the errors that are answered first, such as `SlowDownException`."""
        self.pending = threading.Event()
        """Until it is set, nobody has confirmed."""
        self.hanging: set[str] = set()
        """The paths of requests that are never answered."""
        self.changes: dict[str, dict[str, Any]] = {}
        """By path, what stands in the answers instead; None leaves it out."""
        self.interval = 1
        self.expires = 600
        self.token = "access-token-secret"
        self.key = "ASIAASSO"
        self._stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def confirm(self) -> None:
        """Confirm in the browser."""
        self.pending.set()

    @property
    def paths(self) -> list[str]:
        """The paths of all requests."""
        return [path for path, _ in self.asked]

    def answer(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]] | None:
        """Status and answer; None to answer never."""
        self.asked.append((path, body))
        if path in self.hanging:
            self._stopping.wait()
            return None
        if path == TOKEN:
            self.times.append(time.monotonic())
        if self.errors.get(path):
            error = self.errors[path].pop(0)
            return 500 if error.startswith("Internal") else 400, {"error": error}
        if path == REGISTER:
            ends = datetime.now(UTC) + timedelta(days=90)
            return 200, {
                "clientId": "client-id",
                "clientSecret": "client-secret",
                "clientIdIssuedAt": int(time.time()),
                "clientSecretExpiresAt": int(ends.timestamp()),
            }
        if path == AUTHORIZE:
            return 200, {
                "deviceCode": "device-secret",
                "userCode": CODE,
                "verificationUri": "https://acme.awsapps.com/start/#/device",
                "verificationUriComplete": URL,
                "expiresIn": self.expires,
                "interval": self.interval,
            }
        if path == TOKEN and not self.pending.is_set():
            return 400, {"error": "AuthorizationPendingException"}
        if path == TOKEN:
            return 200, {
                "accessToken": self.token,
                "tokenType": "Bearer",
                "expiresIn": 28800,
                "refreshToken": "refresh-secret",
            }
        ends = datetime.now(UTC) + timedelta(hours=1)
        return 200, {
            "roleCredentials": {
                "accessKeyId": self.key,
                "secretAccessKey": "secret",
                "sessionToken": "token",
                "expiration": int(ends.timestamp() * 1000),
            }
        }


def _handler(fake: FakeSso) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            token = self.headers.get("x-amz-sso_bearer_token", "")
            if token != fake.token:
                self._send(401, {}, "UnauthorizedException")
            else:
                self._reply(fake.answer(address.path, asked))

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            self._reply(fake.answer(self.path, json.loads(self.rfile.read(length) or b"{}")))

        def _reply(self, answer: tuple[int, dict[str, Any]] | None) -> None:
            if answer is None:
                self.close_connection = True
                return
            status, body = answer
            changed = body | fake.changes.get(self.path, {})
            body = {name: value for name, value in changed.items() if value is not None}
            self._send(status, body, body.get("error", ""))

        def _send(self, status: int, body: dict[str, Any], error: str = "") -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            if error:
                self.send_header("x-amzn-ErrorType", error)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
