"""The pieces of the HTML report that all of its parts use: text, signs, counts, definitions."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from iam.reports.overview import GLYPHS
from iam.text import safe
from iam.verdicts.result import SectionResult
from iam.verdicts.verdict import Verdict, count_in_words


def text_of(text: str) -> str:
    """Text from anywhere, as text of the page."""
    return escape(safe(text))


def sign_of(verdict: Verdict) -> str:
    """A glyph that a screen reader leaves to the word beside it."""
    return f"<b class={verdict} aria-hidden=true>{GLYPHS[verdict]}</b>"


def definitions(facts: Iterable[tuple[str, str]]) -> str:
    """A list of names and what they are."""
    items = "".join(f"<dt>{name}</dt><dd>{text_of(value)}</dd>" for name, value in facts)
    return f"<dl>{items}</dl>\n"


def count_of(section: SectionResult) -> str:
    """How many entries of a section are granted."""
    return count_in_words(section.verdict, section.granted, section.total)
