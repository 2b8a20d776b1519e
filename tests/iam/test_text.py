"""Text from elsewhere made harmless."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam.text import ascii_lower, safe, without_secrets

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
EVERY_CHARACTER = [chr(code) for code in range(sys.maxunicode + 1)]


@given(ANY_TEXT)
def test_nothing_invisible_is_left_and_the_rest_stays(text: str) -> None:
    made = safe(text)
    assert not {unicodedata.category(char) for char in made} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert made.encode().decode() == made
    assert len(made.splitlines()) <= 1
    assert safe(made) == made


@pytest.mark.parametrize("category", ["Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"])
def test_of_characters_that_draw_nothing_none_is_shown_but_the_space(category: str) -> None:
    of_it = [char for char in EVERY_CHARACTER if unicodedata.category(char) == category]
    assert of_it
    shown = [char for char in of_it if safe(f"a{char}b") == f"a{char}b"]
    assert shown == ([" "] if category == "Zs" else [])


def test_what_unicode_names_as_blank_or_without_a_picture_is_escaped() -> None:
    empty = re.compile(
        r"VARIATION SELECTOR|GRAPHEME JOINER|NUMBER JOINER|VOWEL INHERENT|NULL NOTEHEAD"
        r"|PATTERN BLANK|HANGUL.* FILLER|SCRIPT FILLER|HIEROGLYPH (FULL|HALF) BLANK|NO-BREAK"
        r"| SPACE$"
    )
    pictured = {"SYMBOL FOR SPACE", "IDEOGRAPHIC HALF FILL SPACE"}
    named = [(char, unicodedata.name(char, "")) for char in EVERY_CHARACTER]
    blank = [
        char
        for char, name in named
        if empty.search(name) and name not in pictured and not name.startswith("SIGNWRITING")
    ]
    assert len(blank) > 268
    assert not [unicodedata.name(char) for char in blank if safe(f"a{char}b") == f"a{char}b"]


def test_every_other_character_stays_as_it_is_after_a_letter() -> None:
    escaped = {
        char
        for char in EVERY_CHARACTER
        if unicodedata.category(char)[0] in "LMNPS" and safe(f"a{char}") != f"a{char}"
    }
    # The 268 of Unicode 14, and five whose picture is empty by what they are for.
    assert len(escaped) <= 268 + 5
    assert not any(char.isalnum() for char in escaped - set("\u115f\u1160\u3164\uffa0"))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("e\u0301", "e\u0301"),
        ("\u0301e", r"\u0301e"),  # it would be drawn on the cell before
        ("a \u0301", r"a \u0301"),
        ("a\u200b\u0301", r"a\u200b\u0301"),
        ("a" + "\u0301" * 6, "a" + "\u0301" * 3 + r"\u0301" * 3),
        ("\u05e9\u05bc\u05c1\u05b8", "\u05e9\u05bc\u05c1\u05b8"),  # Hebrew, with three of them
        ("\u0e01\u0e39\u0e48", "\u0e01\u0e39\u0e48"),  # Thai
        ("\u1112\u1161\u11ab", "\u1112\u1161\u11ab"),  # Hangul, taken apart
        ("\u1161", r"\u1161"),
    ],
)
def test_marks_are_shown_on_a_letter_and_do_not_pile_up(text: str, shown: str) -> None:
    assert safe(text) == shown


@given(ANY_TEXT)
def test_case_is_folded_for_the_letters_of_ascii_only(text: str) -> None:
    folded = ascii_lower(text)
    assert [c.lower() if c.isascii() else c for c in text] == list(folded)


def test_signs_that_look_like_letters_are_not_folded_to_them() -> None:
    assert ascii_lower("bedroc\u212a:\u017fX") == "bedroc\u212a:\u017fx"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", r"\x1b[2J"),
        ("a\nb\tc", r"a\x0ab\x09c"),
        ("\x7f\x9b", r"\x7f\x9b"),
        ("\u202eevil", r"\u202eevil"),
        ("a\u200bb\u2028c\ufeff", r"a\u200bb\u2028c\ufeff"),
        ("\ud800", r"\ud800"),
        ("\U000e0041", r"\U000e0041"),
        ("admin\u3164", r"admin\u3164"),
        ("\u2764\ufe0f", "\u2764" + r"\ufe0f"),
        ("a\u00a0b\u3000c", r"a\xa0b\u3000c"),
        ("[/b] – é 日本 x", "[/b] – é 日本 x"),
    ],
)
def test_what_cannot_be_seen_is_escaped(text: str, shown: str) -> None:
    assert safe(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://user:s3cret@host:99/path", "https://host:99/path"),
        ("https://user@host", "https://host"),
        ("https://host/path?token=s3cret#s3cret", "https://host/path"),
        ("https://user:s3/c?r#e@t s3cret@host/?a=s3cret", "https://host/"),
        ('URL: "http://u:s3cret@h/?s3cret" and "http://h2/"', 'URL: "http://h/" and "http://h2/"'),
        ("cannot be cast to integer value as 's3cret'", "cannot be cast to integer value as …"),
        ("https://user:s'3\"c<ret>@host", "https://host"),
        ("Invalid endpoint: user:s3cret@host", "Invalid endpoint: host"),
        ("http://host:4566", "http://host:4566"),
        ("jane@acme.com may not do it?", "jane@acme.com may not do it?"),
    ],
)
def test_a_text_is_shown_without_the_secrets_of_its_urls(text: str, shown: str) -> None:
    assert without_secrets(text) == shown
