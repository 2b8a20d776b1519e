"""Keep botocore from reading AWS configuration files in the working folder.

botocore reads files below `~/.aws`. Without a home folder, or with a relative HOME, that is a path
in the working folder. Whoever created that folder could run a program (`credential_process`) or
redirect requests. Such paths are called astray here, and are not read. A path that the operator
gives, such as `AWS_CONFIG_FILE=work/config`, is read as given.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from botocore.configloader import raw_config_parse
from botocore.credentials import (
    BotoProvider,
    CredentialProvider,
    OriginalEC2Provider,
    ProfileProviderBuilder,
)
from botocore.exceptions import ConfigNotFound
from botocore.session import Session
from botocore.utils import JSONFileCache

CLI_CACHE = "~/.aws/cli/cache"
_SSO_CACHE = "~/.aws/sso/cache"
_LOGIN_CACHE = "~/.aws/login/cache"
_roles: dict[str, Any] = {}
"""Assumed roles, where there is no home folder to keep them in."""


def astray(path: str) -> bool:
    """Whether a path with `~` or a variable expands to one in the working folder."""
    if not path.startswith(("~", "$")):
        return False
    try:
        return not _expanded(path).is_absolute()
    except RuntimeError:  # there is no home folder
        return True


def skip_astray_files(core: Session) -> None:
    """Keep a session from reading configuration files that are astray; call it before all else."""
    for name in ("config_file", "credentials_file"):
        if astray(core.get_config_variable(name) or ""):
            core.set_config_variable(name, os.devnull)


def careful_providers() -> list[CredentialProvider]:
    """Make the credential providers of botocore that read files, without files that are astray."""
    environment = {name: value for name, value in os.environ.items() if not astray(value)}
    return [
        OriginalEC2Provider(environ=environment),
        BotoProvider(environ=environment, ini_parser=_parse),
    ]


def profile_providers(core: Session, region: str) -> ProfileProviderBuilder:
    """Make the builder of a profile's providers, whose token caches are not astray."""
    caches: dict[str, Any] = {"sso_token_cache": sso_token_cache()}
    if astray(os.environ.get("AWS_LOGIN_CACHE_DIRECTORY", _LOGIN_CACHE)):
        caches["login_token_cache"] = {}
    try:
        return ProfileProviderBuilder(core, cache={}, region_name=region, **caches)
    except TypeError:  # a botocore without `aws login`
        caches.pop("login_token_cache", None)
        return ProfileProviderBuilder(core, cache={}, region_name=region, **caches)


def role_cache() -> Any:
    """The AWS CLI's cache of assumed roles, or one of this process if that is astray."""
    return _roles if astray(CLI_CACHE) else JSONFileCache(str(_expanded(CLI_CACHE)))


def sso_token_cache() -> Any:
    """The AWS CLI's cache of SSO tokens, or an empty one if that is astray."""
    if astray(_SSO_CACHE):
        return {}
    return JSONFileCache(str(_expanded(_SSO_CACHE)), dumps_func=_sso_json)


def _sso_json(token: Any) -> str:
    """A token as the AWS CLI writes it."""
    return json.dumps(token, default=lambda time: time.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _parse(path: str) -> Any:
    if astray(path):
        raise ConfigNotFound(path=path)
    return raw_config_parse(path)


def _expanded(path: str) -> Path:
    return Path(os.path.expandvars(path)).expanduser()  # as botocore does
