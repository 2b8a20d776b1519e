"""The filter language: words of an ARN, and terms such as `invoke:yes`, `!tag:team` and `"a b"`.

A text is parsed once and then decides about thousands of principals. Each condition is true, false
or undecided: what could not be read matches neither `policy:yes` nor `!policy:yes`. The terms are
in `filter_terms`, and what has been parsed is a `parsed_filter`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from iam.verdicts.filter_terms import TERMS, unquoted
from iam.verdicts.parsed_filter import Condition, PrincipalFilter

_TOKEN = re.compile(r'(?:[^\s"]|"[^"]*(?:"|$))+')
_TERM = re.compile(r"(!?)([A-Za-z][A-Za-z_-]*):(.*)", re.DOTALL)
_ARN_PARTS = re.compile(r"(?i)(?:arn|aws[a-z-]*|iam)$")
"""What a piece of an ARN has before a colon, so that an ARN can be pasted without quotes."""


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
    tokens = [_closed(token.group()) for token in _TOKEN.finditer(text)]
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


def _closed(token: str) -> str:
    """A token whose quotation mark is closed, so that another one can follow."""
    return token + '"' if token.count('"') % 2 else token


def _name_of(token: str) -> str:
    """The name of a term; empty for a word."""
    match = _TERM.fullmatch(token)
    return match[2].lower() if match and not _ARN_PARTS.match(match[2]) else ""
