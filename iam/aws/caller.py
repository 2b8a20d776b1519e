"""Ask which account a key belongs to: STS, or IAM where STS is blocked.

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
    """Ask AWS for the ID of the account that a key belongs to; blocking.

    Args:
        core: botocore's session.
        region: For the clients.
        endpoint_url: The endpoint for IAM and STS, if it is not the usual one.
        config: For the clients.
        key: The key.

    Raises:
        AwsError: Neither STS nor IAM answered.
    """
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
    """Ask AWS for the account and the ARN of the caller; blocking.

    Returns:
        The ID of the account, and the ARN of the caller.

    Raises:
        Exception: Neither STS nor IAM answered; the exception of the call to STS.
    """
    try:
        answer = sts.get_caller_identity()
        return required(answer, "Account"), required(answer, "Arn")
    except ReadTimeoutError:
        raise  # STS was reached and did not respond: IAM would probably take as long to fail
    except Exception:
        # A policy or a network may block STS and not IAM.
        with suppress(Exception):
            arn = str(iam.get_user()["User"]["Arn"])
            if account := Arn.parse(arn).account:
                return account, arn
        raise
