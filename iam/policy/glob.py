"""Match IAM patterns against strings: `*` matches any run of characters, `?` exactly one.

The parts between stars are searched from left to right, and the first occurrence of each is taken.
The time is at most the product of the lengths of pattern and string. In an ordinary regular
expression, Python's matcher would backtrack, which takes exponential time for several stars. The
one for many patterns at once therefore consists of atomic groups, in which nothing is tried twice.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

from iam.policy.automaton import ONE, STAR, Token, Tokens, is_wildcard


def pattern_tokens(text: str) -> Tokens:
    """Tokenise a pattern into its normal form, with `*` and `?` as wildcards."""
    return tuple([_WILDCARDS.get(char, char) for char in _RUN.sub(_normal_run, text)])


_WILDCARDS = {"*": STAR, "?": ONE}
_RUN = re.compile(r"[*?]{2,}")


def _normal_run(run: re.Match[str]) -> str:
    text = run.group()
    return "?" * text.count("?") + ("*" if "*" in text else "")


def normalised(tokens: Iterable[Token]) -> Tokens:
    """Return the normal form of a pattern, which is the same for all equivalent patterns.

    In each run of wildcards, the `?` come first and at most one `*` follows.
    """
    normal: list[Token] = []
    for wild, run in groupby(tokens, is_wildcard):
        chars = list(run)
        if wild and STAR in chars:
            chars = [*[char for char in chars if char == ONE], STAR]
        normal += chars
    return tuple(normal)


class _Part:
    """The part of a pattern between two stars."""

    __slots__ = ("length", "prefix", "rest")

    def __init__(self, tokens: Tokens) -> None:
        self.length = len(tokens)
        self.prefix = ""
        """The characters before the first `?`."""
        self.rest: list[tuple[int, str]] = []
        """The runs of characters after a `?`, with their offsets."""
        if ONE not in tokens:
            self.prefix = "".join(tokens)
            return
        at = 0
        for wild, run in groupby(tokens, is_wildcard):
            chars = list(run)
            if not wild and at == 0:
                self.prefix = "".join(chars)
            elif not wild:
                self.rest.append((at, "".join(chars)))
            at += len(chars)

    def fits(self, text: str, at: int) -> bool:
        """Return whether the part matches at an offset of a text that is long enough."""
        return text.startswith(self.prefix, at) and (
            not self.rest or all(text.startswith(chars, at + i) for i, chars in self.rest)
        )

    def find(self, text: str, start: int, end: int) -> int:
        """Return the first offset at which the part matches, or -1."""
        last = end - self.length
        while 0 <= (start := text.find(self.prefix, start, end)) <= last:
            if self.fits(text, start):
                return start
            start += 1
        return -1


class Glob:
    """A compiled pattern."""

    __slots__ = ("_first", "_last", "_middle", "_min_length")

    def __init__(self, tokens: Tokens) -> None:
        """Compile a pattern in normal form."""
        parts: list[list[Token]] = [[]]
        for token in tokens:
            if token == STAR:
                parts.append([])
            else:
                parts[-1].append(token)
        first, *others = [_Part(tuple(part)) for part in parts]
        self._first = first
        self._last = others.pop() if others else None
        self._middle = others
        self._min_length = sum(map(len, parts))

    def matches(self, text: str) -> bool:
        """Return whether the pattern matches the whole text."""
        size, first, last = len(text), self._first, self._last
        if last is None:
            return size == self._min_length and first.fits(text, 0)
        end = size - last.length
        if size < self._min_length or not (first.fits(text, 0) and last.fits(text, end)):
            return False
        here = first.length
        for part in self._middle:
            if (start := part.find(text, here, end)) < 0:
                return False
            here = start + part.length
        return True


@lru_cache(maxsize=16_384)
def glob_of(tokens: Tokens) -> Glob:
    """Return the cached compiled form of a pattern in normal form."""
    return Glob(tokens)


def matches(pattern: Tokens, text: str) -> bool:
    """Return whether a pattern in normal form matches the whole text."""
    return glob_of(pattern).matches(text)


def union_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """Return a regular expression that matches the whole strings that some pattern matches."""
    return _compiled(_expression(pattern, ".") for pattern in patterns)


def arn_union_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """Return a regular expression like `union_of`, of patterns that match ARNs by component.

    Patterns of fewer than six components match no ARN.
    """
    split = [pattern.split(":", 5) for pattern in patterns]
    return _compiled(
        "".join([f"(?>{_expression(component, '[^:]')}:)" for component in components[:5]])
        + _expression(components[5], ".")
        for components in split
        if len(components) == 6
    )


def _compiled(expressions: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join([*expressions, _NEVER]), re.DOTALL)


_NEVER = r"(?!)"
"""Matches nothing, unlike the empty expression."""


def _expression(pattern: str, one: str) -> str:
    """Translate a pattern, given what a wildcard matches. A part is taken where it occurs first."""
    first, *parts = [
        "".join([one if char == "?" else re.escape(char) for char in part])
        for part in pattern.split("*")
    ]
    if not parts:
        return first
    *middle, last = parts
    return f"{first}{''.join([f'(?>{one}*?{part})' for part in middle if part])}{one}*{last}"
