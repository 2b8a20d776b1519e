"""The widths of the columns of the table, and the letters above those of sections."""

from __future__ import annotations

import pytest

from widgets.column_widths import SECTION_SIGN, SIGN, initials, widths_for

SECTIONS = (9, 6, 7, 8, 5, 8)
WORDS = len("x all models within SCPs ")


@pytest.mark.parametrize("width", range(40, 200))
def test_sections_have_columns_only_beside_whole_words_about_invoking_models(width: int) -> None:
    widths = widths_for(width, SECTIONS, asked=False)
    assert sum((4 + 2 + 8, widths.name, widths.invoke, *widths.sections)) <= width
    assert widths.invoke >= SIGN
    if widths.sections:
        assert widths.invoke >= WORDS


@pytest.mark.parametrize("width", [58, 64, 78, 88, 120])
def test_words_about_invoking_models_are_whole_in_common_terminals(width: int) -> None:
    widths = widths_for(width, SECTIONS, asked=False)
    assert widths.invoke >= WORDS
    assert (SECTION_SIGN in widths.sections) == (width in (78, 88))


@pytest.mark.parametrize(
    ("labels", "letters"),
    [
        (["Bedrock", "KMS", "Infra", "Mantle", "Web", "Market"], "BKIMWA"),
        (["Market", "Mantle", "Alpha"], "MNA"),
        (["1", "1", "x"], "12X"),
        (["M", "m", "Mm", ""], "M23 "),
    ],
)
def test_each_section_has_a_letter_of_its_own(labels: list[str], letters: str) -> None:
    assert initials(labels) == list(letters)
