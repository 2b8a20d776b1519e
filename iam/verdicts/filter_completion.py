"""Complete the filter language: names of terms, their values, and values from the account."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from iam.arn import Arn
from iam.text import safe
from iam.verdicts.filter_terms import TERMS

if TYPE_CHECKING:
    from iam.account.model import Account

_LAST = re.compile(r'(!?)((?:[^\s"]|"[^"]*(?:"|$))*)$')
_PLAIN = re.compile(r'[^\s"=*]+')


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The values that an account has for the terms."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By the name of the term, as they are typed: with quotes where they need them."""


def vocabulary_of(account: Account) -> Vocabulary:
    """Collect groups, tags, boundaries and account IDs of an account."""
    from iam.account.model import UNREAD_BOUNDARY

    principals = account.principals.values()
    groups = {name for p in principals for name in p.groups} | {name for _, name in account.groups}
    tags = {tag for p in principals for tag in p.tags or ()}
    boundaries = {p.boundary for p in principals if p.boundary} - {UNREAD_BOUNDARY}
    keys = {key for key, _ in tags}
    typed = [(_typed(key), _typed(value)) for key, value in sorted(tags)]
    pairs = (f"{key}={value}" for key, value in typed if key and value)
    return Vocabulary(
        {
            "group": _all_typed(groups),
            "tag": (*_all_typed(keys), *pairs),
            "boundary": _all_typed(Arn.parse(arn).name for arn in boundaries),
            "account": account.ids,
        }
    )


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
    known = (*term.values, *vocabulary.values.get(name.lower(), ()))
    if value in known:  # the next ones
        at = known.index(value)
        found = (*known[at + 1 :], *known[:at])
    else:
        start = value.replace('"', "").lower()
        found = tuple(each for each in known if each.replace('"', "").lower().startswith(start))
    return [f"{before}{name}:{each}" for each in found]


def _all_typed(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(filter(None, map(_typed, sorted(names))))


def _typed(value: str) -> str:
    """A value as it is typed; empty for one that cannot be typed, or that would look different."""
    if _PLAIN.fullmatch(value):
        return value if safe(value) == value else ""
    return f'"{value}"' if value and '"' not in value and safe(value) == value else ""
