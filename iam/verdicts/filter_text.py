"""Compare a text of a filter, with its quotation marks and stars, with texts of the account."""

from __future__ import annotations

from collections.abc import Callable

_Text = Callable[[str], bool]


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


class Remembered(dict[str, bool]):
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
