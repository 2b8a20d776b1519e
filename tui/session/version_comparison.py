"""Compare two versions of the managed policy: what the newer one grants and takes away."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from iam.runtime.threads import in_thread

if TYPE_CHECKING:
    from iam.account.attachments import AttachmentCount
    from iam.aws.managed_policy import Managed
    from iam.verdicts.route_changes import RouteLine
    from iam.versions.access_diff import AccessDiff
    from iam.versions.list_versions import VersionList
    from tui.session.models import Models
    from tui.session.state import SessionState


class Compared(NamedTuple):
    """The managed policy with its versions, two of them compared."""

    account: str
    """Its ID, or `2 accounts`."""
    managed: Managed
    attached_to: AttachmentCount
    versions: VersionList
    pair: tuple[int, int] | None
    """Indices of the older and the newer one; None if there are not two."""
    drift: AccessDiff | None
    """None if a document of the two could not be read."""
    region: str
    """From which models are invoked; empty for a file."""
    models: tuple[RouteLine, ...]
    """What the newer one opens and closes by itself; empty if neither is about invoking models."""


async def compare(
    state: SessionState,
    models: Models,
    versions: VersionList | None,
    pair: tuple[int, int] | None,
) -> Compared:
    """Compare two versions of the managed policy.

    Args:
        state: With the account and the managed policy.
        models: The models that can be invoked, as far as is known without a call.
        versions: As listed before, with the documents that have been read.
        pair: Indices of the older and the newer one, as listed before; None lists the versions
            again and takes the two that are usually of interest.

    Raises:
        AwsError: The versions could not be listed.
    """
    from iam.versions.list_versions import list_versions, read_documents

    account, managed = state.account, state.managed
    assert account is not None and managed is not None
    aws = await state.connection()
    if versions is None or pair is None:
        versions = await list_versions(aws, managed)
        pair = versions.initial_pair
    if pair is not None:
        versions = await read_documents(aws, managed, versions, pair)
    complete = versions

    def compare_documents() -> Compared:
        from iam.account.attachments import count_attachments
        from iam.policy.action_catalogue import catalogue
        from iam.policy.document import Document
        from iam.verdicts.routes import routes_of
        from iam.versions.access_diff import compare
        from iam.versions.model_drift import model_drift

        drift, region = None, state.region
        lines: tuple[RouteLine, ...] = ()
        older, newer = (complete.all[i].document for i in pair) if pair else (None, None)
        if isinstance(older, Document) and isinstance(newer, Document):
            drift = compare(older, newer, catalogue(), account.partition)
            if region:
                listed = models.known(region)
                routes = routes_of(listed, account.partition)
                lines = model_drift(
                    older,
                    newer,
                    managed.policy,
                    routes,
                    listed.providers,
                    account,
                    catalogue(),
                )
        attached_to = count_attachments(account, managed.policy.arn)
        return Compared(account.label, managed, attached_to, complete, pair, drift, region, lines)

    return await in_thread(compare_documents)
