"""The verdicts of the account on the screen: by ARN, counted, and as rows of the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from iam.verdicts.verdict import Verdict
from widgets.rows import Row

if TYPE_CHECKING:
    from iam.account.attachments import MemberCount
    from iam.account.model import Entity, GroupKey
    from iam.account.unread import Unread
    from iam.cache.table_snapshot import TableSnapshot
    from iam.verdicts.result import PrincipalResult, Summary
    from tui.session.evaluation import Evaluated
    from tui.session.session import Session


class VerdictStore:
    """What is known of every user, role and group; empty until they have been evaluated."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.by_arn: dict[str, Summary | PrincipalResult] = {}
        """Of users, roles and groups."""
        self.unread: tuple[Unread, ...] = ()
        """What could not be read or understood."""
        self.question = 0
        """The number of the question that new rows answer, as the table counts them."""
        self._counts: Counter[Verdict] = Counter()
        """Of users and roles."""

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many users and roles have each verdict."""
        return {verdict: self._counts[verdict] for verdict in Verdict}

    def forget(self) -> None:
        """Forget the verdicts, which are to be evaluated again."""
        self.by_arn.clear()
        self._counts.clear()

    def forget_account(self) -> None:
        """Forget the account: another one follows."""
        self.by_arn, self.unread = {}, ()
        self._counts.clear()

    def restore(self, picture: TableSnapshot) -> None:
        """Take the verdicts from a picture of the table."""
        self.by_arn = {line.arn: line.summary for line in picture.lines}
        self._counts = Counter(
            line.summary.verdict for line in picture.lines if line.type != "group"
        )
        self.unread = picture.unread

    def take(self, evaluated: Evaluated, members: Mapping[GroupKey, MemberCount]) -> list[Row]:
        """Take verdicts, count them, and make their rows.

        Args:
            evaluated: The verdicts, of some or all.
            members: How many members each group has.
        """
        rows: list[Row] = []
        for entity, result in evaluated:
            before = self.by_arn.get(entity.arn)
            self.by_arn[entity.arn] = result
            if entity.type != "group":
                if before is not None:
                    self._counts[before.verdict] -= 1
                self._counts[result.verdict] += 1
            rows.append(self.row(entity, members))
        return rows

    def row(self, entity: Entity, members: Mapping[GroupKey, MemberCount] | None = None) -> Row:
        """The row of an entity, with its verdict if it has been evaluated."""
        from iam.verdicts.result import PrincipalResult, Summary

        result = self.by_arn.get(entity.arn)
        summary = result if isinstance(result, Summary) else None
        return Row(
            arn=entity.arn,
            type=entity.type,
            name=entity.name,
            path=entity.path,
            attached=result.attached if result else None,
            result=result,
            invokes=summary.invokes if summary else None,
            other_policies=summary.other_policies if summary else (),
            note=result.means if isinstance(result, PrincipalResult) else "",
            members=members.get(entity.key) if members and entity.type == "group" else None,
            unconfirmed=self.session.in_doubt(entity),
            question=self.question,
        )
