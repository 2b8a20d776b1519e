"""The differences between two versions of a policy, in sentences and lists for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from iam.account.attachments import AttachmentCount
from iam.counts import counted
from iam.policy.condition_text import condition_in_words
from iam.policy.document import Condition, Statement
from iam.verdicts.section import Entry
from iam.versions.access_diff import AccessDiff
from iam.versions.statement_diff import StatementChange

Sign = Literal["+", "-", "~", "?", " "]
_NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()
_NOT_ACTION, _RESOURCE, _NOT_RESOURCE = "every action except", "on", "on everything except"


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a list of differences."""

    sign: Sign
    """Added, removed, changed, unknown, or none of these."""
    text: str
    note: str = ""
    depth: int = 0


@dataclass(frozen=True, slots=True)
class DiffPart:
    """A heading with its lines."""

    title: str
    lines: tuple[DiffLine, ...]


def added(diff: AccessDiff) -> str:
    """The access that the newer document added: `two actions, one statement`; empty if none."""
    if not (diff.gained or diff.wider):
        return ""
    statements = sum(s.before is None and s.statement.effect == "Allow" for s in diff.statements)
    return _counted(diff.gained, statements, diff.wider, "wider access to")


def removed(diff: AccessDiff) -> str:
    """The access that the newer document removed, in the same way."""
    if not (diff.lost or diff.narrower):
        return ""
    statements = sum(s.after is None and s.statement.effect == "Allow" for s in diff.statements)
    return _counted(diff.lost, statements, diff.narrower, "part of the access to")


def _counted(
    actions: tuple[str, ...], statements: int, in_part: tuple[str, ...], how_much: str
) -> str:
    parts = [
        _number(len(actions), "action") if actions else "",
        _number(statements, "statement") if statements else "",
        f"{how_much} {_number(len(in_part), 'action')}" if in_part else "",
    ]
    return ", ".join(part for part in parts if part)


def _number(count: int, noun: str) -> str:
    word = _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"
    return f"{word} {noun}{'' if count == 1 else 's'}"


def summary(diff: AccessDiff, older: str, newer: str) -> str:
    """Say in a sentence or two what changed.

    Args:
        diff: The comparison.
        older: The ID of the older version, such as `v8`.
        newer: The ID of the newer version.
    """
    if not diff:
        return f"{newer} is equivalent to {older}."
    if not diff.access:
        return f"{newer} grants the same access as {older}, written differently."
    more, less = added(diff), removed(diff)
    sentences: list[str] = []
    if more or less:
        comma = "," if "," in more else ""
        sentences.append(
            f"{newer} added {more or 'nothing'}{comma} and removed {less or 'nothing'}."
        )
    if diff.moved:
        sentences.append(f"The scope of {_number(len(diff.moved), 'action')} changed.")
    if diff.unknown:
        sentences.append(
            f"Changes to {_number(len(diff.unknown), 'action')} are unknown: "
            "part of a document was not understood."
        )
    return " ".join(sentences)


def effect(
    diff: AccessDiff,
    attached_to: AttachmentCount,
    newer: str,
    in_force: str | None,
    *,
    later: bool = False,
) -> str:
    """Say how many principals a change of access affects, as far as the policy decides it.

    Args:
        diff: The comparison.
        attached_to: How many principals have the policy now.
        newer: The ID of the newer of the two versions.
        in_force: The ID of the version in force; None if that is unknown.
        later: Whether the newer version was created after the one in force.

    Returns:
        A sentence; empty if access did not change.
    """
    if not diff.access:
        return ""
    if not attached_to.total:
        return (
            "Nobody has this policy."
            if attached_to.certain
            else "Nobody is known to have this policy."
        )
    least = "" if attached_to.certain else "at least "
    one = attached_to.total == 1
    have = "has" if one else "have"
    who = f"{least}{counted(attached_to.total, 'principal')} {have} this policy"
    who = who[0].upper() + who[1:]
    if in_force is None:
        return f"{who}; which version is in force is unknown."
    if newer != in_force:
        return (
            f"{who}; {newer} is not in force, so nothing has changed for them yet."
            if later
            else f"{who}; {in_force} is in force now."
        )
    more, less = diff.gained or diff.wider, diff.lost or diff.narrower
    each = "it" if one else "each"
    what = f"{each} {'gained' if more else 'lost'} this access"
    if diff.moved or diff.unknown or (more and less):
        what = f"access changed for {each}"
    return f"{who}; {what}, unless another policy gives or withholds it."


