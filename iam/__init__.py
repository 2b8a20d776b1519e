"""Who in an AWS account can use Amazon Bedrock: load an account, evaluate it, write a report.

These names are for scripts and notebooks (docs/library.md); other modules of this package may
change. Nothing heavy is imported before it is used: `import iam` needs neither boto3 nor pydantic,
and an account from a file never needs boto3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import os

    from iam.account.json_file import SnapshotError
    from iam.account.model import Account, ManagedPolicy
    from iam.errors import AwsError
    from iam.reports.audit import Audit, SourceName
    from iam.reports.formats import Detail
    from iam.verdicts.verdict import Verdict

__all__ = [
    "DEFAULT_POLICY",
    "Account",
    "Audit",
    "AwsError",
    "LoadedAccount",
    "SnapshotError",
    "Verdict",
    "evaluate",
    "load_aws",
    "load_file",
    "report",
    "write_report",
]

DEFAULT_POLICY = "AmazonBedrockLimitedAccess"
"""The managed policy whose statements are evaluated."""

_MODULES = {
    "Account": "iam.account.model",
    "Audit": "iam.reports.audit",
    "AwsError": "iam.errors",
    "SnapshotError": "iam.account.json_file",
    "Verdict": "iam.verdicts.verdict",
}
"""Where the types are that are imported when they are asked for."""


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_MODULES[name]), name)


class LoadedAccount(NamedTuple):
    """An account, and what a report says about where it is from."""

    account: Account
    managed: ManagedPolicy
    """The managed policy whose statements are evaluated."""
    source: SourceName
    caller: str | None = None
    """The ARN of the caller; None without AWS."""


def load_file(
    path: str | os.PathLike[str],
    *,
    policy: str = DEFAULT_POLICY,
    organization: str | os.PathLike[str] | None = None,
    max_megabytes: int = 500,
) -> LoadedAccount:
    """Load what `aws iam get-account-authorization-details` printed, or `bedrock-tui save` wrote.

    Args:
        path: The file, gzip-compressed or not; `-` for standard input.
        policy: The name or the ARN of the managed policy to evaluate.
        organization: A file or folder with the organization, in place of that in `path`.
        max_megabytes: The most JSON that is read.

    Raises:
        SnapshotError: A file cannot be read, or is something else.
        AwsError: Neither the file nor this package holds the policy.
    """
    from os import fspath

    from iam.account.organization_file import read_organization, with_organization
    from iam.account.snapshot import read_snapshot
    from iam.aws.managed_policy import local_policy

    account = read_snapshot(fspath(path), max_megabytes, organization=organization is None)
    if organization is not None:
        file = read_organization(fspath(organization), max_megabytes)
        account = with_organization(account, file)
    return LoadedAccount(account, local_policy(policy, account).policy, "snapshot")


async def load_aws(
    *,
    profile: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
    policy: str = DEFAULT_POLICY,
) -> LoadedAccount:
    """Load the account of the AWS credentials in force, and the organization above it.

    The credentials are found as by the AWS CLI. Only calls that read are sent.

    Args:
        profile: A profile of the AWS configuration.
        region: The region to ask; decides on the partition.
        endpoint_url: The endpoint for all services.
        policy: The name or the ARN of the managed policy to evaluate.

    Raises:
        AwsError: There are no credentials, AWS cannot be reached, neither users nor roles may be
            listed, or the policy does not exist.
    """
    from dataclasses import replace

    from iam.aws.connect import Settings, connect
    from iam.aws.identity import identify
    from iam.aws.load_account import load_account
    from iam.aws.load_organization import load_organization
    from iam.aws.managed_policy import managed_policy
    from iam.runtime.threads import in_thread

    settings = Settings(profile, region, endpoint_url, read_only=True)
    aws = await in_thread(connect, settings)
    try:
        identity = await identify(aws)
        account = await load_account(aws, identity)
        managed = await managed_policy(aws, policy, account)
        organization = await load_organization(aws, identity.account)
    finally:
        aws.close()
    if managed.source == "live":
        account = account.with_policy(managed.policy)
    account = replace(account, organizations={identity.account: organization})
    return LoadedAccount(account, managed.policy, "live", identity.caller)


def evaluate(loaded: LoadedAccount, *, action: str | None = None) -> Audit:
    """Evaluate what all users and roles of an account can do.

    Args:
        loaded: The account.
        action: A single action, such as `bedrock:InvokeModel`, or a pattern of several, such as
            `bedrock:Invoke*`; None for all that the managed policy grants.

    Returns:
        The verdicts (`results`), and what could not be read or understood (`unread`).

    Raises:
        ValueError: There is no such action.
    """
    from datetime import UTC, datetime

    from iam.policy.action_catalogue import catalogue
    from iam.reports.audit import take_audit
    from iam.verdicts.evaluator import Evaluator

    actions = catalogue()
    only = actions.choose(action) if action is not None else None
    if action is not None and only is None:
        raise ValueError(f"there is no action {action!r}")
    now = datetime.now(UTC)
    evaluator = Evaluator(loaded.managed, actions, loaded.account.partition, only, now)
    return take_audit(
        loaded.account,
        evaluator,
        now=now,
        source=loaded.source,
        caller=loaded.caller,
    )


def report(audit: Audit, form: str = "json", detail: Detail | None = None) -> str:
    """Write an audit as text.

    Args:
        audit: What `evaluate` returned.
        form: A format of `bedrock-tui audit --format`, such as `json`, `csv` or `markdown`.
        detail: As `bedrock-tui audit --detail`; None for what suits the format.

    Raises:
        KeyError: There is no such format.
    """
    from iam.reports.formats import FORMATS, Options

    return "".join(FORMATS[form].write(audit, Options(detail)))


def write_report(audit: Audit, path: str | os.PathLike[str], form: str = "json") -> None:
    """Write an audit to a file, completely or not at all.

    Args:
        audit: What `evaluate` returned.
        path: The file; only its owner can read it.
        form: As for `report`.

    Raises:
        KeyError: There is no such format.
        OSError: The file cannot be written.
    """
    from pathlib import Path

    from iam.runtime.atomic_write import atomic_write

    text = report(audit, form)
    with atomic_write(Path(path)) as file:
        file.write(text.encode("utf-8", "replace"))
