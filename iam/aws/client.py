"""boto3 made asynchronous: threads, retries, time limits, and what a connection may send.

A connection belongs to one account (`iam.aws.bound_credentials`), and a read-only one sends no
write. Both are enforced where botocore signs and builds requests, below everything that calls it.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import Credentials, RefreshableCredentials
from botocore.exceptions import NoCredentialsError
from botocore.handlers import json_decode_policies

from iam.aws.answers import refuse_others
from iam.aws.bound_credentials import BoundCredentials, wrong_account
from iam.aws.caller import account_of_key
from iam.aws.config_files import skip_astray_files, skip_astray_models
from iam.aws.credentials import handed, key_of, keys_of, resolver_for
from iam.aws.fast_xml import parse_leanly
from iam.aws.keys import Keys
from iam.errors import AwsError, explain
from iam.runtime.threads import in_thread

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient

_P = ParamSpec("_P")
_T = TypeVar("_T")

DEFAULT_REGION = "us-east-1"
"""IAM is the same in every region of a partition."""
CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 30.0
"""Seconds; a page of a large account takes its time."""
ATTEMPTS = 5
CALL_TIME = 300.0
"""Seconds for one call: more than all its attempts and the pauses between them take. Only an
answer that comes drop by drop, so that no read times out, is as slow."""
IN_FLIGHT = 8
_FEW_RETRIES: Any = {"mode": "standard", "total_max_attempts": 3}

LARGE_ANSWER = "GetAccountAuthorizationDetails"
"""The call whose answers botocore's own parser takes seconds for."""
_READS = ("Get", "List", "Generate", "Simulate")


@dataclass(frozen=True)
class Settings:
    """What the operator chose on the command line; None leaves it to AWS's own configuration."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    """For IAM and STS alike."""
    read_only: bool = False
    demo: bool = False
    """An embedded account: no configuration, credentials or proxy of this machine is used."""


class Aws:
    """The connection to one account; belongs to one event loop."""

    def __init__(
        self,
        iam: IAMClient,
        sts: STSClient,
        profile: str,
        read_only: bool,
        credentials: BoundCredentials,
    ) -> None:
        self.credentials = credentials
        """They sign for one account only, once it is known: see `identify`."""
        self.iam = iam
        self.sts = sts
        self.profile = profile
        self.region = sts.meta.region_name
        self.read_only = read_only
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._attempts = threading.local()
        for client in (iam, sts):
            events = client.meta.events
            events.register_first("before-parameter-build", self._before_call)
            events.register("before-send", self._before_send)

    def require(self, account: str) -> None:
        """Make sure that this is the connection to an account.

        Raises:
            AwsError: It is the connection to another one, or nobody has asked AWS which one it is.
        """
        if self.credentials.account != account:
            raise wrong_account(self.credentials.account or "unknown", account)

    def expires_within(self, seconds: int) -> bool:
        """Whether the credentials end so soon; ask after a call, which renews what can be renewed.

        Of credentials that say nothing of their end, nobody knows.
        """
        source = self.credentials.source
        return isinstance(source, RefreshableCredentials) and source.refresh_needed(seconds)

    @property
    def endpoints(self) -> tuple[str, str]:
        """Where IAM and STS are asked, as the clients were made."""
        return self.iam.meta.endpoint_url, self.sts.meta.endpoint_url

    @property
    def keys(self) -> Keys:
        """The credentials, for another process; ask after a call, which has found them."""
        return keys_of(self.credentials.source)

    async def call(self, fn: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Run a blocking function, such as a method of a client, in a thread, a few at a time.

        Raises:
            AwsError: The function raised; in words, which name the function.
        """

        def run() -> _T:
            try:
                return fn(*args, **kwargs)
            except Exception as error:
                raise self._explained(error, _name(fn).replace("_", " ")) from error

        async with self._slots:
            try:
                async with asyncio.timeout(CALL_TIME):
                    return await in_thread(run)
            except TimeoutError as error:
                raise self._explained(error, _name(fn).replace("_", " ")) from error

    def _explained(self, error: Exception, doing: str) -> AwsError:
        told = explain(error, doing, self.profile)
        # botocore tries several times: where it could not even sign the last request, an earlier
        # one may have arrived.
        answered = hasattr(error, "response")
        told.lost = told.lost or (not answered and getattr(self._attempts, "sent", False))
        return told

    def _before_call(self, model: Any, **_: object) -> None:
        """Refuse what this connection must not send; botocore asks before it builds a request."""
        self._attempts.sent = False
        if model.name.startswith(_READS):
            return
        if self.read_only:
            raise AwsError(
                "ReadOnly",
                f"{model.name} was not sent: this session is read-only.",
                "Start again without --read-only to make changes.",
            )
        if self.credentials.account is None:
            raise AwsError(
                "WrongAccount",
                f"{model.name} was not sent: the account of these credentials is not known.",
                "Press r to read the account.",
            )

    def _before_send(self, **_: object) -> None:
        self._attempts.sent = True


