"""The terms of the filter language: what each takes, and how it decides about a principal.

A test returns None where it cannot decide: something was not read, or the verdict is unknown or
pending.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from iam.ages import with_zone
from iam.arn import Arn
from iam.verdicts.filter_subject import Subject, Test
from iam.verdicts.filter_text import Remembered, text_test, unquoted
from iam.verdicts.verdict import Verdict


class Term(NamedTuple):
    """One term."""

    takes: str
    """The values that it takes, in words."""
    build: Callable[[str, datetime], Test | None]
    """Makes the test for a value as typed; None if it takes no such value."""
    values: tuple[str, ...] = ()
    """Values with a meaning of their own."""
    open: bool = True
    """Whether it takes others than these."""
    needs_answer: bool = False
    """Whether it asks about verdicts, which are pending for a while."""
    whole: bool = False
    """Whether a value has to match as a whole, so that half a value matches nothing."""
    begins: str = r"(?!)"
    """A regular expression for values that are not complete yet."""

    @property
    def in_short(self) -> str:
        """The values that it takes, for a line with little room."""
        return self.takes if self.open else " ".join(self.values)

    def test_of(self, value: str, now: datetime) -> Test | None:
        """The test for a value, of which the quotes are still in place."""
        return self.build(value, now)

    def begins_value(self, value: str) -> bool:
        """Whether a value may become a valid one by typing on."""
        started = any(known.startswith(value.lower()) for known in self.values)
        return not value or started or re.fullmatch(self.begins, value) is not None


# Fixed values


def _one_of(tests: Mapping[str, Test]) -> Callable[[str, datetime], Test | None]:
    return lambda value, _: tests.get(unquoted(value).lower())


def _can_invoke(subject: Subject) -> bool | None:
    return subject.can_invoke


def _cannot_invoke(subject: Subject) -> bool | None:
    can = subject.can_invoke
    return None if can is None else not can


def _invokes(wanted: Verdict) -> Test:
    def test(subject: Subject) -> bool | None:
        answer = subject.invokes
        return None if answer is None or answer is Verdict.UNKNOWN else answer is wanted

    return test


def _invokes_unknown(subject: Subject) -> bool | None:
    return None if subject.invokes is None else subject.can_invoke is None


def _verdict(wanted: Verdict) -> Test:
    def test(subject: Subject) -> bool | None:
        if subject.result is None:
            return None
        verdict = subject.result.verdict
        if verdict is Verdict.UNKNOWN and wanted is not Verdict.UNKNOWN:
            return None
        return verdict is wanted

    return test


def _type(wanted: str) -> Test:
    return lambda subject: subject.type == wanted


def _direct(subject: Subject) -> bool | None:
    return subject.attached.direct if subject.attached is not None else None


def _by_group(subject: Subject) -> bool | None:
    attached = subject.attached
    return None if attached is None or attached.groups is None else bool(attached.groups)


def _holds(subject: Subject) -> bool | None:
    attached = subject.attached
    return None if attached is None or attached.unknown else bool(attached)


def _holds_not(subject: Subject) -> bool | None:
    holds = _holds(subject)
    return None if holds is None else not holds


def _by_other(subject: Subject) -> bool | None:
    others = subject.other_policies
    return None if others is None or subject.invokes is None else bool(others)


# Values of the account


def _group(value: str, _: datetime) -> Test:
    from iam.account.attachments import unread_parts

    matches = Remembered(text_test(value, whole=False))

    def test(subject: Subject) -> bool | None:
        if subject.type != "user":
            return False
        if (entity := subject.entity) is None:
            return None
        for name in entity.groups:
            if matches[name]:
                return True
        return None if unread_parts(entity).groups else False

    return test


_KEY_AND_VALUE = re.compile(r'((?:[^="]|"[^"]*(?:"|$))*)(?:=(.*))?', re.DOTALL)


def _tag(value: str, _: datetime) -> Test:
    match = _KEY_AND_VALUE.fullmatch(value)
    key = Remembered(text_test(match[1] if match else value, whole=True))
    content = None
    if match and match[2] is not None:
        content = Remembered(text_test(match[2], whole=True))

    def test(subject: Subject) -> bool | None:
        if subject.type == "group":
            return False  # IAM groups have no tags
        entity = subject.entity
        if entity is None or entity.type == "group" or entity.tags is None:
            return None
        for k, v in entity.tags:  # noqa: SIM110 (a generator takes twice the time)
            if key[k] and (content is None or content[v]):
                return True
        return False

    return test


def _boundary(value: str, _: datetime) -> Test:
    from iam.account.model import UNREAD_BOUNDARY

    wanted = value.lower()
    matches = Remembered(text_test(value, whole=False))
    by_arn = unquoted(wanted).startswith("arn:")

    def test(subject: Subject) -> bool | None:
        if subject.type == "group":
            boundary = None
        elif (entity := subject.entity) is None:
            return None
        else:
            boundary = entity.boundary
        if boundary == UNREAD_BOUNDARY:
            return None
        if wanted in ("none", "any"):
            return (boundary is None) is (wanted == "none")
        return boundary is not None and matches[boundary if by_arn else Arn.parse(boundary).name]

    return test


def _account(value: str, _: datetime) -> Test | None:
    digits = unquoted(value)
    if not re.fullmatch(r"[0-9]{1,12}", digits):
        return None
    return lambda subject: subject.arn.split(":", 5)[4].startswith(digits)


_TRACKED = 400
"""Days for which AWS keeps the last use of a role:
https://docs.aws.amazon.com/IAM/latest/APIReference/API_RoleLastUsed.html"""


