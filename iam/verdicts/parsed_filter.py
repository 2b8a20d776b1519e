"""A filter that has been parsed: which principals it lets through.

Widgets import this module before the first frame. The language, whose terms take longer to import,
is in `principal_filter`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from iam.verdicts.filter_terms import Subject, Test

_S = TypeVar("_S", bound="Subject")


class Condition(NamedTuple):
    """One word or term of a filter."""

    test: Test
    inverted: bool
    needs_answer: bool
    """Whether it asks about verdicts, which are pending for a while."""


class Selection(NamedTuple, Generic[_S]):
    """What a filter lets through."""

    matching: list[_S]
    """In the order of the input."""
    undecided: int
    """How many others may match, because something about them is not known."""


@dataclass(frozen=True, slots=True)
class PrincipalFilter:
    """A filter that has been parsed."""

    text: str = ""
    conditions: tuple[Condition, ...] = field(default=(), compare=False)
    words: tuple[tuple[str, bool], ...] = field(default=(), compare=False)
    """The words in lower case, and whether each is inverted."""
    problem: str = ""
    """Why it cannot be applied, in words."""
    hint: str = ""
    """What can stand in the last term, in short."""
    half_typed: bool = False
    """Whether its end may become a term, or the term at its end may become a valid one."""
    of_groups: bool = False
    """Whether it asks for groups, which are otherwise listed by themselves."""

    def __bool__(self) -> bool:
        return bool(self.words or self.conditions)

    def matches(self, subject: Subject, *, answered: bool = True) -> bool | None:
        """Decide about one principal; None is undecided.

        Args:
            subject: The principal.
            answered: Whether its verdicts are known, and are those that are asked about.
        """
        undecided = bool(self.problem)
        for word, inverted in self.words:
            if (word in subject.searched) is inverted:
                return False
        for test, inverted, needs_answer in self.conditions:
            found = test(subject) if answered or not needs_answer else None
            if found is None:
                undecided = True
            elif found is inverted:
                return False
        return None if undecided else True

    def select(
        self, subjects: Iterable[_S], answered: Callable[[_S], bool] | None = None
    ) -> Selection[_S]:
        """Find all that match.

        Args:
            subjects: The principals.
            answered: Whether the verdicts of one are known; those of all are, by default.
        """
        # A plain loop for each word: ten thousand take a few milliseconds.
        kept = list(subjects)
        if self.problem:
            return Selection([], len(kept))
        for word, inverted in self.words:
            if inverted:
                kept = [each for each in kept if word not in each.searched]
            else:
                kept = [each for each in kept if word in each.searched]
        doubtful = 0
        undecided: set[int] = set()
        for test, inverted, needs_answer in self.conditions:
            left: list[_S] = []
            for each in kept:
                if needs_answer and answered is not None and not answered(each):
                    found = None
                else:
                    found = test(each)
                if found is None:
                    undecided.add(id(each))
                elif found is inverted:
                    continue
                left.append(each)
            kept = left
        if undecided:
            matching = [each for each in kept if id(each) not in undecided]
            doubtful = len(kept) - len(matching)
            kept = matching
        return Selection(kept, doubtful)


NO_FILTER = PrincipalFilter()
