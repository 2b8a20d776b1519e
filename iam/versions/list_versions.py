"""The versions of the managed policy: listed by AWS, in the account's data, or bundled.

Versions never change, so a document that was read once is kept. Most are never needed: documents
are read when two versions are compared, not when they are listed. A customer managed policy has up
to five versions; an AWS managed policy may have many more.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyVersions.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from iam.account.parse import version_of
from iam.account.unread import Unread
from iam.aws.answers import required
from iam.aws.client import Aws
from iam.aws.managed_policy import Managed
from iam.aws.paging import listed
from iam.errors import AwsError
from iam.policy.bundled import bundled_policy
from iam.policy.document import Document, parse_document


@dataclass(frozen=True, slots=True)
class ListedVersion:
    """One version of the policy."""

    id: str
    """As AWS names it, such as `v9`."""
    day: str | None
    """When it was created, such as `2026-08-04`."""
    source: Literal["aws", "account", "shipped"]
    """Where it was found."""
    document: Document | Unread | None = None
    """None until it has been read."""


@dataclass(frozen=True, slots=True)
class VersionList:
    """The versions of the policy, as far as they are known."""

    all: tuple[ListedVersion, ...]
    """The oldest first."""
    in_force: str | None
    """The ID of the default version; None if unknown."""
    notes: tuple[str, ...] = ()
    """Sentences about what is missing, and why."""

    @property
    def initial_pair(self) -> tuple[int, int] | None:
        """The indices of the versions to compare first: the version in force and the one before it,
        or the one after it if it is the oldest; None if there are fewer than two."""
        if len(self.all) < 2:
            return None
        ids = [version.id for version in self.all]
        newer = ids.index(self.in_force) if self.in_force in ids else len(ids) - 1
        newer = max(newer, 1)
        return newer - 1, newer


async def list_versions(aws: Aws | None, managed: Managed) -> VersionList:
    """List the versions of the policy.

    Args:
        aws: The connection; None for an account from a file.
        managed: The policy, with the versions in the account's data.

    Returns:
        The versions, with the documents that need no call. If AWS does not list them, those in the
        account's data and the bundled one are returned, with a note that says so.
    """
    policy = managed.policy
    in_force = None if managed.source == "shipped" else policy.version
    notes: list[str] = []
    listing: tuple[ListedVersion, ...] = ()
    if aws is None:
        notes.append("The versions are those in the snapshot; AWS was not asked.")
    else:
        try:
            raw, missing = await listed(
                aws, "list_policy_versions", "Versions", PolicyArn=policy.arn
            )
            if missing is not None:
                notes.append(f"AWS's list of versions is incomplete: {missing.sentence}")
            versions = [version_of({**v, "Document": None}) for v in raw]
            listing = tuple(ListedVersion(v.id, _day(v.created), "aws") for v in versions)
            default = next((v.id for v in versions if v.default), in_force)
            if default != in_force and in_force is not None:
                notes.append(
                    f"{default} has come into force since the account was read with {in_force}; "
                    "press r on the main screen to reload it."
                )
            in_force = default
        except AwsError as error:
            notes.append(f"AWS's list of versions could not be read: {error.sentence}")
    if not listing:
        listing = tuple(
            ListedVersion(v.id, _day(v.created), "account", v.document) for v in policy.versions
        )
    if in_force is None:
        notes.append("Which version is in force is unknown.")
    return VersionList(_in_order(_with_known_documents(listing, managed)), in_force, tuple(notes))


def _with_known_documents(
    listing: tuple[ListedVersion, ...], managed: Managed
) -> Iterable[ListedVersion]:
    """Add the documents that need no call, and versions that AWS did not list."""
    policy = managed.policy
    versions = {version.id: version for version in listing}
    if managed.source != "shipped":
        version = versions.get(policy.version) or ListedVersion(
            policy.version, managed.as_of, "account"
        )
        versions[policy.version] = replace(version, document=policy.document)
    if (bundled := bundled_policy(policy.arn)) is not None and bundled.version not in versions:
        document = parse_document(bundled.document)
        versions[bundled.version] = ListedVersion(
            bundled.version, bundled.updated, "shipped", document
        )
    return versions.values()


async def read_documents(
    aws: Aws | None, managed: Managed, versions: VersionList, indices: Iterable[int]
) -> VersionList:
    """Read the documents of some versions, unless they have been read.

    Args:
        aws: The connection; None for an account from a file.
        managed: The policy.
        versions: As listed.
        indices: The positions of the versions in `versions.all`.

    Returns:
        The versions with these documents; a document that could not be read is `Unread`.
    """
    updated = list(versions.all)
    for index in indices:
        version = updated[index]
        if aws is not None and (version.document is None or isinstance(version.document, Unread)):
            document = await _document(aws, managed, version)
            updated[index] = replace(version, document=document)
    return replace(versions, all=tuple(updated))


async def _document(aws: Aws, managed: Managed, version: ListedVersion) -> Document | Unread:
    policy = managed.policy
    try:
        answer = await aws.call(
            aws.iam.get_policy_version, PolicyArn=policy.arn, VersionId=version.id
        )
        return version_of(required(answer, "PolicyVersion")).document
    except AwsError as error:
        unread = Unread(f"version {version.id}", error.code, error.sentence)
    # A version never changes, so a copy in the account's data or in the app serves as well.
    copies = [v.document for v in policy.versions if v.id == version.id]
    bundled = bundled_policy(policy.arn)
    if bundled is not None and bundled.version == version.id:
        copies.append(parse_document(bundled.document))
    return next((document for document in copies if isinstance(document, Document)), unread)


def _in_order(versions: Iterable[ListedVersion]) -> tuple[ListedVersion, ...]:
    def number(version: ListedVersion) -> int:
        match = re.fullmatch(r"v([0-9]{1,9})", version.id)
        return int(match.group(1)) if match else 0

    return tuple(sorted(versions, key=number))


def _day(when: datetime | None) -> str | None:
    if when is None:
        return None
    try:
        return when.astimezone(UTC).date().isoformat()  # regardless of the local time zone
    except OverflowError:  # the year 1 in a time zone east of Greenwich
        return when.date().isoformat()
