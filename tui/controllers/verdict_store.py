"""The verdicts of the account on the screen: by ARN, counted, and as rows of the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from iam.verdicts.answers import ANSWER_FILTERS, Question, answers_of
from iam.verdicts.verdict import Verdict
from widgets.row import Row

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
        self.provisional = False
        """The organization had not been read when the verdicts were made: only those count that it
        cannot change."""
        self.question = 0
        """The number of the question that new rows answer, as the table counts them."""
        self._counts: Counter[Verdict] = Counter()
        """Of users and roles, like all counts."""
        self._answers: Counter[Question] = Counter()
        self._asked = 0
        """How many have an answer to whether they can invoke models."""

    @property
    def counts(self) -> dict[Verdict, int]:
        """How many users and roles have each verdict; empty while verdicts may still change."""
        if self.provisional:
            return {}
        return {verdict: self._counts[verdict] for verdict in Verdict}

    @property
    def answers(self) -> dict[Question, int]:
        """How many users and roles each question is answered with yes for; empty if the question
        of who can invoke models does not arise, and while answers may still change."""
        if not self._asked or self.provisional:
            return {}
        return {question: self._answers[question] for question in ANSWER_FILTERS}

    def forget(self) -> None:
        """Forget the verdicts, which are to be evaluated again."""
        self.by_arn.clear()
        self._clear_counts()

    def forget_account(self) -> None:
        """Forget the account: another one follows."""
        self.by_arn, self.unread = {}, ()
        self._clear_counts()

    def restore(self, picture: TableSnapshot) -> None:
        """Take the verdicts from a picture of the table."""
        self.by_arn = {line.arn: line.summary for line in picture.lines}
        self.provisional = False
        self._clear_counts()
        for line in picture.lines:
            if line.type != "group":
                self._count(line.summary, 1)
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
                    self._count(before, -1)
                self._count(result, 1)
            rows.append(self.row(entity, members))
        return rows

    def _count(self, result: Summary | PrincipalResult, sign: int) -> None:
        from iam.verdicts.result import Summary

        self._counts[result.verdict] += sign
        # A single action is another question.
        if isinstance(result, Summary):
            self._asked += sign
            for question in answers_of(result):
                self._answers[question] += sign

    def _clear_counts(self) -> None:
        self._counts.clear()
        self._answers.clear()
        self._asked = 0

    def row(self, entity: Entity, members: Mapping[GroupKey, MemberCount] | None = None) -> Row:
        """The row of an entity, with its verdict if it has been evaluated."""
        from iam.verdicts.result import PrincipalResult

        account = self.session.account
        result = self.by_arn.get(entity.arn)
        if isinstance(result, PrincipalResult):
            answer = result.invocation
            invokes, can = (answer.verdict, answer.can) if answer else (None, None)
        else:
            invokes, can = (result.invokes, result.can_invoke) if result else (None, None)
        attached = result.attached if result else None
        others = result.other_policies if result else ()
        if self.provisional and can is not False:
            invokes = can = others = None
        if self.provisional and result is not None and result.verdict is not Verdict.DENIED:
            result = None  # an organization takes away: only a Deny is sure to stay
        keys = account.keys_of(entity) if account is not None else None
        return Row(
            arn=entity.arn,
            type=entity.type,
            name=entity.name,
            path=entity.path,
            attached=attached,
            result=result,
            invokes=invokes,
            can_invoke=can,
            other_policies=others,
            keys=keys,
            keys_unread=keys is None and account is not None and account.api_keys.gaps,
            note=result.means if isinstance(result, PrincipalResult) else "",
            members=members.get(entity.key) if members and entity.type == "group" else None,
            unconfirmed=self.session.in_doubt(entity),
            question=self.question,
            entity=entity,
        )
