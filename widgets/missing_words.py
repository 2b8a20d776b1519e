"""The words of rows that come later: which are missing, each asked for once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, MutableMapping


class MissingWords:
    """Asks for the words of the rows that are drawn."""

    def __init__(
        self,
        words: MutableMapping[str, str],
        later: Callable[[Callable[[], None]], object],
        ask: Callable[[frozenset[str]], None],
    ) -> None:
        """Prepare it.

        Args:
            words: Those that are known, by ARN; what is forgotten is taken out.
            later: Calls a function when all rows have been drawn.
            ask: Asks for the words of these principals.
        """
        self._words = words
        self._later = later
        self._ask = ask
        self._asked: set[str] = set()
        """Principals whose words were asked for, or are to be."""
        self._asking = False

    def __contains__(self, arn: str) -> bool:
        """Whether the words of a principal were asked for."""
        return arn in self._asked

    def want(self, arn: str) -> None:
        """Ask for the words of a principal soon, with those of others."""
        self._asked.add(arn)
        if not self._asking:
            self._asking = True
            self._later(self._ask_for_missing)

    def _ask_for_missing(self) -> None:
        self._asking = False
        if missing := self._asked - self._words.keys():
            self._ask(frozenset(missing))

    def forget(self, arns: Iterable[str]) -> None:
        """Forget the words of some principals: they are asked for again where they are drawn."""
        if self._asked:
            self._asked.difference_update(arns)
            for arn in arns:
                self._words.pop(arn, None)