def connect(settings: Settings, keys: Keys | None = None) -> Aws:
    """Find the credentials and make the clients; blocking, sends nothing to IAM yet.

    Args:
        settings: What the operator chose.
        keys: The credentials, where they have been found; they are looked for anew when these end.

    Raises:
        AwsError: The configuration is wrong, or there are no credentials.
    """
    try:
        core = _demo_core() if settings.demo else botocore.session.get_session()
        skip_astray_files(core)
        session = boto3.Session(profile_name=settings.profile, botocore_session=core)
        skip_astray_models(core)
        region = settings.region or session.region_name or DEFAULT_REGION
        config = Config(
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=READ_TIMEOUT,
            retries={"mode": "adaptive", "total_max_attempts": ATTEMPTS},
            max_pool_connections=IN_FLIGHT,
            user_agent_extra="bedrock-tui",
            proxies={} if settings.demo else None,
        )
        endpoint = settings.endpoint_url
        # Whose credentials these are is a small question, and the first one: no long waiting there.
        small = config.merge(Config(read_timeout=min(READ_TIMEOUT, 10), retries=_FEW_RETRIES))
        ask = partial(account_of_key, core, region, endpoint, small)
        if settings.demo:
            source: Credentials | None = Credentials("demo", "demo")
        else:
            find = resolver_for(core, session.profile_name, region).load_credentials
            source = find() if keys is None else handed(keys, find)
        if source is None:
            raise NoCredentialsError
        if keys is not None and keys.account:
            credentials = BoundCredentials(source, ask, keys.account, key_of(keys))
        else:
            credentials = BoundCredentials(source, ask)
        core.register_component("credential_provider", _Found(credentials))
        iam = session.client("iam", region_name=region, endpoint_url=endpoint, config=config)
        sts = session.client("sts", region_name=region, endpoint_url=endpoint, config=small)
    except Exception as error:
        raise explain(
            error, "connect to AWS", settings.profile or _profile_of_environment()
        ) from error
    # Documents stay the text that AWS sent: thousands of them are the same, and trust policies are
    # not looked at, so that `parse_document`, which remembers what it has parsed, has far less to
    # do.
    iam.meta.events.unregister("after-call.iam", json_decode_policies)
    iam.meta.events.register(f"before-parse.iam.{LARGE_ANSWER}", parse_leanly)
    for client in (iam, sts):
        client.meta.events.register_first("before-parse", refuse_others)
    _forget_endpoints(core)
    return Aws(iam, sts, session.profile_name, settings.read_only, credentials)


@dataclass(frozen=True)
class _Found:
    """What botocore's session asks for credentials, once they have been found."""

    credentials: Credentials

    def load_credentials(self) -> Credentials:
        return self.credentials


def _profile_of_environment() -> str | None:
    return os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE")


def _forget_endpoints(core: Any) -> None:
    """Let go of what botocore has read to make the clients: the endpoints of all services of AWS
    are 8 MB, and nobody looks at them again. Who makes another client has them read anew.

    botocore has no public way to say so; a test of this module tells when it changes. Until then
    it costs the memory and nothing else.
    """
    with suppress(AttributeError):
        core.get_component("data_loader")._cache.clear()
        core._register_endpoint_resolver()
        core._internal_components._components.pop("endpoint_resolver", None)


def _demo_core() -> botocore.session.Session:
    nothing: dict[str, Any] = {
        "profile": (None, None, None, None),
        "config_file": (None, None, os.devnull, None),
        "credentials_file": (None, None, os.devnull, None),
        "region": (None, None, DEFAULT_REGION, None),
        "ca_bundle": (None, None, None, None),
    }
    return botocore.session.Session(session_vars=nothing)


def _name(fn: object) -> str:
    return getattr(fn, "__name__", None) or "call"
