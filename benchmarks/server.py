"""An IAM and STS server on loopback that returns a large account in pages, as AWS does.

moto returns `GetAccountAuthorizationDetails` in one page, after seconds. This server keeps the XML
of every item and assembles pages. It runs as a child process, so that it takes no time from what is
measured. `python -m benchmarks.server PRINCIPALS MILLISECONDS` prints its URL, and ends when its
standard input closes. Every call is delayed by that many milliseconds; `GET /calls` counts them.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, quote
from urllib.request import urlopen
from xml.sax.saxutils import escape

from benchmarks.company import company
from tests.build import ID, LIMITED

_LISTS = {
    "User": "UserDetailList",
    "Role": "RoleDetailList",
    "Group": "GroupDetailList",
    "LocalManagedPolicy": "Policies",
    "AWSManagedPolicy": "Policies",
}
_CALLER = f"<Arn>arn:aws:iam::{ID}:user/user-00000</Arn><Account>{ID}</Account><UserId>A</UserId>"


class Pages:
    """The XML of an account, item by item."""

    def __init__(self, body: Mapping[str, Any]) -> None:
        self.summary = len(body["UserDetailList"]), len(body["RoleDetailList"])
        self.policies = {p["Arn"]: p for p in body["Policies"]}
        self._items: list[tuple[str, str, str]] = []
        """The filter and the list of each item, and its XML, in AWS's order."""
        for kind in ("User", "Group", "Role"):
            self._items += [(kind, _LISTS[kind], _xml(item)) for item in body[_LISTS[kind]]]
        for item in body["Policies"]:
            kind = "AWSManagedPolicy" if ":aws:policy/" in item["Arn"] else "LocalManagedPolicy"
            self._items.append((kind, "Policies", _xml(item)))
        self._filtered: dict[frozenset[str], list[tuple[str, str]]] = {}

    def page(self, params: Mapping[str, str]) -> str:
        """The content of one response."""
        wanted = frozenset(v for k, v in params.items() if k.startswith("Filter."))
        if wanted not in self._filtered:
            self._filtered[wanted] = [
                (name, xml) for kind, name, xml in self._items if not wanted or kind in wanted
            ]
        items = self._filtered[wanted]
        start, size = int(params.get("Marker", 0)), int(params.get("MaxItems", 100))
        lists: dict[str, list[str]] = {name: [] for name in _LISTS.values()}
        for name, xml in items[start : start + size]:
            lists[name].append(f"<member>{xml}</member>")
        more = start + size < len(items)
        text = "".join(f"<{name}>{''.join(found)}</{name}>" for name, found in lists.items())
        text += f"<IsTruncated>{str(more).lower()}</IsTruncated>"
        return text + (f"<Marker>{start + size}</Marker>" if more else "")


def _xml(value: Any, name: str = "") -> str:
    if isinstance(value, Mapping) and name not in (
        "PolicyDocument",
        "Document",
        "AssumeRolePolicyDocument",
    ):
        return "".join(f"<{k}>{_xml(v, k)}</{k}>" for k, v in value.items() if v is not None)
    if isinstance(value, list):
        return "".join(f"<member>{_xml(item)}</member>" for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    return escape(value if isinstance(value, str) else quote(json.dumps(value), safe=""))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """Ignore programs that end while they read: this is not an error of the server."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


def serve(principals: int, delay: float) -> _Server:
    """Create the server; it listens on a free port."""
    pages = Pages(company(principals))
    calls: Counter[str] = Counter()

    def answer(params: Mapping[str, str]) -> str | None:
        action = params.get("Action", "")
        calls[action] += 1
        if action == "GetAccountAuthorizationDetails":
            return pages.page(params)
        if action == "GetCallerIdentity":
            return _CALLER
        if action == "ListAccountAliases":
            return "<AccountAliases/><IsTruncated>false</IsTruncated>"
        if action == "GetAccountSummary":
            entries = (
                f"<entry><key>{name}</key><value>{count}</value></entry>"
                for name, count in zip(("Users", "Roles"), pages.summary, strict=True)
            )
            return f"<SummaryMap>{''.join(entries)}</SummaryMap>"
        policy = pages.policies.get(params.get("PolicyArn", LIMITED))
        if policy is not None and action == "GetPolicy":
            listed = {k: v for k, v in policy.items() if k != "PolicyVersionList"}
            return f"<Policy>{_xml(listed)}</Policy>"
        if policy is not None and action == "GetPolicyVersion":
            wanted = params["VersionId"]
            found = next(v for v in policy["PolicyVersionList"] if v["VersionId"] == wanted)
            return f"<PolicyVersion>{_xml(found)}</PolicyVersion>"
        return None

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            counted = json.dumps(calls).encode()
            calls.clear()
            self._send(200, counted)

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            params = dict(parse_qsl(text, keep_blank_values=True))
            time.sleep(delay)
            inside, action = answer(params), params.get("Action", "")
            if inside is None:
                error = f"<Error><Code>AccessDenied</Code><Message>{action}</Message></Error>"
                self._send(403, f"<ErrorResponse>{error}</ErrorResponse>".encode())
                return
            host = "sts" if action == "GetCallerIdentity" else "iam"
            version = "2011-06-15" if host == "sts" else "2010-05-08"
            said = (
                f'<{action}Response xmlns="https://{host}.amazonaws.com/doc/{version}/">'
                f"<{action}Result>{inside}</{action}Result><ResponseMetadata>"
                f"<RequestId>r-1</RequestId></ResponseMetadata></{action}Response>"
            )
            self._send(200, said.encode())

        def _send(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return _Server(("127.0.0.1", 0), Handler)


@contextmanager
def running(principals: int, milliseconds: int = 0) -> Iterator[str]:
    """Run it in a child process; yields its URL."""
    child = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.server", str(principals), str(milliseconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None and child.stdout is not None
    try:
        yield child.stdout.readline().strip()
    finally:
        child.stdin.close()
        child.wait()
        child.stdout.close()


def calls_to(url: str) -> dict[str, int]:
    """The number of calls of each kind since the last request for it."""
    with urlopen(url) as said:
        counted: dict[str, int] = json.load(said)
    return counted


def _end_with_parent() -> None:
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    _made = serve(int(sys.argv[1]), int(sys.argv[2]) / 1000)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    print(f"http://127.0.0.1:{_made.server_address[1]}", flush=True)
    _made.serve_forever()
