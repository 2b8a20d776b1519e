"""A small HTTP server that speaks IAM's query protocol: a layer of faults in front of moto.

It speaks the JSON of Organizations and of Bedrock as well.

Requests go on to moto unless a rule for their Action says otherwise. What arrives is kept in
`seen`, so that a test can say what was, and what was not, sent.
"""

from __future__ import annotations

import http.client
import json
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

from iam.demo.bedrock import BEDROCK_PATHS

_READS = ("Get", "List", "Describe", "Generate", "Simulate")
_FEW = 40
"""Bytes at a time of a slow answer."""
Params = dict[str, str]
Reply = tuple[int, str]
"""Status and XML."""
State = dict[frozenset[tuple[str, str]], Reply]
"""Answers, by the parameters of the request."""


@dataclass
class Rule:
    """What happens to the calls of one action."""

    action: str
    """`*` stands for every action."""
    matches: Params = field(default_factory=dict)
    """Parameters that a call must have."""
    reply: Callable[[Params], Reply] | None = None
    """Answers instead of moto."""
    forward: bool = False
    """moto acts, whatever becomes of its answer."""
    cut: bool = False
    """The connection is reset instead of an answer."""
    hang: bool = False
    """No answer until the server stops."""
    times: int = -1
    """To how many calls it applies; all, if negative."""
    skip: int = 0
    """How many calls it lets pass before."""
    delay: float = 0
    """Seconds before anything happens."""
    gate: threading.Event | None = None
    """Nothing happens before it is set."""
    slow: bool = False
    """The answer comes a few bytes at a time."""
    drip: bool = False
    """The answer comes byte by byte and never ends, so that no read times out."""


