"""Compare the statements of two documents as they are written: which came, went, or changed.

A statement is identified by its Sid where each document has it exactly once, otherwise by its
content. The order of statements, entries and values never matters, nor does the case of actions and
condition keys.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import product

from iam.policy.action_catalogue import Catalogue
from iam.policy.document import Condition, Document, Statement
from iam.text import ascii_lower
from iam.verdicts.section import Entry

_MOST_COMPARISONS = 100_000
"""Bounds the search for similar statements, which is quadratic. A customer managed policy has room
for about a hundred statements; a hostile document may have thousands."""
_Pair = tuple[Statement, Statement]
_Key = Callable[[Statement], object]
_Pairing = Callable[[list[Statement], list[Statement]], Iterable[_Pair]]


@dataclass(frozen=True, slots=True)
class ElementChange:
    """What was added to and removed from one element of a statement."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConditionChange:
    """One operator and key of a Condition block; None on the side that lacks it."""

    before: Condition | None
    after: Condition | None


@dataclass(frozen=True, slots=True)
class StatementChange:
    """A statement that was added, removed or changed, or may have been."""

    before: Statement | None
    """None if it was added."""
    after: Statement | None
    """None if it was removed."""
    added: tuple[Entry, ...] = ()
    """Action entries as written, each with the catalogue's actions that it matches."""
    removed: tuple[Entry, ...] = ()
    excluded_actions: ElementChange = ElementChange()
    """Of its NotAction element."""
    resources: ElementChange = ElementChange()
    excluded_resources: ElementChange = ElementChange()
    """Of its NotResource element."""
    conditions: tuple[ConditionChange, ...] = ()

    @property
    def statement(self) -> Statement:
        """The statement as it is now, or as it was before it was removed."""
        statement = self.after or self.before
        assert statement is not None
        return statement

    @property
    def problem(self) -> str | None:
        """What was not understood of it, now or else before."""
        problems = [s.problem for s in (self.after, self.before) if s and s.problem]
        return problems[0] if problems else None


def compare_statements(
    older: Document, newer: Document, catalogue: Catalogue
) -> tuple[StatementChange, ...]:
    """Compare two documents, statement by statement.

    Args:
        older: The document to compare with.
        newer: The document to compare.
        catalogue: The concrete actions that wildcards match.

    Returns:
        The changes, in the order of the newer document, then the removed statements. A statement
        that was not understood is among them even if it looks the same.
    """
    became = _matched(older.statements, newer.statements)
    changes = [
        change
        for statement in newer.statements
        if (change := _change(became.get(statement.index), statement, catalogue)) is not None
    ]
    kept = {statement.index for statement in became.values()}
    changes += [
        StatementChange(s, None, removed=_entries(s.actions or (), catalogue))
        for s in older.statements
        if s.index not in kept
    ]
    return tuple(changes)


def _matched(older: Iterable[Statement], newer: Iterable[Statement]) -> dict[int, Statement]:
    """Statements of the older document, by the index of what each became.

    The best matches are made first. Between equally good ones the text decides, not the position,
    because the order of statements must not matter.
    """
    old, new = sorted(older, key=_text), sorted(newer, key=_text)
    became: dict[int, Statement] = {}

    def match(key: _Key, pair: _Pairing = zip) -> None:
        """Pair off the statements that are still unmatched and have the same key, if any."""
        grouped: dict[object, tuple[list[Statement], list[Statement]]] = {}
        for side, statements in enumerate((old, new)):
            for statement in statements:
                if (value := key(statement)) is not None:
                    grouped.setdefault(value, ([], []))[side].append(statement)
        for before, after in grouped.values():
            became.update((there.index, here) for here, there in pair(before, after))
        kept = {statement.index for statement in became.values()}
        old[:] = [statement for statement in old if statement.index not in kept]
        new[:] = [statement for statement in new if statement.index not in became]

    counts = [Counter(statement.sid for statement in side) for side in (old, new)]
    unique = {sid for sid in counts[0] if counts[0][sid] == counts[1][sid] == 1}
    match(lambda statement: statement.sid if statement.sid in unique else None)
    match(lambda statement: (statement.sid, content(statement)))
    match(content)
    match(lambda statement: statement.sid, _with_same_sid)
    match(lambda statement: "no Sid" if statement.sid is None else None, _with_shared_entries)
    return became


def _with_same_sid(old: list[Statement], new: list[Statement]) -> Iterator[_Pair]:
    """Pair off as many as possible, those with the most entries in common first."""
    alike = list(_with_shared_entries(old, new))
    yield from alike
    paired = {id(statement) for pair in alike for statement in pair}
    yield from zip(
        (statement for statement in old if id(statement) not in paired),
        (statement for statement in new if id(statement) not in paired),
        strict=False,
    )


