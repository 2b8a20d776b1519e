"""List the profiles and regions that the AWS configuration offers, without a call to AWS."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import botocore.session

from iam.arn import Arn
from iam.aws.config_files import skip_astray_files
from iam.errors import explain

Method = Literal["env", "host", "keys", "login", "process", "role", "sso", "web", ""]
"""How a profile gets its credentials, in a word; empty if the configuration does not say."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile, as far as the configuration files describe it; empty is what they do not say."""

    name: str
    """Empty for the credentials that are used without a profile."""
    method: Method
    account: str = ""
    region: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Profiles:
    """All profiles, by name."""

    all: tuple[Profile, ...]
    default: str
    """The name of the one that is used if none is chosen."""


def read_profiles() -> Profiles:
    """Read the profiles as botocore reads them; blocking.

    Raises:
        AwsError: The configuration cannot be read.
    """
    core = botocore.session.Session()
    skip_astray_files(core)
    try:
        configured: Mapping[str, Any] = core.full_config.get("profiles", {})
        default = str(core.get_config_variable("profile") or "default")
    except Exception as error:
        raise explain(error, "read the AWS configuration") from error
    profiles = [profile_of(name, configured[name]) for name in sorted(configured)]
    # Keys in the environment are used before a profile that only the environment names.
    if keys := "AWS_ACCESS_KEY_ID" in os.environ:
        default = ""
    elif default == "default" and default not in configured:
        default = ""  # a container or an instance may provide credentials
    if not default:
        profiles.insert(0, Profile("", "env" if keys else "host"))
    return Profiles(tuple(profiles), default)


def profile_of(name: str, settings: Mapping[str, Any]) -> Profile:
    """Describe a profile by its settings."""
    method = _method(settings)
    account = role = ""
    if method == "sso":
        account, role = _text(settings, "sso_account_id"), _text(settings, "sso_role_name")
    elif method in ("role", "web"):
        arn = Arn.parse(_text(settings, "role_arn"))
        account, role = arn.account, arn.name
    elif method == "login":
        account = Arn.parse(_text(settings, "login_session")).account
    else:
        account = _text(settings, "aws_account_id")
    return Profile(name, method, account, _text(settings, "region"), role)


def _method(settings: Mapping[str, Any]) -> Method:
    """The first way that botocore would try.

    https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
    """
    if "role_arn" in settings:
        return "web" if "web_identity_token_file" in settings else "role"
    if "sso_account_id" in settings or "sso_role_name" in settings:
        return "sso"
    if "aws_access_key_id" in settings:
        return "keys"
    if "login_session" in settings:
        return "login"
    return "process" if "credential_process" in settings else ""


def _text(settings: Mapping[str, Any], name: str) -> str:
    value = settings.get(name, "")
    return value if isinstance(value, str) else ""  # indented lines make a dict of it


def bedrock_regions(partition: str) -> tuple[str, ...]:
    """The regions of a partition in which there is Amazon Bedrock; blocking."""
    core = botocore.session.Session()
    skip_astray_files(core)
    return tuple(sorted(core.get_available_regions("bedrock", partition)))
