"""How far principals can invoke models, in words: found for the rows on the screen only.

The words name statements, so they take longer to find than the verdicts that the whole table needs.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

from iam.runtime.threads import in_thread

if TYPE_CHECKING:
    from textual.timer import Timer

    from tui.controllers.view import MainView

_LAG = 0.08
"""Seconds that rows are on the screen first; rows that are only passed by are not looked at."""
_GROUP = "invocation words"


class InvocationWordsController:
    """Finds the words that the table asks for, in a thread."""

    def __init__(self, view: MainView) -> None:
        self.view = view
        self._arns: set[str] = set()
        self._timer: Timer | None = None
        self._finding = 0

    @property
    def up_to_date(self) -> bool:
        """Whether the table has all words that it asked for."""
        return self._timer is None and not self._finding

    def find(self, arns: Iterable[str]) -> None:
        """Find the words of some principals soon, those asked for before included.

        Args:
            arns: Of rows on the screen.
        """
        self._arns |= set(arns)
        if self._timer is None:
            self._timer = self.view.set_timer(_LAG, self._begin)

    def _begin(self) -> None:
        self._timer = None
        arns, self._arns = self._arns, set()
        self.view.run_in_background(partial(self._find, arns), _GROUP, exclusive=False)

    async def _find(self, arns: set[str]) -> None:
        session, table = self.view.session, self.view.table
        account, evaluator = session.account, session.evaluator
        if account is None or evaluator is None or not self.view.loaded:
            self.find(arns)  # again, until there is something to look at
            return
        self._finding += 1
        try:
            entities = [entity for arn in arns if (entity := account.entity(arn))]
            answers = await in_thread(
                lambda: [(each.arn, evaluator.invocation(account, each)) for each in entities]
            )
            if session.account is account and session.evaluator is evaluator:
                table.put_words({arn: answer.words for arn, answer in answers if answer})
            else:
                self.find(arns)
        except Exception as error:
            self.view.toast_error(error)
        finally:
            self._finding -= 1
