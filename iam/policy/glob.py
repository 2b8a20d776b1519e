"""Match a pattern of IAM's against a string: `*` is any run of characters, `?` exactly one.

Each part between two stars is looked for once, from left to right, and the first place where it
fits is the right one. So the time grows with the lengths of pattern and string, whatever stands in
the pattern. No regular expression does that: Python's try all ways to share a string among stars.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

from iam.policy.automaton import ONE, STAR, Token, Tokens


def wild(text: str) -> Tokens:
    """A text's characters, with `*` and `?` as wildcards, in normal form."""
    return tuple([_WILDCARDS.get(char, char) for char in _RUN.sub(_in_order, text)])


_WILDCARDS = {"*": STAR, "?": ONE}
_RUN = re.compile(r"[*?]{2,}")


def _in_order(run: re.Match[str]) -> str:
    text = run.group()
    return "?" * text.count("?") + ("*" if "*" in text else "")


def normal(tokens: Iterable[Token]) -> Tokens:
    """A pattern in the one form of all that say the same: of neighbouring wildcards the `?` come
    first, and at most one `*` follows."""
    found: list[Token] = []
    for is_wildcard, run in groupby(tokens, _is_wildcard):
        some = list(run)
        if is_wildcard and STAR in some:
            some = [*[one for one in some if one == ONE], STAR]
        found += some
    return tuple(found)


def _is_wildcard(token: Token) -> bool:
    return len(token) > 1


class _Part:
    """What stands between two stars."""

    __slots__ = ("lead", "length", "rest")

    def __init__(self, tokens: Tokens) -> None:
        self.length = len(tokens)
        self.lead = ""
        """The characters that it begins with."""
        self.rest: list[tuple[int, str]] = []
        """Those after a `?`, by their places."""
        if ONE not in tokens:
            self.lead = "".join(tokens)
            return
        at = 0
        for is_wildcard, run in groupby(tokens, _is_wildcard):
            some = list(run)
            if not is_wildcard and at == 0:
                self.lead = "".join(some)
            elif not is_wildcard:
                self.rest.append((at, "".join(some)))
            at += len(some)

    def fits(self, text: str, at: int) -> bool:
        """Whether it is at a place of a text, which is long enough."""
        return text.startswith(self.lead, at) and (
            not self.rest or all(text.startswith(some, at + i) for i, some in self.rest)
        )

    def find(self, text: str, start: int, end: int) -> int:
        """The first place where it fits, -1 if there is none."""
        last = end - self.length
        while 0 <= (start := text.find(self.lead, start, end)) <= last:
            if self.fits(text, start):
                return start
            start += 1
        return -1


class Glob:
    """A pattern, ready to be matched."""

    __slots__ = ("_between", "_first", "_last", "_least")

    def __init__(self, tokens: Tokens) -> None:
        """Take a pattern in its normal form."""
        parts: list[list[Token]] = [[]]
        for token in tokens:
            if token == STAR:
                parts.append([])
            else:
                parts[-1].append(token)
        first, *others = [_Part(tuple(part)) for part in parts]
        self._first = first
        self._last = others.pop() if others else None
        self._between = others
        self._least = sum(map(len, parts))

    def matches(self, text: str) -> bool:
        """Whether it matches all of a text."""
        size, first, last = len(text), self._first, self._last
        if last is None:
            return size == self._least and first.fits(text, 0)
        end = size - last.length
        if size < self._least or not (first.fits(text, 0) and last.fits(text, end)):
            return False
        here = first.length
        for part in self._between:
            if (found := part.find(text, here, end)) < 0:
                return False
            here = found + part.length
        return True


@lru_cache(maxsize=16_384)
def glob_of(tokens: Tokens) -> Glob:
    """Read a pattern in its normal form."""
    return Glob(tokens)


def matches(pattern: Tokens, text: str) -> bool:
    """Whether a pattern in its normal form matches a text."""
    return glob_of(pattern).matches(text)
