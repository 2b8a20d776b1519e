"""Complete the filter language: names of terms, their values, and values from the account."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from iam.arn import Arn
from iam.text import safe
from iam.verdicts.filter_terms import TERMS

if TYPE_CHECKING:
    from iam.account.model import Account

_LAST = re.compile(r'(!?)((?:[^\s"]|"[^"]*(?:"|$))*)$')
_PLAIN = re.compile(r'[^\s"=*]+')


class Vocabulary:
    """The values that an account has for the terms, as they are typed: with quotes if need be."""

    def __init__(self, account: Account | None = None) -> None:
        self.account = account
        self._found: dict[str, tuple[str, ...]] = {}

    def values(self, name: str) -> tuple[str, ...]:
        """The values for a term; it is only looked for those that are needed."""
        if self.account is None or name not in _COLLECT:
            return ()
        if (found := self._found.get(name)) is None:
            found = self._found[name] = tuple(filter(None, _COLLECT[name](self.account)))
        return found


_MANY = 100
"""Values of a tag's key from which on nobody looks for one in a list."""


def _groups(account: Account) -> Iterable[str]:
    used = Counter(name for p in account.principals.values() for name in {*p.groups})
    used.update(dict.fromkeys((name for _, name in account.groups), 0))
    return map(_typed, _by_use(used))


def _tags(account: Account) -> Iterable[str]:
    values: dict[str, Counter[str]] = {}
    for principal in account.principals.values():
        for key, value in {*(principal.tags or ())}:
            values.setdefault(key, Counter())[value] += 1
    keys = _by_use(Counter({key: found.total() for key, found in values.items()}))
    yield from map(_typed, keys)
    for key in keys:
        if (typed := _typed(key)) and len(values[key]) <= _MANY:
            found = map(_typed, _by_use(values[key]))
            yield from (f"{typed}={value}" for value in found if value)


def _boundaries(account: Account) -> Iterable[str]:
    from iam.account.model import UNREAD_BOUNDARY

    arns = (p.boundary for p in account.principals.values() if p.boundary)
    used = Counter(Arn.parse(arn).name for arn in arns if arn != UNREAD_BOUNDARY)
    return map(_typed, _by_use(used))


def _accounts(account: Account) -> Iterable[str]:
    used = Counter(Arn.parse(arn).account for arn in account.principals)
    used.update(dict.fromkeys(account.ids, 0))
    return _by_use(used)


_COLLECT: dict[str, Callable[[Account], Iterable[str]]] = {
    "group": _groups,
    "tag": _tags,
    "boundary": _boundaries,
    "account": _accounts,
}


def _by_use(used: Counter[str]) -> list[str]:
    """Values by how many principals have them, the most common first, then by name."""
    return sorted(used, key=lambda value: (-used[value], value.lower(), value))


def completions(text: str, vocabulary: Vocabulary) -> list[str]:
    """The filters that the end of a filter may be completed to, the most likely first."""
    match = _LAST.search(text)
    if match is None or not match[2]:
        return []
    before, typed = text[: match.start(2)], match[2]
    name, colon, value = typed.partition(":")
    if not colon:
        return [f"{before}{each}:" for each in TERMS if each.startswith(name.lower())]
    if (term := TERMS.get(name.lower())) is None:
        return []
    known = (*term.values, *vocabulary.values(name.lower()))
    if value in known:  # the next ones
        at = known.index(value)
        found = (*known[at + 1 :], *known[:at])
    else:
        start = value.replace('"', "").lower()
        found = tuple(each for each in known if each.replace('"', "").lower().startswith(start))
    return [f"{before}{name}:{each}" for each in found]


def _typed(value: str) -> str:
    """A value as it is typed; empty for one that cannot be typed, or that would look different."""
    if _PLAIN.fullmatch(value):
        return value if safe(value) == value else ""
    return f'"{value}"' if value and '"' not in value and safe(value) == value else ""
