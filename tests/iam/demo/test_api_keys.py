"""API keys of the embedded server: they behave as IAM's service-specific credentials."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

BEDROCK = "bedrock.amazonaws.com"


def make(iam: Any, user: str, days: int | None = None) -> dict[str, Any]:
    age = {"CredentialAgeDays": days} if days else {}
    answer = iam.create_service_specific_credential(UserName=user, ServiceName=BEDROCK, **age)
    return dict(answer["ServiceSpecificCredential"])


def listed(iam: Any, **parameters: Any) -> list[dict[str, Any]]:
    pages: list[dict[str, Any]] = []
    marker: dict[str, str] = {}
    while True:
        answer = iam.list_service_specific_credentials(ServiceName=BEDROCK, **parameters, **marker)
        pages += answer["ServiceSpecificCredentials"]
        if not answer["IsTruncated"]:
            return pages
        marker = {"Marker": answer["Marker"]}


@pytest.fixture
def iam(moto_url: str, iam: Any) -> Any:
    for name in ("alice", "bob"):
        iam.create_user(UserName=name)
    return iam


def test_keys_of_all_users_come_in_pages_and_without_secrets(iam: Any) -> None:
    made = [make(iam, "alice"), make(iam, "bob", days=30), make(iam, "bob")]
    keys = listed(iam, AllUsers=True, MaxItems=1)
    assert [key["ServiceSpecificCredentialId"] for key in keys] == [
        key["ServiceSpecificCredentialId"] for key in made
    ]
    assert [("ExpirationDate" in key) for key in keys] == [False, True, False]
    assert not any("ServiceCredentialSecret" in key for key in keys)
    assert len(listed(iam, UserName="bob")) == 2


def test_a_user_has_two_keys_of_a_service_at_most(iam: Any) -> None:
    for _ in range(2):
        make(iam, "alice")
    with pytest.raises(ClientError, match="LimitExceeded"):
        make(iam, "alice")


def test_a_key_is_switched_off_and_on_and_deleted(iam: Any) -> None:
    which = {"ServiceSpecificCredentialId": make(iam, "alice")["ServiceSpecificCredentialId"]}
    iam.update_service_specific_credential(UserName="alice", **which, Status="Inactive")
    assert [key["Status"] for key in listed(iam, AllUsers=True)] == ["Inactive"]
    iam.delete_service_specific_credential(UserName="alice", **which)
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.update_service_specific_credential(UserName="alice", **which, Status="Active")