class FakeIam:
    """The server; `url` is where it listens on loopback."""

    def __init__(self, backend: str) -> None:
        self.seen: list[Params] = []
        self.keys: list[str] = []
        """The access key of each request in `seen`."""
        self.accounts: dict[str, str] = {}
        """Account IDs by the first letters of access keys; other keys are of moto's own account."""
        self.arrived = threading.Event()
        """Set once there has been a request."""
        self._backend = urlsplit(backend)
        self._rules: list[Rule] = []
        self._answered: State = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._idle = threading.Condition(self._lock)
        self._under_way = 0
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def actions(self) -> list[str]:
        """The actions of all requests, in the order in which they came."""
        return [params["Action"] for params in self.seen]

    @property
    def under_way(self) -> int:
        """How many calls have not been answered yet."""
        return self._under_way

    @property
    def writes(self) -> list[Params]:
        """The requests that could have changed something."""
        return [params for params in self.seen if not params["Action"].startswith(_READS)]

    def add(self, rule: Rule) -> None:
        self._rules.append(rule)

    def clear(self) -> None:
        """Forget all rules: from now on moto answers."""
        self._rules.clear()

    def refuse(self, action: str, code: str, status: int = 403, times: int = -1) -> None:
        """Answer with an error."""

        def refused(params: Params) -> Reply:
            return json_error(code, status) if _in_json(params) else error(code, status)

        self.add(Rule(action, reply=refused, times=times))

    def answer(self, action: str, reply: Callable[[Params], str], times: int = -1) -> None:
        """Answer with the inside of a result."""

        def answered(params: Params) -> Reply:
            return 200, result(action, reply(params))

        self.add(Rule(action, reply=answered, times=times))

    def pass_on(self, action: str, times: int = -1) -> None:
        """Let moto answer, before rules that are added later count."""
        self.add(Rule(action, forward=True, times=times))

    @property
    def state(self) -> State:
        """What moto has answered last to each request."""
        return dict(self._answered)

    def show(self, state: State, action: str, times: int = -1) -> None:
        """Answer with the state of before, as IAM does for some seconds."""
        self.add(Rule(action, reply=lambda params: state[frozenset(params.items())], times=times))

    def hold(self, action: str) -> threading.Event:
        """Keep all calls waiting until the event is set; moto answers then."""
        gate = threading.Event()
        self.add(Rule(action, forward=True, gate=gate))
        return gate

    def hang(self, action: str) -> None:
        self.add(Rule(action, hang=True))

    def drip(self, action: str, times: int = -1) -> None:
        self.add(Rule(action, drip=True, times=times))

    def cut_before(self, action: str, times: int = -1) -> None:
        """Reset the connection before moto has acted."""
        self.add(Rule(action, cut=True, times=times))

    def cut_after(self, action: str, times: int = -1) -> None:
        """Reset the connection after moto has acted."""
        self.add(Rule(action, cut=True, forward=True, times=times))

    def wait_until_seen(self, count: int, holds: Callable[[], bool] = lambda: True) -> None:
        """Wait for so many requests in all, for as long as something holds."""
        while len(self.seen) < count and holds():
            with self._idle:
                self._idle.wait(0.01)

    def wait_until_idle(self) -> None:
        """Wait for calls under way, also of clients that are no more."""
        with self._idle:
            assert self._idle.wait_for(lambda: not self._under_way, 30)

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        with self._idle:
            self._under_way += 1
        try:
            self._handle(handler)
        finally:
            with self._idle:
                self._under_way -= 1
                self._idle.notify_all()

    def _handle(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length)
        if len(body) < length:
            handler.close_connection = True
            return  # the client died in the middle of its request: AWS has not got it
        params = _params(handler, body)
        with self._idle:
            self.seen.append(params)
            self.keys.append(_access_key(handler))
            self.arrived.set()
            self._idle.notify_all()
            rule = self._rule(params)
        if rule.delay:
            self._stopping.wait(rule.delay)
        while rule.gate and not rule.gate.wait(0.02) and not self._stopping.is_set():
            pass
        if rule.hang:
            with self._idle:
                self._under_way -= 1  # nobody waits for this one
                self._idle.notify_all()
            self._stopping.wait()
            with self._idle:
                self._under_way += 1
            handler.close_connection = True
            return
        status, text = 200, b""
        if rule.reply:
            status, said = rule.reply(params)
            text = said.encode()
        elif rule.forward:
            status, text = self._forward(handler, body)
            self._answered[frozenset(params.items())] = status, text.decode()
        if rule.cut:
            linger = struct.pack("ii", 1, 0)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            handler.close_connection = True
            return
        handler.send_response(status)
        kind = "application/x-amz-json-1.1" if _in_json(params) else "text/xml"
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(text) + rule.drip * 1_000_000))
        handler.end_headers()
        while rule.drip and not self._stopping.wait(0.05):
            handler.wfile.write(b" ")
        for start in range(0, len(text), _FEW) if rule.slow else ():
            handler.wfile.write(text[start : start + _FEW])
            handler.wfile.flush()
            self._stopping.wait(0.01)
        if not rule.slow:
            handler.wfile.write(text)

    def _rule(self, params: Params) -> Rule:
        action = params.get("Action", "")
        for rule in self._rules:
            if rule.action not in (action, "*") or not rule.times:
                continue
            if not rule.matches.items() <= params.items():
                continue
            if rule.skip:
                rule.skip -= 1
                continue
            rule.times -= 1
            return rule
        return Rule(action, forward=True)

    def _forward(self, handler: BaseHTTPRequestHandler, body: bytes) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(self._backend.netloc)
        try:
            headers = {k: v for k, v in handler.headers.items() if k.lower() != "host"}
            key = _access_key(handler)
            for letters, account in self.accounts.items():
                if key.startswith(letters):
                    headers["x-moto-account-id"] = account
            path = self._backend.path + handler.path
            connection.request(str(handler.command), path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


_TARGET = "X-Amz-Target"
_REGION = "Region"


def _in_json(params: Params) -> bool:
    """Whether a request is one to Organizations or to Bedrock, which answer in JSON."""
    return _TARGET in params or _REGION in params


def _params(handler: BaseHTTPRequestHandler, body: bytes) -> Params:
    """The parameters of a request: of IAM's protocol, or of that of Organizations, in JSON.

    Those of a request to Bedrock are in its address; they have its region as well.
    """
    if handler.command == "GET":
        address = urlsplit(handler.path)
        scope = handler.headers.get("Authorization", "").partition("Credential=")[2].split("/")
        action = {"Action": BEDROCK_PATHS.get(address.path, ""), _REGION: scope[2]}
        return {**dict(parse_qsl(address.query)), **action}
    if (target := handler.headers.get(_TARGET)) is None:
        return dict(parse_qsl(body.decode(), keep_blank_values=True))
    given = {name: str(value) for name, value in json.loads(body or b"{}").items()}
    return {_TARGET: target, "Action": target.rpartition(".")[2], **given}


def json_error(code: str, status: int) -> Reply:
    """An error as Organizations and Bedrock answer it."""
    return status, json.dumps({"__type": code, "message": "because of the test"})


def _access_key(handler: BaseHTTPRequestHandler) -> str:
    """The access key that a request was signed with; empty if it was not signed."""
    signed = handler.headers.get("Authorization", "").partition("Credential=")[2]
    return signed.partition("/")[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that has gone away is part of the tests."""


def _handler(fake: FakeIam) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            fake.handle(self)

        def do_GET(self) -> None:
            fake.handle(self)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


def error(code: str, status: int = 403, message: str = "because of the test") -> Reply:
    """An error as IAM answers it."""
    return status, (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{escape(code)}</Code>"
        f"<Message>{escape(message)}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>"
    )


def result(action: str, inside: str) -> str:
    """A result as IAM answers it."""
    return (
        f'<{action}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><{action}Result>'
        f"{inside}</{action}Result><ResponseMetadata><RequestId>r-2</RequestId>"
        f"</ResponseMetadata></{action}Response>"
    )


def attached(*arns: str) -> str:
    """The inside of an answer that lists attached policies."""
    members = (
        f"<member><PolicyName>{escape(arn.rsplit('/', 1)[-1])}</PolicyName>"
        f"<PolicyArn>{escape(arn)}</PolicyArn></member>"
        for arn in arns
    )
    return (
        f"<AttachedPolicies>{''.join(members)}</AttachedPolicies><IsTruncated>false</IsTruncated>"
    )
