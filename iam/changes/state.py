"""Read what a change concerns: policies attached to an entity, or what is true of an API key."""

from __future__ import annotations

from iam.account.model import kind_and_name
from iam.aws.attached import attached_arns
from iam.aws.client import Aws
from iam.aws.load_api_keys import key_signs
from iam.changes.journal import JournalEntry


async def read_state(aws: Aws, entry: JournalEntry) -> tuple[str, ...]:
    """Read what shows whether a change has been made; `entry.sign` compares it.

    Args:
        aws: The connection.
        entry: The change.

    Raises:
        AwsError: It could not be read; `NoSuchEntity` if the entity does not exist.
        ValueError: The entry does not name a user, role or group.
    """
    kind, name = kind_and_name(entry.principal)
    if entry.credential:
        return await key_signs(aws, name, entry.credential)
    return await attached_arns(aws, kind, name)
