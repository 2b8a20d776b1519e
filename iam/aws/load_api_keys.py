"""Read the Bedrock API keys of an account: one list for all of its users.

What may not be read is noted, and nothing is assumed of it: no error here is an error of the
account. Keys are not read user by user where the list of all is refused, because that takes a call
for each of thousands of users.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServiceSpecificCredentials.html
"""

from __future__ import annotations

from iam.account.api_keys import EXISTS, SERVICE, UNREAD_WHAT, ApiKey, ApiKeys, keys_of
from iam.account.unread import Unread
from iam.aws.client import Aws
from iam.aws.paging import listed
from iam.errors import AwsError

_OPERATION = "list_service_specific_credentials"
_LIST = "ServiceSpecificCredentials"
_REASONS = {
    "ParamValidation": "This botocore is too old to list the keys of all users: upgrade boto3.",
    "AccessDenied": "The list needs iam:ListServiceSpecificCredentials on user/*.",
    "InvalidInput": "IAM at this endpoint does not list the keys of all users.",
    "ValidationError": "IAM at this endpoint does not list the keys of all users.",
    "InvalidAction": "IAM at this endpoint has no API keys.",
    "ServiceNotSupported": "IAM in this partition has no API keys.",
    "NotSupportedService": "IAM in this partition has no API keys.",
}
"""Why there is no list, by error code."""


async def load_api_keys(aws: Aws) -> ApiKeys:
    """Read all Bedrock API keys of the account.

    Args:
        aws: The connection to the account.

    Returns:
        The keys; what could not be read is listed in `unread`.
    """
    try:
        items, missing = await listed(aws, _OPERATION, _LIST, AllUsers=True, ServiceName=SERVICE)
    except AwsError as error:
        return unread_keys(error)
    unread: list[Unread] = []
    keys = keys_of(items, unread)
    if missing is not None:
        unread.append(Unread(f"more of {UNREAD_WHAT}", missing.code, missing.sentence))
    return ApiKeys("unread" if unread else "read", keys, tuple(unread))


def unread_keys(error: AwsError) -> ApiKeys:
    """Keys of which nothing could be read."""
    reason = _REASONS.get(error.code)
    sentence = f"{error.sentence.rstrip('.')}. {reason}" if error.denied and reason else reason
    return ApiKeys("unread", unread=(Unread(UNREAD_WHAT, error.code, sentence or str(error)),))


async def keys_of_user(aws: Aws, user: str) -> tuple[ApiKey, ...]:
    """Read the Bedrock API keys of one user.

    Raises:
        AwsError: They could not be read; `NoSuchEntity` if the user does not exist.
    """
    items, missing = await listed(aws, _OPERATION, _LIST, UserName=user, ServiceName=SERVICE)
    if missing is not None:
        raise missing
    unread: list[Unread] = []
    keys = keys_of(items, unread)
    if unread:
        raise AwsError("Malformed", f"{unread[0].what}: {unread[0].message}.", "")
    return keys


async def key_signs(aws: Aws, user: str, id: str) -> tuple[str, ...]:
    """Read what is true of a key now: `EXISTS` and its state; nothing of one that is deleted.

    Raises:
        AwsError: It could not be read; `NoSuchEntity` if the user does not exist.
    """
    for key in await keys_of_user(aws, user):
        if key.id == id:
            return (EXISTS, key.status)
    return ()