def _with_shared_entries(old: list[Statement], new: list[Statement]) -> Iterator[_Pair]:
    """Pair off statements that have entries in common, those with the most first.

    Where there are too many such pairs, none is made: the statements are then listed as removed and
    added, which is correct as well.
    """
    positions: dict[object, tuple[list[int], list[int]]] = {}
    for side, statements in enumerate((old, new)):
        for position, statement in enumerate(statements):
            for entry in _entry_keys(statement):
                positions.setdefault(entry, ([], []))[side].append(position)
    if sum(len(before) * len(after) for before, after in positions.values()) > _MOST_COMPARISONS:
        return
    shared = Counter(
        pair for before, after in positions.values() for pair in product(before, after)
    )
    texts = [[_text(statement) for statement in side] for side in (old, new)]
    best = sorted(
        shared, key=lambda pair: (-shared[pair], sorted((texts[0][pair[0]], texts[1][pair[1]])))
    )
    taken: tuple[set[int], set[int]] = set(), set()
    for before, after in best:
        if before not in taken[0] and after not in taken[1]:
            taken[0].add(before)
            taken[1].add(after)
            yield old[before], new[after]


def _entry_keys(statement: Statement) -> Iterator[tuple[object, ...]]:
    """The action entries of a statement, comparable with those of another one."""
    for excluded, entries in ((False, statement.actions), (True, statement.not_actions)):
        for entry in dict.fromkeys(map(ascii_lower, entries or ())):
            yield statement.effect, excluded, entry


def content(statement: Statement) -> tuple[object, ...]:
    """What a statement says, apart from its Sid, its position and the order of its values."""
    return (
        statement.effect,
        _folded(statement.actions),
        _folded(statement.not_actions),
        *scope(statement),
        statement.problem,
    )


def scope(statement: Statement) -> tuple[object, ...]:
    """The resources and conditions of a statement, in no order."""
    return (
        None if statement.resources is None else frozenset(statement.resources),
        None if statement.not_resources is None else frozenset(statement.not_resources),
        frozenset((*_key(c), frozenset(c.values)) for c in statement.conditions),
    )


def _key(condition: Condition) -> tuple[str, str]:
    return ascii_lower(condition.operator), ascii_lower(condition.key)


def _folded(texts: Iterable[str] | None) -> frozenset[str] | None:
    return None if texts is None else frozenset(ascii_lower(text) for text in texts)


def _text(statement: Statement) -> str:
    return json.dumps(asdict(replace(statement, index=0)))


def _change(
    before: Statement | None, after: Statement, catalogue: Catalogue
) -> StatementChange | None:
    """How a statement changed; None if it did not."""
    if before is None:
        return StatementChange(None, after, added=_entries(after.actions or (), catalogue))
    if before.sid == after.sid and content(before) == content(after) and not after.problem:
        return None
    actions = _difference(before.actions, after.actions, fold=True)
    return StatementChange(
        before,
        after,
        added=_entries(actions.added, catalogue),
        removed=_entries(actions.removed, catalogue),
        excluded_actions=_difference(before.not_actions, after.not_actions, fold=True),
        resources=_difference(before.resources, after.resources),
        excluded_resources=_difference(before.not_resources, after.not_resources),
        conditions=tuple(_conditions(before.conditions, after.conditions)),
    )


def _difference(
    before: Iterable[str] | None, after: Iterable[str] | None, fold: bool = False
) -> ElementChange:
    def keyed(texts: Iterable[str] | None) -> Mapping[str, str]:
        return {ascii_lower(text) if fold else text: text for text in texts or ()}

    old, new = keyed(before), keyed(after)
    return ElementChange(
        added=tuple(text for key, text in new.items() if key not in old),
        removed=tuple(text for key, text in old.items() if key not in new),
    )


def _conditions(
    before: Iterable[Condition], after: Iterable[Condition]
) -> Iterator[ConditionChange]:
    old = {_key(condition): condition for condition in before}
    new = {_key(condition): condition for condition in after}
    for key in dict.fromkeys((*old, *new)):
        one, other = old.get(key), new.get(key)
        if one is None or other is None or set(one.values) != set(other.values):
            yield ConditionChange(one, other)


def _entries(actions: Iterable[str], catalogue: Catalogue) -> tuple[Entry, ...]:
    return tuple(
        Entry(action, tuple(match.id for match in catalogue.matching(action)))
        for action in dict.fromkeys(actions)
    )
