"""The filter language: words of an ARN, and terms such as `invoke:yes`, `!tag:team` and `"a b"`.

A text is parsed once and then decides about thousands of principals. Each condition is true, false
or undecided: what could not be read matches neither `policy:yes` nor `!policy:yes`. The terms are
in `filter_terms`. Widgets import this module during start-up, so it imports nothing heavy.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Generic, NamedTuple, TypeVar

from iam.verdicts.filter_subject import Subject, Test
from iam.verdicts.filter_terms import TERMS
from iam.verdicts.filter_text import unquoted

_S = TypeVar("_S", bound=Subject)

_TOKEN = re.compile(r'(?:[^\s"]|"[^"]*(?:"|$))+')
_TERM = re.compile(r"(!?)([A-Za-z][A-Za-z_-]*):(.*)", re.DOTALL)
_ARN_PARTS = re.compile(r"(?i)(?:arn|aws[a-z-]*|iam)$")
"""What a piece of an ARN has before a colon, so that an ARN can be pasted without quotes."""


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
        undecided = False
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


def parse_filter(text: str, now: datetime | None = None) -> PrincipalFilter:
    """Parse a filter.

    Args:
        text: Any text; it never fails to parse. If it is malformed, `problem` says why.
        now: The time from which `unused:90d` counts back; by default the current time.
    """
    conditions: list[Condition] = []
    words: list[tuple[str, bool]] = []
    problem = hint = ""
    half_typed = of_groups = False
    for token in _TOKEN.finditer(text):
        is_last = token.end() == len(text) and not problem
        match = _TERM.fullmatch(token.group())
        if match is None or _ARN_PARTS.match(match[2]):
            inverted = token.group().startswith("!")
            raw = token.group()[inverted:]
            word = unquoted(raw).lower()
            if word and not raw.startswith("!"):
                words.append((word, inverted))
            else:
                # A filter that asks nothing must not look like one that everybody matches.
                needs = '""' if raw and not raw.startswith("!") else "!"
                problem = problem or f"{needs} needs a word or a term"
                half_typed = half_typed or is_last
            if is_last and raw and any(name.startswith(raw.lower()) for name in TERMS):
                half_typed = True
            continue
        name, value = match[2].lower(), match[3]
        if (term := TERMS.get(name)) is None:
            problem = problem or f"no term {name}:, only {' '.join(TERMS)}"
            continue
        test = term.test_of(value, now or datetime.now(UTC)) if unquoted(value) else None
        if test is not None:
            conditions.append(Condition(test, match[1] == "!", term.needs_answer))
            half_typed = half_typed or (is_last and term.whole)
            of_groups = of_groups or (
                name == "type" and unquoted(value).lower() == "group" and not match[1]
            )
        else:
            problem = problem or f"{name}: takes {term.takes}"
            if is_last and term.begins_value(value):
                half_typed = True
        hint = f"{name}: {term.in_short}" if is_last else ""
    return PrincipalFilter(
        text=text,
        conditions=() if problem else tuple(conditions),
        words=() if problem else tuple(words),
        problem=problem,
        hint=hint,
        half_typed=half_typed,
        of_groups=of_groups,
    )


ANSWER_TERMS = frozenset({"invoke", "policy"})
"""What the filters of `answers` ask about: each of them replaces the others."""


def with_terms(text: str, terms: Sequence[str], replacing: Collection[str]) -> str:
    """A filter with other terms.

    Args:
        text: The filter.
        terms: What is put behind its other terms, such as `invoke:yes`.
        replacing: The names of the terms that are taken out.

    Returns:
        The filter with its words at the end.
    """
    tokens = [token.group() for token in _TOKEN.finditer(text)]
    others = [token for token in tokens if _name_of(token) and _name_of(token) not in replacing]
    return " ".join([*others, *terms, *(token for token in tokens if not _name_of(token))])


def words_at(text: str) -> int:
    """Where the words at the end of a filter begin: behind its last term."""
    terms = [token for token in _TOKEN.finditer(text) if _name_of(token.group())]
    if not terms:
        return 0
    end = terms[-1].end()
    return end + len(text[end:]) - len(text[end:].lstrip())


def toggled(text: str, terms: Sequence[str], replacing: Collection[str] = ANSWER_TERMS) -> str:
    """Put terms into a filter, or take them out if it has exactly these already.

    Args:
        text: The filter.
        terms: Such as `invoke:yes`.
        replacing: The names of the terms that they replace.
    """
    tokens = [token.group().lower() for token in _TOKEN.finditer(text)]
    present = sorted(token for token in tokens if _name_of(token) in replacing)
    return with_terms(text, [] if present == sorted(terms) else terms, replacing)


def values_of(text: str, name: str) -> list[str]:
    """The values that a filter has for a term that is not inverted, in lower case."""
    matches = (_TERM.fullmatch(token.group()) for token in _TOKEN.finditer(text))
    return [m[3].lower() for m in matches if m and not m[1] and m[2].lower() == name]


def _name_of(token: str) -> str:
    """The name of a term; empty for a word."""
    match = _TERM.fullmatch(token)
    return match[2].lower() if match and not _ARN_PARTS.match(match[2]) else ""
