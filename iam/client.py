"""boto3 made asynchronous: threads, retries, time limits, and the read-only guard.

Settings are looked up as the AWS CLI looks them up (environment, configuration files, profiles,
SSO, assumed roles), with one difference: nothing here ever asks a question on the terminal, which
belongs to the app. Where an MFA code is needed, the AWS CLI's own cache of sessions is used, or it
fails.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, ParamSpec, TypeVar

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import Credentials, ProcessProvider, RefreshableCredentials
from botocore.exceptions import NoCredentialsError
from botocore.handlers import json_decode_policies
from botocore.utils import JSONFileCache

from iam.errors import AwsError, explain
from iam.keys import Keys
from iam.lean_xml import parse_leanly
from iam.text import safe
from iam.threads import in_thread

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
        credentials: Credentials,
    ) -> None:
        self._credentials = credentials
        self.iam = iam
        self.sts = sts
        self.profile = profile
        self.region = sts.meta.region_name
        self.read_only = read_only
        self._slots = asyncio.Semaphore(IN_FLIGHT)

    def expires_within(self, seconds: int) -> bool:
        """Whether the credentials end so soon; ask after a call, which renews what can be renewed.

        Of credentials that say nothing of their end, nobody knows.
        """
        if not isinstance(self._credentials, RefreshableCredentials):
            return False
        return self._credentials.refresh_needed(seconds)

    @property
    def endpoints(self) -> tuple[str, str]:
        """Where IAM and STS are asked, as the clients were made."""
        return self.iam.meta.endpoint_url, self.sts.meta.endpoint_url

    @property
    def keys(self) -> Keys:
        """The credentials, for another process; ask after a call, which has found them."""
        return _keys(self._credentials)

    async def call(self, fn: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Run a blocking function, such as a method of a client, in a thread, a few at a time.

        Raises:
            AwsError: The function raised; in words, which name the function.
        """
        async with self._slots:
            try:
                return await in_thread(fn, *args, **kwargs)
            except Exception as error:
                raise explain(error, _name(fn).replace("_", " "), self.profile) from error


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
        session = _demo_session(core) if settings.demo else _session(core, settings)
        region = settings.region or session.region_name or DEFAULT_REGION
        if keys is not None:
            _take(core, keys, region, settings.endpoint_url)
        credentials = session.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        config = Config(
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=READ_TIMEOUT,
            retries={"mode": "adaptive", "total_max_attempts": ATTEMPTS},
            max_pool_connections=IN_FLIGHT,
            user_agent_extra="bedrock-tui",
            proxies={} if settings.demo else None,
        )
        endpoint = settings.endpoint_url
        iam = session.client("iam", region_name=region, endpoint_url=endpoint, config=config)
        # Whose credentials these are is a small question, and the first one: no long waiting there.
        small = config.merge(Config(read_timeout=min(READ_TIMEOUT, 10), retries=_FEW_RETRIES))
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
    if settings.read_only:
        for events in (iam.meta.events, sts.meta.events):
            events.register_first("before-parameter-build", _refuse_writes)
    _forget_endpoints(core)
    return Aws(iam, sts, session.profile_name, settings.read_only, credentials)


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


def _session(core: botocore.session.Session, settings: Settings) -> boto3.Session:
    session = boto3.Session(profile_name=settings.profile, botocore_session=core)
    _never_ask(core, session.profile_name)
    return session


def _never_ask(core: botocore.session.Session, profile: str) -> None:
    """Keep the credential providers off the terminal.

    botocore has no public way to say so; the tests of this module tell when it changes.
    """

    def refuse(prompt: str) -> NoReturn:
        raise AwsError(
            "MfaRequired",
            f"The profile {safe(profile)} needs an MFA code, and the app does not ask for one.",
            f"Run `aws sts get-caller-identity --profile {safe(profile)}`, which asks for it, "
            "and start again.",
        )

    # Without a terminal of its own, a credential_process fails where it would otherwise prompt.
    quiet = partial(subprocess.Popen, stdin=subprocess.DEVNULL, start_new_session=True)
    resolver: Any = core.get_component("credential_provider")
    resolver.get_provider("custom-process")._popen = quiet
    assume_role = resolver.get_provider("assume-role")
    assume_role._prompter = refuse
    assume_role.cache = JSONFileCache(str(Path.home() / ".aws" / "cli" / "cache"))
    assume_role._profile_provider_builder._create_process_provider = lambda name: ProcessProvider(
        name, lambda: core.full_config, quiet
    )


def _take(core: Any, keys: Keys, region: str, endpoint_url: str | None) -> None:
    """Have a session use these credentials until they end, and then others of the same account."""
    if keys.until is None:
        core.set_credentials(keys.access, keys.secret, keys.token)
        return

    def anew() -> dict[str, Any]:
        found = core.get_component("credential_provider").load_credentials()
        if found is None:
            return {}  # which botocore reports
        now = _keys(found)
        _check_account(core, now, keys.account, region, endpoint_url)
        later = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
        return _metadata(replace(now, until=now.until or later))

    # botocore has no public way to set credentials that end; a test of this module tells when it
    # changes.
    core._credentials = RefreshableCredentials.create_from_metadata(
        _metadata(keys), refresh_using=anew, method="handed"
    )


def _check_account(
    core: Any, keys: Keys, account: str, region: str, endpoint_url: str | None
) -> None:
    """Make sure that credentials are those of an account.

    Raises:
        AwsError: They are another one's.
    """
    sts = core.create_client(
        "sts",
        region_name=region,
        endpoint_url=endpoint_url,
        aws_access_key_id=keys.access,
        aws_secret_access_key=keys.secret,
        aws_session_token=keys.token,
    )
    try:
        found = sts.get_caller_identity()["Account"]
    finally:
        sts.close()
    if found != account:
        raise AwsError(
            "WrongAccount",
            f"The credentials have ended, and those to be found now are of account {found}.",
            "Press r to read the account of these credentials.",
        )


def _keys(credentials: Credentials) -> Keys:
    now = credentials.get_frozen_credentials()
    assert now.access_key is not None and now.secret_key is not None
    # botocore has no public way to ask; a test of this module tells when it changes.
    until = getattr(credentials, "_expiry_time", None)
    return Keys(now.access_key, now.secret_key, now.token, until and until.isoformat())


def _metadata(keys: Keys) -> dict[str, Any]:
    return {
        "access_key": keys.access,
        "secret_key": keys.secret,
        "token": keys.token,
        "expiry_time": keys.until,
    }


def _demo_core() -> botocore.session.Session:
    nothing: dict[str, Any] = {
        "profile": (None, None, None, None),
        "config_file": (None, None, os.devnull, None),
        "credentials_file": (None, None, os.devnull, None),
        "region": (None, None, DEFAULT_REGION, None),
        "ca_bundle": (None, None, None, None),
    }
    return botocore.session.Session(session_vars=nothing)


def _demo_session(core: botocore.session.Session) -> boto3.Session:
    return boto3.Session("demo", "demo", botocore_session=core)


def _refuse_writes(model: Any, **_: object) -> None:
    """Let only operations through that read; botocore calls this before anything else of a call."""
    if not model.name.startswith(_READS):
        raise AwsError(
            "ReadOnly",
            f"{model.name} was not sent: this session is read-only.",
            "Start again without --read-only to make changes.",
        )


def _name(fn: object) -> str:
    return getattr(fn, "__name__", None) or "call"