def _unused(value: str, now: datetime) -> Test | None:
    match = re.fullmatch(r"([0-9]{1,4})d", unquoted(value).lower())
    if match is None:
        return None
    days = int(match[1])
    since = now - timedelta(days=days)

    def test(subject: Subject) -> bool | None:
        entity = subject.entity
        if entity is None or entity.type == "group":
            return None
        if (made := entity.created) is not None and with_zone(made) > since:
            return False  # it is younger than that
        use = entity.bedrock_use
        if use is not None and (unused := use.unused_for(days)) is not None:
            return unused
        if entity.type != "role" or not entity.use_read:
            return None
        # A role that did nothing at all did not use Bedrock either.
        if (used := entity.last_used) is None:
            return True if days <= _TRACKED else None
        if with_zone(used) < since:
            return True
        return False if use is None else None

    return test


def _key(value: str, now: datetime) -> Test | None:
    wanted = unquoted(value).lower()
    if wanted not in _KEY_VALUES:
        return None

    def test(subject: Subject) -> bool | None:
        if (keys := subject.keys) is None:
            return None
        if wanted == "active":
            return any(key.state(now) == "Active" for key in keys)
        return bool(keys) is (wanted == "yes")

    return test


_KEY_VALUES = ("yes", "active", "none")
_V = Verdict
_FIXED: dict[str, dict[str, Test]] = {
    "invoke": {
        "yes": _can_invoke,
        "no": _cannot_invoke,
        "partial": _invokes(_V.PARTIAL),
        "full": _invokes(_V.GRANTED),
        "unknown": _invokes_unknown,
    },
    "policy": {
        "direct": _direct,
        "group": _by_group,
        "other": _by_other,
        "none": _holds_not,
        "yes": _holds,
    },
    "verdict": {str(verdict): _verdict(verdict) for verdict in Verdict},
    "type": {kind: _type(kind) for kind in ("user", "role", "group")},
}


def _fixed(name: str, *, needs_answer: bool = True) -> Term:
    tests = _FIXED[name]
    *first, last = tests
    return Term(
        takes=f"{', '.join(first)} or {last}",
        build=_one_of(tests),
        values=tuple(tests),
        open=False,
        needs_answer=needs_answer,
    )


TERMS: dict[str, Term] = {
    "invoke": _fixed("invoke"),
    "policy": _fixed("policy"),
    "verdict": _fixed("verdict"),
    "type": _fixed("type", needs_answer=False),
    "group": Term("a part of a group's name", _group),
    "tag": Term("KEY or KEY=VALUE", _tag, whole=True),
    "boundary": Term("none, any or a part of a name", _boundary, values=("none", "any")),
    "account": Term("an account ID", _account),
    "unused": Term("days, such as 90d", _unused, begins=r"[0-9]{1,4}"),
    "key": Term("yes, active or none", _key, values=_KEY_VALUES, open=False),
}
"""All terms by name, in the order in which they are listed."""
