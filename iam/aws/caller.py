"""Whose a key is: STS says so, or IAM where STS is shut off.

https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import ReadTimeoutError

from iam.arn import Arn
from iam.aws.answers import required
from iam.errors import explain

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient


def account_of_key(
    core: Any, region: str, endpoint_url: str | None, config: Config, key: ReadOnlyCredentials
) -> str:
    """Ask AWS for the ID of the account that a key belongs to."""
    sts, iam = (
        core.create_client(
            service,
            region_name=region,
            endpoint_url=endpoint_url,
            config=config,
            aws_access_key_id=key.access_key,
            aws_secret_access_key=key.secret_key,
            aws_session_token=key.token,
        )
        for service in ("sts", "iam")
    )
    try:
        account, _ = get_caller_identity(sts, iam)
        return account
    except Exception as error:
        raise explain(error, "get caller identity") from error
    finally:
        sts.close()
        iam.close()


def get_caller_identity(sts: STSClient, iam: IAMClient) -> tuple[str, str]:
    """Ask AWS whose credentials these are; blocking.

    Returns:
        The ID of the account, and the ARN of the caller.

    Raises:
        Exception: Neither STS nor IAM could tell; the error is botocore's, that of STS.
    """
    try:
        said = sts.get_caller_identity()
        return required(said, "Account"), required(said, "Arn")
    except ReadTimeoutError:
        raise  # it was reached and said nothing: IAM would keep everybody waiting as long
    except Exception:
        # A policy or a network may shut STS off and leave IAM open.
        with suppress(Exception):
            arn = str(iam.get_user()["User"]["Arn"])
            if account := Arn.parse(arn).account:
                return account, arn
        raise
