"""Log in to IAM Identity Center by the device authorization grant, as `aws sso login` does.

The token is kept in the AWS CLI's cache, in its format, where botocore's own providers find it.

https://docs.aws.amazon.com/singlesignon/latest/OIDCAPIReference/Welcome.html
https://www.rfc-editor.org/rfc/rfc8628
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import botocore.session
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ConnectionError, HTTPClientError
from botocore.utils import SSOTokenLoader

from iam.aws.config_files import skip_astray_files, sso_token_cache
from iam.aws.service_data import use_lean_service_data
from iam.errors import AwsError, explain
from iam.text import safe

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_INTERVAL = 5
"""Seconds between two questions where AWS does not say, and what `slow_down` adds."""
_LEAST = 1
"""Seconds between two questions at least, whatever an endpoint says."""
_MOST = 60
"""Seconds between two questions at most, where AWS cannot be reached."""
_MARGIN = timedelta(minutes=15)
"""A registration that ends sooner is not used any more; as in the AWS CLI."""


@dataclass(frozen=True, slots=True)
class SsoSession:
    """Where to log in."""

    start_url: str
    region: str
    name: str | None = None
    """Of the `sso-session` in the configuration; None for a profile with the URL in itself."""
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verification:
    """What the operator opens in a browser."""

    url: str
    """With the code in it."""
    code: str


@dataclass(slots=True)
class _Authorization:
    device_code: str = field(repr=False)
    interval: float
    ends: float
    """By `time.monotonic`."""


class SsoLogin:
    """One login; its methods block, and are called one after another."""

    def __init__(self, core: Any, session: SsoSession) -> None:
        """Prepare it.

        Args:
            core: botocore's session, with the configuration.
            session: Where to log in.
        """
        self.session = session
        self._cache = sso_token_cache()
        self._client = core.create_client(
            "sso-oidc",
            config=Config(
                region_name=session.region,
                signature_version=UNSIGNED,
                connect_timeout=5,
                read_timeout=10,
                retries={"mode": "standard", "total_max_attempts": 2},
                user_agent_extra="bedrock-tui",
            ),
        )
        self._registration: Mapping[str, Any] = {}
        self._authorization = _Authorization("", 0, 0)

    def begin(self) -> Verification:
        """Ask AWS for a code.

        Raises:
            AwsError: In words.
        """
        try:
            self._registration = self._registered() or self._register()
            try:
                answer = self._authorize()
            except self._client.exceptions.InvalidClientException:
                # The registration in the cache is not valid any more.
                self._registration = self._register()
                answer = self._authorize()
            self._authorization = _Authorization(
                answer["deviceCode"],
                max(_LEAST, answer.get("interval") or _INTERVAL),
                time.monotonic() + answer["expiresIn"],
            )
            url = answer.get("verificationUriComplete") or answer["verificationUri"]
            return Verification(url, answer["userCode"])
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise _incomplete() from error
        except Exception as error:
            raise explain(error, "log in") from error

    def poll(self) -> float:
        """Ask AWS once whether the operator has confirmed, and keep the token if so.

        Returns:
            Seconds until AWS may be asked again; 0 if the operator is logged in.

        Raises:
            AwsError: The operator declined, the code has expired, or something else is wrong.
        """
        now, errors = self._authorization, self._client.exceptions
        if time.monotonic() > now.ends:
            raise _expired()
        try:
            answer = self._client.create_token(
                grantType=_GRANT,
                clientId=self._registration["clientId"],
                clientSecret=self._registration["clientSecret"],
                deviceCode=now.device_code,
            )
            self._keep(answer)
            return 0
        except errors.AuthorizationPendingException:
            return now.interval
        except errors.SlowDownException:
            now.interval += _INTERVAL
            return now.interval
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise _incomplete() from error
        except (ConnectionError, HTTPClientError, errors.InternalServerException):
            now.interval = min(2 * now.interval, max(_MOST, now.interval))
            return now.interval
        except errors.ExpiredTokenException as error:
            raise _expired() from error
        except errors.AccessDeniedException as error:
            raise AwsError(
                "LoginDeclined", "The request was declined in the browser.", ""
            ) from error
        except Exception as error:
            raise explain(error, "log in") from error

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _authorize(self) -> dict[str, Any]:
        answer: dict[str, Any] = self._client.start_device_authorization(
            clientId=self._registration["clientId"],
            clientSecret=self._registration["clientSecret"],
            startUrl=self.session.start_url,
        )
        return answer

    # The files of the AWS CLI

    def _registered(self) -> Mapping[str, Any] | None:
        """The registration in the cache, if it can be used."""
        try:
            known: Mapping[str, Any] = self._cache[self._registration_key]
            lasts = datetime.fromisoformat(known["expiresAt"]) - datetime.now(UTC) > _MARGIN
            device = "authorization_code" not in known.get("grantTypes", ())
            complete = {"clientId", "clientSecret"} <= known.keys()
        except (KeyError, ValueError, TypeError, AttributeError):
            return None  # there is none, or another program has written something else
        return known if lasts and device and complete else None

    def _register(self) -> Mapping[str, Any]:
        scopes = list(self.session.scopes)
        answer = self._client.register_client(
            clientName=f"botocore-client-{self.session.name or int(time.time())}",
            clientType="public",
            **({"scopes": scopes} if scopes else {}),
        )
        made = {
            "clientId": answer["clientId"],
            "clientSecret": answer["clientSecret"],
            "expiresAt": datetime.fromtimestamp(answer["clientSecretExpiresAt"], UTC),
            **({"scopes": scopes} if scopes else {}),
        }
        self._cache[self._registration_key] = made
        return made

    @property
    def _registration_key(self) -> str:
        """As the AWS CLI names the file, so that both use the same registration."""
        about = {
            "tool": "botocore",
            "startUrl": self.session.start_url,
            "region": self.session.region,
            "scopes": list(self.session.scopes) or None,
            "session_name": self.session.name,
        }
        return hashlib.sha1(json.dumps(about, sort_keys=True).encode()).hexdigest()

    def _keep(self, answer: Mapping[str, Any]) -> None:
        token = {
            "startUrl": self.session.start_url,
            "region": self.session.region,
            "accessToken": answer["accessToken"],
            "expiresAt": datetime.now(UTC) + timedelta(seconds=answer["expiresIn"]),
            "clientId": self._registration["clientId"],
            "clientSecret": self._registration["clientSecret"],
            "registrationExpiresAt": self._registration["expiresAt"],
        }
        if "refreshToken" in answer:
            token["refreshToken"] = answer["refreshToken"]
        loader: Any = SSOTokenLoader(cache=self._cache)
        loader.save_token(self.session.start_url, token, session_name=self.session.name)


def _incomplete() -> AwsError:
    return AwsError(
        "Malformed",
        "The answer to the login is not as AWS describes it.",
        "Check the SSO region and the proxy.",
    )


def _expired() -> AwsError:
    return AwsError("LoginExpired", "The code has expired before it was confirmed.", "")


def sso_login(profile: str | None) -> SsoLogin:
    """Prepare the login of a profile, or of the one whose credentials it uses; blocking.

    Args:
        profile: Its name; None for the default.

    Raises:
        AwsError: The profile does not use SSO, its configuration is not complete, or there is no
            folder to keep the token in.
    """
    try:
        core = botocore.session.Session()
        if profile is not None:
            core.set_config_variable("profile", profile)
        skip_astray_files(core)
        use_lean_service_data(core)
        name = str(core.get_config_variable("profile") or "default")
        session = session_of(core.full_config, name)
        if sso_token_cache() == {}:
            raise AwsError("NoHome", "There is no home folder to keep the SSO session in.", "")
        return SsoLogin(core, session)
    except Exception as error:
        raise explain(error, "log in", profile) from error


def session_of(config: Mapping[str, Any], profile: str) -> SsoSession:
    """Find the SSO session that a profile uses, itself or by its `source_profile`.

    Raises:
        AwsError: There is none, or its configuration is not complete.
    """
    profiles: Mapping[str, Mapping[str, Any]] = config.get("profiles", {})
    visited: set[str] = set()
    name = profile
    while name in profiles and name not in visited:
        visited.add(name)
        settings = profiles[name]
        if "sso_session" in settings or "sso_start_url" in settings:
            break
        name = str(settings.get("source_profile", ""))
    else:
        raise AwsError("NoSso", "The profile does not use SSO.", "Choose another profile.")
    session_name = settings.get("sso_session")
    if session_name is not None:
        settings = config.get("sso_sessions", {}).get(session_name, {})
    missing = [key for key in ("sso_start_url", "sso_region") if key not in settings]
    if missing:
        where = f"sso-session {session_name}" if session_name else f"profile {name}"
        reason = f"The {safe(where)} has no {' and no '.join(missing)}."
        raise AwsError("NoSso", reason, "Complete the AWS configuration.")
    scopes = settings.get("sso_registration_scopes", "") if session_name is not None else ""
    return SsoSession(
        settings["sso_start_url"],
        settings["sso_region"],
        session_name,
        tuple(scope for each in scopes.split(",") if (scope := each.strip())),
    )
