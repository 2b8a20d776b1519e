"""Service-specific credentials for moto, which are Bedrock's long-term API keys.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServiceSpecificCredentials.html
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from iam.demo.moto_call import Call, kept, page, refusal

if TYPE_CHECKING:
    from moto.iam.models import IAMBackend

_PER_USER = 2
"""As many as a user may have of one service."""
_SECRET_FIELDS = ("ServicePassword", "ServiceCredentialSecret")


def _create(backend: IAMBackend, params: Mapping[str, Any]) -> dict[str, Any]:
    user = backend.get_user(params["UserName"])
    held = held_keys(backend)
    service = params["ServiceName"]
    same = [k for k in held.values() if (k["UserName"], k["ServiceName"]) == (user.name, service)]
    if len(same) >= _PER_USER:
        raise refusal("LimitExceeded", f"Cannot exceed quota for credentials of {service}")
    now = datetime.now(UTC).replace(microsecond=0)
    number = f"+{len(same)}" if same else ""
    key = {
        "UserName": user.name,
        "Status": "Active",
        "ServiceName": service,
        "CreateDate": now,
        "ServiceSpecificCredentialId": f"ACCA{secrets.token_hex(8).upper()}",
        "ServiceCredentialAlias": f"{user.name}{number}-at-{backend.account_id}",
        "ServiceCredentialSecret": secrets.token_urlsafe(24),
    }
    if days := params.get("CredentialAgeDays"):
        key["ExpirationDate"] = now + timedelta(days=int(days))
    held[key["ServiceSpecificCredentialId"]] = key
    return {"ServiceSpecificCredential": key}


def _list(backend: IAMBackend, params: Mapping[str, Any]) -> dict[str, Any]:
    if params.get("AllUsers") and params.get("UserName"):
        raise refusal("InvalidInput", "UserName and AllUsers exclude each other")
    name, service = params.get("UserName"), params.get("ServiceName")
    if name is not None:
        backend.get_user(name)  # which fails if there is none
    keys = [
        {field: value for field, value in key.items() if field not in _SECRET_FIELDS}
        | {"Status": _status(key)}
        for key in held_keys(backend).values()
        if name in (None, key["UserName"]) and service in (None, key["ServiceName"])
    ]
    return page(keys, params, "ServiceSpecificCredentials")


def _update(backend: IAMBackend, params: Mapping[str, Any]) -> dict[str, Any]:
    _find(backend, params)["Status"] = params["Status"]
    return {}


def _delete(backend: IAMBackend, params: Mapping[str, Any]) -> dict[str, Any]:
    key = _find(backend, params)
    del held_keys(backend)[key["ServiceSpecificCredentialId"]]
    return {}


API_KEY_CALLS: dict[str, Call] = {
    "CreateServiceSpecificCredential": _create,
    "ListServiceSpecificCredentials": _list,
    "UpdateServiceSpecificCredential": _update,
    "DeleteServiceSpecificCredential": _delete,
}


def held_keys(backend: IAMBackend) -> dict[str, dict[str, Any]]:
    """The keys that moto keeps for an account, by ID."""
    return kept(backend, "api_keys")


def _find(backend: IAMBackend, params: Mapping[str, Any]) -> dict[str, Any]:
    key = held_keys(backend).get(params["ServiceSpecificCredentialId"])
    if key is None or params.get("UserName") not in (None, key["UserName"]):
        raise refusal("NoSuchEntity", "The service-specific credential cannot be found.")
    return key


def _status(key: Mapping[str, Any]) -> str:
    expires = key.get("ExpirationDate")
    ended = expires is not None and expires <= datetime.now(UTC)
    return "Expired" if ended else str(key["Status"])
