"""Find credentials with botocore's providers, without using the terminal.

They are found as the AWS CLI finds them (environment, configuration files, profiles, SSO, assumed
roles), with two differences. Nothing prompts on the terminal, which belongs to the app: where an
MFA code is needed, a session in the AWS CLI's cache is used, or it fails with `MfaRequired`;
`iam.aws.sign_in` fills that cache. And a `credential_process` that fails or hangs is told of in
words (`iam.aws.credential_process`).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

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

from iam.aws.access_key import AccessKey
from iam.aws.config_files import careful_providers, profile_providers, role_cache
from iam.aws.credential_process import CarefulProcessProvider
from iam.errors import AwsError
from iam.text import safe

_LATER = timedelta(hours=1)
"""After which credentials without a known expiry are looked for again."""
_LONGEST = 400 * 86400
"""Seconds; an expiry later than this counts as none."""


def resolver_for(
    core: Session, profile: str, region: str, codes: Iterable[str] = ()
) -> CredentialResolver:
    """Make botocore's usual chain of providers, which never prompts on the terminal.

    Args:
        core: botocore's session, with the configuration.
        profile: The name of the profile in use.
        region: For the calls that assume a role.
        codes: MFA codes, one for each call that needs one.
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
        cache=role_cache(),
        profile_name=profile,
        prompter=partial(_next_code, profile, iter(codes)),
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
        """Make the providers of a profile, with a credential process that has no terminal."""
        process = CarefulProcessProvider(profile_name, self._config)
        usual = self._builder.providers(profile_name, disable_env_vars)
        return [process if isinstance(each, ProcessProvider) else each for each in usual]


def _replace(resolver: CredentialResolver, provider: Any) -> None:
    resolver.insert_after(provider.METHOD, provider)
    resolver.remove(provider.METHOD)  # removes the first of the two


def _next_code(profile: str, codes: Iterator[str], prompt: str) -> str:
    """Answer botocore's prompt, `Enter MFA code for arn:aws:iam::123456789012:mfa/alice: `."""
    if code := next(codes, ""):
        return code
    device = prompt.removeprefix("Enter MFA code for ").rstrip(": ")
    raise AwsError(
        "MfaRequired",
        f"The profile {safe(profile)} needs an MFA code of the device {safe(device)}.",
        f"`aws sts get-caller-identity --profile {safe(profile)}` asks for it, too.",
    )


def credentials_from(keys: AccessKey, find: Callable[[], Credentials | None]) -> Credentials:
    """Make credentials from what another process of the app has found.

    Args:
        keys: The credentials.
        find: Finds new ones when these expire.
    """
    if keys.until is None:
        return Credentials(keys.access, keys.secret, keys.token)

    def renew() -> dict[str, Any]:
        renewed = find()
        # botocore reports an empty one.
        return {} if renewed is None else _metadata(keys_of(renewed))

    return RefreshableCredentials.create_from_metadata(_metadata(keys), renew, method="bedrock-tui")


def keys_of(credentials: Credentials) -> AccessKey:
    """Return the credentials as they are now, for another process."""
    credentials.get_frozen_credentials()  # some fetch key and expiry only now
    # Asked before the key is taken: one that is renewed meanwhile expires later than we say.
    expiry = _expiry(credentials)
    now = credentials.get_frozen_credentials()
    assert now.access_key is not None and now.secret_key is not None
    until = expiry.isoformat() if expiry else None
    return AccessKey(now.access_key, now.secret_key, now.token, until)


def _expiry(credentials: Credentials) -> datetime | None:
    """When credentials expire, at most a second too early; None if that is not known.

    botocore keeps the time to itself, but answers whether they expire within so many seconds.
    """
    if not isinstance(credentials, RefreshableCredentials):
        return None
    now = datetime.now(UTC)
    first = bisect_left(range(_LONGEST), True, key=credentials.refresh_needed)
    return None if first == _LONGEST else now + timedelta(seconds=first - 1)


def key_of(keys: AccessKey) -> ReadOnlyCredentials:
    """Return the key in the form that botocore signs with."""
    return ReadOnlyCredentials(keys.access, keys.secret, keys.token)


def _metadata(keys: AccessKey) -> dict[str, Any]:
    return {
        "access_key": keys.access,
        "secret_key": keys.secret,
        "token": keys.token,
        "expiry_time": keys.until or (datetime.now(UTC) + _LATER).isoformat(),
    }
