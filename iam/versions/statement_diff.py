"""Compare the statements of two documents as they are written: which came, went, or changed.

A statement is known by its Sid where each document has it once, else by what it says. The order of
statements, of entries and of values never matters, and neither does the case of actions and keys.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from itertools import product

from iam.policy.action_catalogue import Catalogue
from iam.policy.document import Condition, Document, Statement
from iam.text import ascii_lower
from iam.verdicts.section import Entry


@dataclass(frozen=True, slots=True)
class Change:
    """What came and what went, of one element of a statement."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConditionChange:
    """One operator and key of a Condition block; None where there is none."""

    before: Condition | None
    after: Condition | None


@dataclass(frozen=True, slots=True)
class StatementChange:
    """A statement that was added, removed or changed, or of which that is not known."""

    before: Statement | None
    """None if it was added."""
    after: Statement | None
    """None if it was removed."""
    added: tuple[Entry, ...] = ()
    """Action entries as written, each with the catalogue's actions that it stands for."""
    removed: tuple[Entry, ...] = ()
    excluded: Change = Change()
    """Of its NotAction."""
    resources: Change = Change()
    spared: Change = Change()
    """Of its NotResource."""
    conditions: tuple[ConditionChange, ...] = ()

    @property
    def there(self) -> Statement:
        """The statement as it is, or as it was before it was removed."""
        statement = self.after or self.before
        assert statement is not None
        return statement

    @property
    def problem(self) -> str | None:
        """What was not understood of it, before or after."""
        found = [s.problem for s in (self.before, self.after) if s and s.problem]
        return found[-1] if found else None


def compare_statements(
    older: Document, newer: Document, catalogue: Catalogue
) -> tuple[StatementChange, ...]:
    """Compare two documents, statement by statement.

    Args:
        older: The one that counted before.
        newer: The one that counts instead.
        catalogue: The concrete actions that wildcards stand for.

    Returns:
        The changes, in the order of the newer document, then what was removed. A statement that was
        not understood is among them even if it looks the same.
    """
    became = _matched(older.statements, newer.statements)
    found = [
        change
        for statement in newer.statements
        if (change := _change(became.get(statement.index), statement, catalogue)) is not None
    ]
    kept = {statement.index for statement in became.values()}
    found += [
        StatementChange(s, None, removed=_entries(s.actions or (), catalogue))
        for s in older.statements
        if s.index not in kept
    ]
    return tuple(found)


def _matched(older: Iterable[Statement], newer: Iterable[Statement]) -> dict[int, Statement]:
    """Statements of the older document, by the index of what each became."""
    old, new = tuple(older), tuple(newer)
    counts = [Counter(statement.sid for statement in side) for side in (old, new)]
    candidates: list[tuple[tuple[object, ...], int, Statement]] = []
    for one, other in product(old, new):
        named = one.sid is not None and one.sid == other.sid
        shared = _shared(one, other)
        if named and all(count[one.sid] == 1 for count in counts):
            rank = 0
        elif content(one) == content(other):
            rank = 1 if one.sid == other.sid else 2
        elif named:
            rank = 3
        elif one.sid is None and other.sid is None and shared:
            rank = 4
        else:
            continue
        # The texts decide between equals, not the places: the order must not matter.
        key = (rank, -shared, sorted((_text(one), _text(other))))
        candidates.append((key, other.index, one))
    candidates.sort(key=lambda candidate: candidate[0])
    became: dict[int, Statement] = {}
    taken: set[int] = set()
    for _, index, one in candidates:
        if index not in became and one.index not in taken:
            became[index] = one
            taken.add(one.index)
    return became


def content(statement: Statement) -> tuple[object, ...]:
    """What a statement says, whatever it is called, wherever it stands, and in whatever order."""
    return (
        statement.effect,
        _folded(statement.actions),
        _folded(statement.not_actions),
        *scope(statement),
        statement.problem,
    )


def scope(statement: Statement) -> tuple[object, ...]:
    """On which resources and under which conditions a statement counts, free of order."""
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


def _shared(one: Statement, other: Statement) -> int:
    """How many action entries both have."""
    if one.effect != other.effect:
        return 0
    pairs = ((one.actions, other.actions), (one.not_actions, other.not_actions))
    return sum(len((_folded(a) or frozenset()) & (_folded(b) or frozenset())) for a, b in pairs)


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
        excluded=_difference(before.not_actions, after.not_actions, fold=True),
        resources=_difference(before.resources, after.resources),
        spared=_difference(before.not_resources, after.not_resources),
        conditions=tuple(_conditions(before.conditions, after.conditions)),
    )


def _difference(
    before: Iterable[str] | None, after: Iterable[str] | None, fold: bool = False
) -> Change:
    def keyed(texts: Iterable[str] | None) -> Mapping[str, str]:
        return {ascii_lower(text) if fold else text: text for text in texts or ()}

    old, new = keyed(before), keyed(after)
    return Change(
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
        Entry(action, tuple(known.id for known in catalogue.matching(action)))
        for action in dict.fromkeys(actions)
    )
