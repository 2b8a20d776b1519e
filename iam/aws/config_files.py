"""AWS's own files where there is no home: none, rather than those of the working folder.

botocore keeps its files below `~/.aws`. Where nobody knows the home it takes that for a path in
the working folder, and so it does with a HOME that is relative. Whoever made that folder could
have a program run (`credential_process`), or have requests sent elsewhere. What the operator
names himself, such as `AWS_CONFIG_FILE=work/config`, is read from where he says.
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
    """Whether a path below a home, or below another variable, is one in the working folder."""
    if not path.startswith(("~", "$")):
        return False
    try:
        return not _expanded(path).is_absolute()
    except RuntimeError:  # nobody knows the home
        return True


def skip_astray_files(core: Session) -> None:
    """Have a session read no configuration that is astray; before it reads any."""
    for name in ("config_file", "credentials_file"):
        if astray(core.get_config_variable(name) or ""):
            core.set_config_variable(name, os.devnull)


def careful_providers() -> list[CredentialProvider]:
    """Providers of botocore's that read no file that is astray."""
    named = {name: value for name, value in os.environ.items() if not astray(value)}
    return [OriginalEC2Provider(environ=named), BotoProvider(environ=named, ini_parser=_parse)]


def profile_providers(core: Session, region: str) -> ProfileProviderBuilder:
    """What makes the providers of a profile; tokens are neither read nor kept astray."""
    places = {
        "sso_token_cache": _SSO_CACHE,
        "login_token_cache": os.environ.get("AWS_LOGIN_CACHE_DIRECTORY", _LOGIN_CACHE),
    }
    caches: dict[str, Any] = {name: {} for name, place in places.items() if astray(place)}
    try:
        return ProfileProviderBuilder(core, cache={}, region_name=region, **caches)
    except TypeError:  # a botocore that knows no `aws login`
        del caches["login_token_cache"]
        return ProfileProviderBuilder(core, cache={}, region_name=region, **caches)


def cache_in(place: str) -> Any:
    """botocore's cache in a folder; in memory if that is astray."""
    return {} if astray(place) else JSONFileCache(str(_expanded(place)))


def _parse(path: str) -> Any:
    if astray(path):
        raise ConfigNotFound(path=path)
    return raw_config_parse(path)


def _expanded(path: str) -> Path:
    return Path(os.path.expandvars(path)).expanduser()  # as botocore does
