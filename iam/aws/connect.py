"""Make a connection: find the credentials, configure botocore, and make the clients."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import partial
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import NoCredentialsError
from botocore.handlers import json_decode_policies

from iam.aws.access_key import AccessKey
from iam.aws.answers import reject_foreign_responses
from iam.aws.bound_credentials import BoundCredentials
from iam.aws.caller import account_of_key
from iam.aws.client import IN_FLIGHT, Aws
from iam.aws.config_files import skip_astray_files
from iam.aws.credentials import credentials_from, key_of, resolver_for
from iam.aws.fast_xml import parse_large_response
from iam.aws.service_data import use_lean_service_data
from iam.errors import explain

DEFAULT_REGION = "us-east-1"
"""IAM is the same in every region of a partition."""
CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 30.0
"""Seconds; AWS needs some for a page of a large account."""
ATTEMPTS = 5
_FEW_RETRIES: Any = {"mode": "standard", "total_max_attempts": 3}
_LARGE_ANSWER = "GetAccountAuthorizationDetails"
"""The call whose answers take botocore's own parser seconds."""


@dataclass(frozen=True)
class Settings:
    """What the operator chose on the command line; None leaves it to AWS's own configuration."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    """For all services alike."""
    read_only: bool = False
    demo: bool = False
    """An embedded account: no configuration, credentials or proxy of this machine is used."""


def connect(settings: Settings, keys: AccessKey | None = None) -> Aws:
    """Find the credentials and make the clients; blocking, sends nothing to IAM yet.

    Args:
        settings: What the operator chose.
        keys: The credentials, where another process has found them; new ones are looked for when
            these expire.

    Raises:
        AwsError: The configuration is wrong, or there are no credentials.
    """
    try:
        core = _demo_core() if settings.demo else botocore.session.get_session()
        skip_astray_files(core)
        session = boto3.Session(profile_name=settings.profile, botocore_session=core)
        use_lean_service_data(core)
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
        # Asking for the caller is a small call and the first one: it fails sooner than others.
        small = config.merge(Config(read_timeout=min(READ_TIMEOUT, 10), retries=_FEW_RETRIES))
        ask = partial(account_of_key, core, region, endpoint, small)
        if settings.demo:
            source: Credentials | None = Credentials("demo", "demo")
        else:
            find = resolver_for(core, session.profile_name, region).load_credentials
            source = find() if keys is None else credentials_from(keys, find)
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
    # Documents stay the text that AWS sent: thousands are the same, and `parse_document` remembers
    # what it has parsed.
    iam.meta.events.unregister("after-call.iam", json_decode_policies)
    iam.meta.events.register(f"before-parse.iam.{_LARGE_ANSWER}", parse_large_response)
    for client in (iam, sts):
        client.meta.events.register_first("before-parse", reject_foreign_responses)
    # The account is on the screen before these clients are used: they have less patience.
    organizations = partial(
        session.client,
        "organizations",
        region_name=region,
        endpoint_url=endpoint,
        config=config.merge(Config(read_timeout=min(READ_TIMEOUT, 10))),
    )
    # Signed with the credentials of this account, even if AWS_BEARER_TOKEN_BEDROCK holds an API
    # key, which may belong to another one.
    signed = small.merge(Config(signature_version="v4"))

    def bedrock(in_region: str) -> Any:
        return session.client(
            "bedrock", region_name=in_region, endpoint_url=endpoint, config=signed
        )

    profile, read_only = session.profile_name, settings.read_only
    return Aws(iam, sts, profile, read_only, credentials, organizations, bedrock)


@dataclass(frozen=True)
class _Found:
    """A credential provider for botocore's session that gives credentials found before."""

    credentials: Credentials

    def load_credentials(self) -> Credentials:
        return self.credentials


def _profile_of_environment() -> str | None:
    return os.environ.get("AWS_PROFILE") or os.environ.get("AWS_DEFAULT_PROFILE")


def _demo_core() -> botocore.session.Session:
    nothing: dict[str, Any] = {
        "profile": (None, None, None, None),
        "config_file": (None, None, os.devnull, None),
        "credentials_file": (None, None, os.devnull, None),
        "region": (None, None, DEFAULT_REGION, None),
        "ca_bundle": (None, None, None, None),
    }
    return botocore.session.Session(session_vars=nothing)
