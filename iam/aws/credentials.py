"""Where credentials come from: botocore's providers, kept off the terminal.

They are found as the AWS CLI finds them (environment, configuration files, profiles, SSO, assumed
roles), with two differences. Nothing here asks a question on the terminal, which belongs to the
app: where an MFA code is needed, the AWS CLI's own cache of sessions is used, or it fails. And a
`credential_process` that hangs ends with the program.
"""

from __future__ import annotations

import os
import signal
import subprocess
from bisect import bisect_left
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NoReturn
from weakref import WeakSet

from botocore.credentials import (
    AssumeRoleProvider,
    CanonicalNameCredentialSourcer,
    ContainerProvider,
    CredentialResolver,
    Credentials,
    EnvProvider,
    InstanceMetadataProvider,
    ProcessProvider,
    ReadOnlyCredentials,
    RefreshableCredentials,
)
from botocore.session import Session

from iam.aws.config_files import CLI_CACHE, cache_in, careful_providers, profile_providers
from iam.aws.keys import Keys
from iam.errors import AwsError
from iam.runtime.threads import before_leaving
from iam.text import safe

_LATER = timedelta(hours=1)
"""After which credentials without a known expiry are looked for again."""
_LONGEST = 400 * 86400
"""Seconds; an expiry later than this counts as none."""
_helpers: WeakSet[subprocess.Popen[bytes]] = WeakSet()
"""The credential processes that were started."""


def resolver_for(core: Session, profile: str, region: str) -> CredentialResolver:
    """botocore's own chain of providers, which asks nothing on the terminal.

    Args:
        core: With the configuration.
        profile: The one in force.
        region: For the calls that assume a role.
    """
    resolver: CredentialResolver = core.get_component("credential_provider")

    def config() -> Any:
        return core.full_config

    sources = [
        provider
        for provider in resolver.providers
        if isinstance(provider, ContainerProvider | InstanceMetadataProvider)
    ]
    profiles = _Profiles(core, region, config)
    assume_role = AssumeRoleProvider(
        load_config=config,
        client_creator=lambda service, **options: core.create_client(
            service, **{"region_name": region, **options}
        ),
        cache=cache_in(CLI_CACHE),
        profile_name=profile,
        prompter=partial(_refuse, profile),
        credential_sourcer=CanonicalNameCredentialSourcer([EnvProvider(), *sources]),
        profile_provider_builder=profiles,
    )
    named = core.instance_variables().get("profile") is not None
    for provider in (assume_role, *profiles.providers(profile, named), *careful_providers()):
        _replace(resolver, provider)
    return resolver


class _Profiles:
    """Makes the providers of a profile, as `ProfileProviderBuilder` does."""

    def __init__(self, core: Session, region: str, config: Callable[[], Any]) -> None:
        self._config = config
        self._builder = profile_providers(core, region)

    def providers(self, profile_name: str, disable_env_vars: bool = False) -> list[Any]:
        """The providers of a profile, with a credential process that has no terminal."""
        process = ProcessProvider(profile_name, self._config, popen=_start_helper)
        found = self._builder.providers(profile_name, disable_env_vars)
        return [process if isinstance(each, ProcessProvider) else each for each in found]


def _replace(resolver: CredentialResolver, provider: Any) -> None:
    resolver.insert_after(provider.METHOD, provider)
    resolver.remove(provider.METHOD)  # the first of the two


def _refuse(profile: str, prompt: str) -> NoReturn:
    raise AwsError(
        "MfaRequired",
        f"The profile {safe(profile)} needs an MFA code, and the app does not ask for one.",
        f"Run `aws sts get-caller-identity --profile {safe(profile)}`, which asks for it, "
        "and start again.",
    )


def _start_helper(command: Sequence[str], **options: Any) -> subprocess.Popen[bytes]:
    """Start a credential process: without a terminal it fails where it would otherwise prompt."""
    options |= {"stdin": subprocess.DEVNULL, "start_new_session": True}
    helper: subprocess.Popen[bytes] = subprocess.Popen(command, **options)
    _helpers.add(helper)
    return helper


@before_leaving
def end_helpers() -> None:
    """End the credential processes that still run, with all that they have started."""
    for helper in list(_helpers):
        if helper.returncode is None:
            # The leader of its group is not waited for before this, so that its number is its own.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(helper.pid, signal.SIGKILL)


def handed(keys: Keys, find: Callable[[], Credentials | None]) -> Credentials:
    """Credentials that another process of ours has found.

    Args:
        keys: As they are now.
        find: Finds others once these end.
    """
    if keys.until is None:
        return Credentials(keys.access, keys.secret, keys.token)

    def anew() -> dict[str, Any]:
        found = find()
        return {} if found is None else _metadata(keys_of(found))  # botocore reports an empty one

    return RefreshableCredentials.create_from_metadata(_metadata(keys), anew, method="handed")


def keys_of(credentials: Credentials) -> Keys:
    """Credentials as they are now, for another process."""
    credentials.get_frozen_credentials()  # only now is it known when they expire
    # Asked before the key is taken: one that is renewed meanwhile expires later than we say.
    until = _expiry(credentials)
    now = credentials.get_frozen_credentials()
    assert now.access_key is not None and now.secret_key is not None
    return Keys(now.access_key, now.secret_key, now.token, until.isoformat() if until else None)


def _expiry(credentials: Credentials) -> datetime | None:
    """When credentials expire, at most a second too early; None if that is not known.

    botocore keeps the time to itself, but answers whether they expire within so many seconds.
    """
    if not isinstance(credentials, RefreshableCredentials):
        return None
    now = datetime.now(UTC)
    first = bisect_left(range(_LONGEST), True, key=credentials.refresh_needed)
    return None if first == _LONGEST else now + timedelta(seconds=first - 1)


def key_of(keys: Keys) -> ReadOnlyCredentials:
    """Credentials as botocore signs with them."""
    return ReadOnlyCredentials(keys.access, keys.secret, keys.token)


def _metadata(keys: Keys) -> dict[str, Any]:
    return {
        "access_key": keys.access,
        "secret_key": keys.secret,
        "token": keys.token,
        "expiry_time": keys.until or (datetime.now(UTC) + _LATER).isoformat(),
    }
