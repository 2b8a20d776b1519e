"""What a newer document of a policy gave and took away, in words and lists for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from iam.account.attachments import AttachmentCount
from iam.policy.condition_text import clause
from iam.policy.document import Condition, Statement
from iam.verdicts.section import Entry
from iam.versions.access_diff import Drift
from iam.versions.statement_diff import StatementChange

Sign = Literal["+", "-", "~", "?", " "]
_NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()
_EXCLUDED, _ON, _SPARED = "every action but", "on", "on everything but"


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


def effect(
    drift: Drift,
    attached_to: AttachmentCount,
    newer: str,
    in_force: str | None,
    *,
    later: bool = False,
) -> str:
    """Say for how many principals it happened.

    Args:
        drift: The comparison.
        holders: Who has the policy now.
        newer: The name of the newer version of the two.
        in_force: The name of the one that counts now; None if that is not known.
        later: The newer version came after the one in force.

    Returns:
        A sentence; empty if what is permitted did not change.
    """
    if not drift.access:
        return ""
    if not attached_to.total:
        return "Nobody holds it." if attached_to.certain else "Nobody is known to hold it."
    least = "" if attached_to.certain else "at least "
    count, one = f"{least}{attached_to.total:,}", attached_to.total == 1
    held = f"{count} principal{'' if one else 's'} hold{'s' if one else ''} it"
    held = held[0].upper() + held[1:]
    if in_force is None:
        return f"{held}; which version counts for them is not known."
    if newer != in_force:
        return (
            f"{held}; {newer} is not in force, so nothing has changed for them yet."
            if later
            else f"{held}; by now {in_force} is in force."
        )
    gave, took = drift.gained or drift.wider, drift.lost or drift.narrower
    if drift.moved or drift.unknown or (gave and took):
        return f"{held}, so this changed for {count}."
    return f"{held}, so {count} {'gained' if gave else 'lost'} this."


def holders_in_words(attached_to: AttachmentCount, account_id: str) -> str:
    """`12 principals of 123456789012: 9 directly, 3 by a group only`."""
    if not attached_to.total:
        unread = "" if attached_to.certain else " that is known of; not all could be read"
        return f"nobody in {account_id}{unread}"
    least = "" if attached_to.certain else "at least "
    plural = "" if attached_to.total == 1 else "s"
    count = f"{least}{attached_to.total:,} principal{plural} of {account_id}"
    ways = [f"{attached_to.direct:,} directly"] if attached_to.direct else []
    ways += [f"{attached_to.by_group:,} by a group only"] if attached_to.by_group else []
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
        yield Line("+", f"{sid} ({effect}, added)")
        yield from _whole(there, "+", change.added)
    elif change.after is None:
        yield Line("-", f"{sid} ({effect}, removed)")
        yield from _whole(there, "-", change.removed)
    else:
        yield Line("~", f"{sid} ({effect}, {_how(change, change.before, change.after)})")
        yield from (_entry("+", entry) for entry in change.added)
        yield from (_entry("-", entry) for entry in change.removed)
        for element, changed in (
            (_EXCLUDED, change.excluded),
            (_ON, change.resources),
            (_SPARED, change.spared),
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
    said: list[str] = []
    if before.effect != after.effect:
        said.append(f"{before.effect or 'neither'} before")
    if before.sid != after.sid:
        said.append(f"called {before.sid} before" if before.sid else "without a Sid before")
    if change.problem and not said:
        said.append("whether it changed is not known")
    return ", ".join(said) or "changed"


def _whole(statement: Statement, sign: Sign, entries: Iterable[Entry]) -> Iterator[Line]:
    """All of a statement that came or went."""
    yield from (_entry(sign, entry) for entry in entries)
    for element, texts in (
        (_EXCLUDED, statement.not_actions),
        (_ON, statement.resources),
        (_SPARED, statement.not_resources),
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
    return Line(sign, clause(condition, "Allow", alone=False), depth=1)
