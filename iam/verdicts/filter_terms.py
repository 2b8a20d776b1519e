"""The terms of the filter language: what each takes, and how it decides about a principal.

A test returns None where it cannot decide: something was not read, or the verdict is unknown or
pending.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from iam.arn import Arn
from iam.verdicts.verdict import Verdict

if TYPE_CHECKING:
    from iam.account.api_keys import ApiKey
    from iam.account.attachments import Attachment
    from iam.account.model import Entity
    from iam.verdicts.result import PrincipalResult, Summary


class Subject(Protocol):
    """A user, role or group, as far as a filter looks at it."""

    @property
    def arn(self) -> str:
        """Its ARN."""

    @property
    def searched(self) -> str:
        """The ARN in lower case."""

    @property
    def type(self) -> Literal["user", "role", "group"]:
        """What it is."""

    @property
    def attached(self) -> Attachment | None:
        """How it has the managed policy; None while pending."""

    @property
    def result(self) -> Summary | PrincipalResult | None:
        """Its verdicts; None while pending."""

    @property
    def invokes(self) -> Verdict | None:
        """How far it can invoke models; None while pending."""

    @property
    def can_invoke(self) -> bool | None:
        """Whether it can invoke any model; None while pending, or if that is not known."""

    @property
    def other_policies(self) -> tuple[str, ...] | None:
        """The policies not specific to Bedrock that let it invoke models; None if not known."""

    @property
    def keys(self) -> tuple[ApiKey, ...] | None:
        """Its Bedrock API keys; None if not known."""

    @property
    def entity(self) -> Entity | None:
        """The account's data about it; None if there is none."""


Test = Callable[[Subject], bool | None]
_Text = Callable[[str], bool]


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


# Texts


def unquoted(raw: str) -> str:
    """A word or a value without its quotation marks."""
    return raw.replace('"', "")


def text_test(raw: str, *, whole: bool) -> _Text:
    """Return a test for texts, regardless of case.

    Args:
        raw: As typed. `*` outside quotation marks stands for any characters.
        whole: Whether the whole text has to match; otherwise a part is enough, unless there is a
            `*`.
    """
    quoted = False
    parts = [""]
    for char in raw.lower():
        if char == '"':
            quoted = not quoted
        elif char == "*" and not quoted:
            parts.append("")
        else:
            parts[-1] += char
    matches = _whole(parts) if whole or len(parts) > 1 else _containing(parts[0])
    return lambda text: matches(text.lower())


class _Remembered(dict[str, bool]):
    """The answers of a test by text: the same names and tags stand in thousands of principals."""

    def __init__(self, test: _Text) -> None:
        self._test = test

    def __missing__(self, text: str) -> bool:
        found = self[text] = self._test(text)
        return found


def _containing(part: str) -> _Text:
    return lambda text: part in text


def _whole(parts: list[str]) -> _Text:
    """Match a whole text against the parts between stars, in linear time."""
    if len(parts) == 1:
        only = parts[0]
        return lambda text: text == only
    from iam.policy.automaton import STAR
    from iam.policy.glob import Glob, normalised

    tokens: list[str] = list(parts[0])
    for part in parts[1:]:
        tokens += [STAR, *part]
    return Glob(tuple(normalised(tokens))).matches


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

    matches = _Remembered(text_test(value, whole=False))

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
    key = _Remembered(text_test(match[1] if match else value, whole=True))
    content = None
    if match and match[2] is not None:
        content = _Remembered(text_test(match[2], whole=True))

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
    matches = _Remembered(text_test(value, whole=False))
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
        use = entity.bedrock_use
        if use is not None and (unused := use.unused_for(days)) is not None:
            return unused
        if entity.type != "role" or not entity.use_read:
            return None
        # A role that did nothing at all did not use Bedrock either.
        if (used := entity.last_used) is None:
            return True if days <= _TRACKED else None
        if (used if used.tzinfo else used.replace(tzinfo=UTC)) < since:
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
