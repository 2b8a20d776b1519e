"""The versions of the managed policy: as AWS lists them, as the account's data holds them, as
shipped.

Versions never change, so a document that was read once is kept. Most are never looked at: documents
are read when two versions are compared, not when they are listed. A customer's policy has up to
five versions; AWS's own may have many more.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyVersions.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from iam.account.model import Unread
from iam.account.parse import version_of
from iam.aws.answers import required
from iam.aws.client import Aws
from iam.aws.managed_policy import Managed
from iam.aws.paging import listed
from iam.errors import AwsError
from iam.policy.bundled import shipped
from iam.policy.document import Document, parse_document


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the policy."""

    id: str
    """AWS's name for it: `v9`."""
    day: str | None
    """When it was made: `2026-08-04`."""
    source: Literal["aws", "account", "shipped"]
    """Who told that it is there."""
    document: Document | Unread | None = None
    """None as long as it has not been read."""


@dataclass(frozen=True, slots=True)
class Versions:
    """What is known of the policy's versions."""

    all: tuple[Version, ...]
    """The oldest first."""
    in_force: str | None
    """The ID of the default version; None if that is not known."""
    notes: tuple[str, ...] = ()
    """In sentences: what is missing, and why."""

    @property
    def usual(self) -> tuple[int, int] | None:
        """The places of the two that are compared at first: the one in force and the one before
        it, else the one after it; None if there are not two."""
        if len(self.all) < 2:
            return None
        ids = [version.id for version in self.all]
        newer = ids.index(self.in_force) if self.in_force in ids else len(ids) - 1
        newer = max(newer, 1)
        return newer - 1, newer


async def list_versions(aws: Aws | None, managed: Managed) -> Versions:
    """Find out which versions there are.

    Args:
        aws: The connection; None for an account from a file.
        managed: The policy, with the versions that the account's data holds.

    Returns:
        The versions, those of documents at hand with them. Where AWS does not tell, a note says so
        and the others stand in.
    """
    policy = managed.policy
    in_force = None if managed.source == "shipped" else policy.version
    notes: list[str] = []
    found: tuple[Version, ...] = ()
    if aws is None:
        notes.append("The versions are those of the saved account; AWS is not asked.")
    else:
        try:
            raw, missing = await listed(
                aws, "list_policy_versions", "Versions", PolicyArn=policy.arn
            )
            if missing is not None:
                notes.append(f"AWS's list of versions is not complete: {missing.sentence}")
            versions = [version_of({**v, "Document": None}) for v in raw]
            found = tuple(Version(v.id, _day(v.created), "aws") for v in versions)
            now = next((v.id for v in versions if v.default), in_force)
            if now != in_force and in_force is not None:
                notes.append(
                    f"{now} has come into force since the account was read as of {in_force}: "
                    "r on the main screen reads it again."
                )
            in_force = now
        except AwsError as error:
            notes.append(f"AWS's list of versions could not be read: {error.sentence}")
    if not found:
        found = tuple(
            Version(v.id, _day(v.created), "account", v.document) for v in policy.versions
        )
    if in_force is None:
        notes.append("Which version is in force could not be read.")
    return Versions(_in_order(_with_those_at_hand(found, managed)), in_force, tuple(notes))


def _with_those_at_hand(found: tuple[Version, ...], managed: Managed) -> Iterable[Version]:
    """Put in the documents that need no asking, and the versions that only they show."""
    policy = managed.policy
    known = {version.id: version for version in found}
    if managed.source != "shipped":
        version = known.get(policy.version) or Version(policy.version, managed.as_of, "account")
        known[policy.version] = replace(version, document=policy.document)
    if (spare := shipped(policy.arn)) is not None and spare.version not in known:
        document = parse_document(spare.document)
        known[spare.version] = Version(spare.version, spare.updated, "shipped", document)
    return known.values()


async def read_documents(
    aws: Aws | None, managed: Managed, versions: Versions, places: Iterable[int]
) -> Versions:
    """Read the documents of some versions, as far as they have not been read.

    Args:
        aws: The connection; None for an account from a file.
        managed: The policy.
        versions: As listed.
        places: Of the versions in `versions.all`.

    Returns:
        The versions with these documents; one that could not be read is `Unread`, with the error.
    """
    all_of_them = list(versions.all)
    for place in places:
        version = all_of_them[place]
        if aws is not None and (version.document is None or isinstance(version.document, Unread)):
            document = await _document(aws, managed, version)
            all_of_them[place] = replace(version, document=document)
    return replace(versions, all=tuple(all_of_them))


async def _document(aws: Aws, managed: Managed, version: Version) -> Document | Unread:
    policy = managed.policy
    try:
        said = await aws.call(
            aws.iam.get_policy_version, PolicyArn=policy.arn, VersionId=version.id
        )
        return version_of(required(said, "PolicyVersion")).document
    except AwsError as error:
        unread = Unread(f"version {version.id}", error.code, error.sentence)
    held = [v.document for v in policy.versions if v.id == version.id]
    spare = shipped(policy.arn)
    if spare is not None and spare.version == version.id:
        held.append(parse_document(spare.document))
    return next((document for document in held if isinstance(document, Document)), unread)


def _in_order(versions: Iterable[Version]) -> tuple[Version, ...]:
    def number(version: Version) -> int:
        match = re.fullmatch(r"v([0-9]{1,9})", version.id)
        return int(match.group(1)) if match else 0

    return tuple(sorted(versions, key=number))


def _day(when: datetime | None) -> str | None:
    if when is None:
        return None
    try:
        return when.astimezone(UTC).date().isoformat()  # whatever the zone of this machine
    except OverflowError:  # the year 1 in a time zone east of Greenwich
        return when.date().isoformat()