def attachments_in_words(attached_to: AttachmentCount, account: str) -> str:
    """How many principals have the policy.

    For example `12 principals in 123456789012: 9 directly, 3 by group only`.
    """
    if not attached_to.total:
        if attached_to.certain:
            return f"nobody in {account}"
        return f"nobody known in {account}; some attachments could not be read"
    least = "" if attached_to.certain else "at least "
    count = f"{least}{counted(attached_to.total, 'principal')} in {account}"
    ways = [f"{attached_to.direct:,} directly"] if attached_to.direct else []
    ways += [f"{attached_to.by_group:,} by group only"] if attached_to.by_group else []
    return f"{count}: {', '.join(ways)}"


def parts(diff: AccessDiff, describe: Callable[[str], str]) -> tuple[DiffPart, ...]:
    """List all changes: statements as they are written, then concrete actions.

    Args:
        diff: The comparison.
        describe: Returns a few words about what an action does.
    """
    written = [line for change in diff.statements for line in _statement(change)]
    if diff.languages:
        before, after = diff.languages
        written.append(DiffLine("~", f"Version {before} became {after}", "of the policy language"))
    kinds: tuple[tuple[str, Sign, tuple[str, ...]], ...] = (
        ("Newly granted", "+", diff.gained),
        ("No longer granted", "-", diff.lost),
        ("Granted in more requests", "~", diff.wider),
        ("Granted in fewer requests", "~", diff.narrower),
        ("Granted in other requests", "~", diff.moved),
        ("Unknown, because part of a document was not understood", "?", diff.unknown),
    )
    lists = [DiffPart("Statements", tuple(written))] if written else []
    lists += [
        DiffPart(
            f"{title}: {_number(len(actions), 'action')}",
            tuple(DiffLine(sign, action, describe(action)) for action in actions),
        )
        for title, sign, actions in kinds
        if actions
    ]
    return tuple(lists)


def _statement(change: StatementChange) -> Iterator[DiffLine]:
    statement = change.statement
    sid = statement.sid or f"Statement {statement.index + 1}"
    effect = statement.effect or "neither Allow nor Deny"
    if change.before is None:
        yield DiffLine("+", f"{sid} ({effect}, added)")
        yield from _whole(statement, "+", change.added)
    elif change.after is None:
        yield DiffLine("-", f"{sid} ({effect}, removed)")
        yield from _whole(statement, "-", change.removed)
    else:
        yield DiffLine("~", f"{sid} ({effect}, {_how(change, change.before, change.after)})")
        yield from (_entry("+", entry) for entry in change.added)
        yield from (_entry("-", entry) for entry in change.removed)
        for element, changed in (
            (_NOT_ACTION, change.excluded_actions),
            (_RESOURCE, change.resources),
            (_NOT_RESOURCE, change.excluded_resources),
        ):
            yield from (DiffLine("+", f"{element} {text}", depth=1) for text in changed.added)
            yield from (DiffLine("-", f"{element} {text}", depth=1) for text in changed.removed)
        for condition in change.conditions:
            if condition.before is not None:
                yield _condition("-", condition.before)
            if condition.after is not None:
                yield _condition("+", condition.after)
    if change.problem:
        yield DiffLine("?", f"not understood: {change.problem}", depth=1)


def _how(change: StatementChange, before: Statement, after: Statement) -> str:
    differences: list[str] = []
    if before.effect != after.effect:
        differences.append(f"previously {before.effect or 'neither'}")
    if before.sid != after.sid:
        differences.append(
            f"previously named {before.sid}" if before.sid else "previously without a Sid"
        )
    if change.problem and not differences:
        differences.append("may have changed")
    return ", ".join(differences) or "changed"


def _whole(statement: Statement, sign: Sign, entries: Iterable[Entry]) -> Iterator[DiffLine]:
    """All of a statement that was added or removed."""
    yield from (_entry(sign, entry) for entry in entries)
    for element, texts in (
        (_NOT_ACTION, statement.not_actions),
        (_RESOURCE, statement.resources),
        (_NOT_RESOURCE, statement.not_resources),
    ):
        yield from (DiffLine(" ", f"{element} {text}", depth=1) for text in texts or ())
    yield from (_condition(" ", condition) for condition in statement.conditions)


def _entry(sign: Sign, entry: Entry) -> DiffLine:
    note = ""
    if "*" in entry.action or "?" in entry.action:
        count = len(entry.concrete)
        note = f"{_number(count, 'action')} in the catalogue" if count else "not in the catalogue"
    return DiffLine(sign, entry.action, note, 1)


def _condition(sign: Sign, condition: Condition) -> DiffLine:
    return DiffLine(sign, condition_in_words(condition, "Allow", alone=False), depth=1)
