"""Rows and columns of the table, and the picture of it that is kept for another day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from widgets.row import Row
from widgets.rows import SectionColumn

if TYPE_CHECKING:
    from iam.account.model import Account
    from iam.account.unread import Unread
    from iam.aws.managed_policy import Managed
    from iam.cache.table_snapshot import TableSnapshot
    from iam.verdicts.evaluator import Evaluator
    from iam.verdicts.result import PrincipalResult, Summary


def picture_of(
    account: Account,
    evaluator: Evaluator,
    managed: Managed,
    by_arn: Mapping[str, Summary | PrincipalResult],
    unread: tuple[Unread, ...],
) -> TableSnapshot | None:
    """Take a picture of the table.

    Args:
        account: All of it is to be in the picture.
        evaluator: Of the policy that is managed.
        managed: That policy.
        by_arn: The verdicts that the table shows.
        unread: What could not be read.

    Returns:
        The picture; None where the table does not show the verdicts of everybody.
    """
    from iam.account.attachments import members_of_groups
    from iam.cache.table_snapshot import TableRow, TableSnapshot
    from iam.verdicts.result import Summary

    members = members_of_groups(account)
    lines = []
    for entity in account.entities:
        if not isinstance(summary := by_arn.get(entity.arn), Summary):
            return None
        count = members[entity.key] if entity.type == "group" else None
        lines.append(TableRow(entity.arn, entity.type, entity.name, entity.path, count, summary))
    return TableSnapshot(
        account_id=account.label,
        alias=account.alias,
        policy=(managed.policy.arn, managed.policy.name, managed.policy.version),
        columns=columns_of(evaluator),
        lines=tuple(lines),
        unread=unread,
    )


def columns_of(evaluator: Evaluator) -> tuple[SectionColumn, ...]:
    """A column for each section of an evaluator."""
    return tuple(SectionColumn(s.sid, s.label, len(s.entries)) for s in evaluator.sections)


def rows_of(picture: TableSnapshot, question: int) -> list[Row]:
    """The rows of a picture, as answers to a question."""
    return [
        Row(
            arn=line.arn,
            type=line.type,
            name=line.name,
            path=line.path,
            attached=line.summary.attached,
            result=line.summary,
            invokes=line.summary.invokes,
            can_invoke=line.summary.can_invoke,
            other_policies=line.summary.other_policies,
            members=line.members,
            question=question,
        )
        for line in picture.lines
    ]
