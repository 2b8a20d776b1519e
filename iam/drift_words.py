"""What a newer document of a policy gave and took away, in words and lists for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from iam.condition import in_words
from iam.document import Condition, Statement
from iam.drift import Drift
from iam.holders import Holders
from iam.section import Entry
from iam.statement_diff import StatementChange

Sign = Literal["+", "-", "~", "?", " "]
_NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a list."""

    sign: Sign
    """Came, went, changed, not known, or none of these."""
    text: str
    note: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with its lines."""

    title: str
    lines: tuple[Line, ...]


def given(drift: Drift) -> str:
    """What the newer document gave: `two actions, one statement`; empty if nothing."""
    came = [s for s in drift.statements if s.before is None and s.there.effect == "Allow"]
    return _counted(drift.gained, came if drift.gained or drift.wider else (), drift.wider, "more")


def taken(drift: Drift) -> str:
    """What the newer document took away, in the same way."""
    went = [s for s in drift.statements if s.after is None and s.there.effect == "Allow"]
    return _counted(
        drift.lost, went if drift.lost or drift.narrower else (), drift.narrower, "part"
    )


def _counted(
    actions: tuple[str, ...], statements: Iterable[StatementChange], some: tuple[str, ...], how: str
) -> str:
    of_these = len(tuple(statements))
    parts = [
        _number(len(actions), "action") if actions else "",
        _number(of_these, "statement") if of_these else "",
        f"{how} of {_number(len(some), 'action')}" if some else "",
    ]
    return ", ".join(part for part in parts if part)


def _number(count: int, noun: str) -> str:
    word = _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"
    return f"{word} {noun}{'' if count == 1 else 's'}"


def summary(drift: Drift, older: str, newer: str) -> str:
    """Say in a sentence or two what happened.

    Args:
        drift: The comparison.
        older: The name of the older version: `v8`.
        newer: The name of the newer one.
    """
    if not drift:
        return f"{newer} says the same as {older}."
    if not drift.access:
        return f"{newer} permits the same as {older}; it is written differently."
    gave, took = given(drift), taken(drift)
    said: list[str] = []
    if gave or took:
        comma = "," if "," in gave else ""
        said.append(f"{newer} gave {gave or 'nothing'}{comma} and took away {took or 'nothing'}.")
    if drift.moved:
        said.append(f"The scope of {_number(len(drift.moved), 'action')} changed.")
    if drift.unknown:
        said.append(
            f"Whether {_number(len(drift.unknown), 'action')} changed is not known: "
            "something was not understood."
        )
    return " ".join(said)


def effect(drift: Drift, holders: Holders, newer: str, in_force: bool) -> str:
    """Say for how many principals it happened; empty if nothing did."""
    if not drift.access:
        return ""
    count = f"{holders.total:,}"
    least = "" if holders.certain else "at least "
    if not holders.total:
        nobody = "Nobody holds it" if holders.certain else "Nobody is known to hold it"
        return f"{nobody}, so nobody is concerned." if holders.certain else f"{nobody}."
    one = holders.total == 1
    held = f"{least}{count} principal{'' if one else 's'} hold{'s' if one else ''} it"
    held = held[0].upper() + held[1:]
    gave, took = drift.gained or drift.wider, drift.lost or drift.narrower
    if not in_force:
        return f"{held}, and {newer} is not in force: nobody has been given or lost this."
    if gave and not (took or drift.moved or drift.unknown):
        return f"{held}, so {least}{count} gained this."
    if took and not (gave or drift.moved or drift.unknown):
        return f"{held}, so {least}{count} lost this."
    return f"{held}, so it concerns {least}{count}."


def holders_in_words(holders: Holders, account_id: str) -> str:
    """`12 principals of 123456789012: 9 directly, 3 by a group only`."""
    if not holders.total:
        unread = "" if holders.certain else " that is known of; not all could be read"
        return f"nobody in {account_id}{unread}"
    least = "" if holders.certain else "at least "
    count = f"{least}{holders.total:,} principal{'' if holders.total == 1 else 's'} of {account_id}"
    ways = [f"{holders.direct:,} directly"] if holders.direct else []
    ways += [f"{holders.by_group:,} by a group only"] if holders.by_group else []
    return f"{count}: {', '.join(ways)}"


def parts(drift: Drift, describe: Callable[[str], str]) -> tuple[Part, ...]:
    """List all that changed: statements as they are written, then concrete actions.

    Args:
        drift: The comparison.
        describe: Says in a few words what an action does.
    """
    written = [line for change in drift.statements for line in _statement(change)]
    if drift.languages:
        before, after = drift.languages
        written.append(Line("~", f"Version {before} became {after}", "of the policy language"))
    kinds: tuple[tuple[str, Sign, tuple[str, ...]], ...] = (
        ("Newly granted", "+", drift.gained),
        ("No longer granted", "-", drift.lost),
        ("Granted in more requests", "~", drift.wider),
        ("Granted in fewer requests", "~", drift.narrower),
        ("Granted in other requests", "~", drift.moved),
        ("Not known, for something was not understood", "?", drift.unknown),
    )
    found = [Part("Statements", tuple(written))] if written else []
    found += [
        Part(
            f"{title}: {_number(len(actions), 'action')}",
            tuple(Line(sign, action, describe(action)) for action in actions),
        )
        for title, sign, actions in kinds
        if actions
    ]
    return tuple(found)


def _statement(change: StatementChange) -> Iterator[Line]:
    there = change.there
    sid = there.sid or f"Statement {there.index + 1}"
    effect = there.effect or "neither Allow nor Deny"
    if change.before is None:
        yield Line("+", sid, f"{effect}, added")
        yield from _whole(there, "+", change.added)
    elif change.after is None:
        yield Line("-", sid, f"{effect}, removed")
        yield from _whole(there, "-", change.removed)
    else:
        yield Line("~", sid, f"{effect}, {_how(change, change.before, change.after)}")
        yield from (_entry("+", entry) for entry in change.added)
        yield from (_entry("-", entry) for entry in change.removed)
        for element, changed in (
            ("all actions but", change.excluded),
            ("on", change.resources),
            ("on all but", change.spared),
        ):
            yield from (Line("+", f"{element} {text}", depth=1) for text in changed.added)
            yield from (Line("-", f"{element} {text}", depth=1) for text in changed.removed)
        for condition in change.conditions:
            if condition.before is not None:
                yield _condition("-", condition.before)
            if condition.after is not None:
                yield _condition("+", condition.after)
    if change.problem:
        yield Line("?", f"not understood: {change.problem}", depth=1)


def _how(change: StatementChange, before: Statement, after: Statement) -> str:
    said = []
    if before.effect != after.effect:
        said.append(f"before {before.effect or 'not understood'}")
    if before.sid != after.sid:
        said.append(f"called {before.sid}" if before.sid else "had no Sid")
        said[-1] += " before"
    if change.problem and not said:
        said.append("whether it changed is not known")
    return ", ".join(said) or "changed"


def _whole(statement: Statement, sign: Sign, entries: Iterable[Entry]) -> Iterator[Line]:
    """All of a statement that came or went."""
    yield from (_entry(sign, entry) for entry in entries)
    for element, texts in (
        ("all actions but", statement.not_actions),
        ("on", statement.resources),
        ("on all but", statement.not_resources),
    ):
        yield from (Line(" ", f"{element} {text}", depth=1) for text in texts or ())
    yield from (_condition(" ", condition) for condition in statement.conditions)


def _entry(sign: Sign, entry: Entry) -> Line:
    note = ""
    if "*" in entry.action or "?" in entry.action:
        count = len(entry.concrete)
        note = f"{_number(count, 'action')} of the catalogue" if count else "not in the catalogue"
    return Line(sign, entry.action, note, 1)


def _condition(sign: Sign, condition: Condition) -> Line:
    return Line(sign, f"if {in_words(condition)}", depth=1)
