"""Keep botocore from reading AWS configuration files in the working folder.

botocore reads files below `~/.aws`. Without a home folder, or with a relative HOME, that is a path
in the working folder. Whoever created that folder could run a program (`credential_process`) or
redirect requests. Such paths are called astray here, and are not read. A path that the operator
gives, such as `AWS_CONFIG_FILE=work/config`, is read as given.
"""

from __future__ import annotations

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
    folders = {
        "sso_token_cache": _SSO_CACHE,
        "login_token_cache": os.environ.get("AWS_LOGIN_CACHE_DIRECTORY", _LOGIN_CACHE),
    }
    caches: dict[str, Any] = {name: {} for name, folder in folders.items() if astray(folder)}
    try:
        return ProfileProviderBuilder(core, cache={}, region_name=region, **caches)
    except TypeError:  # a botocore without `aws login`
        del caches["login_token_cache"]
        return ProfileProviderBuilder(core, cache={}, region_name=region, **caches)


def cache_in(folder: str) -> Any:
    """Make botocore's cache in a folder, or in memory if that is astray."""
    return {} if astray(folder) else JSONFileCache(str(_expanded(folder)))


def _parse(path: str) -> Any:
    if astray(path):
        raise ConfigNotFound(path=path)
    return raw_config_parse(path)


def _expanded(path: str) -> Path:
    return Path(os.path.expandvars(path)).expanduser()  # as botocore does
