"""The filter of the table: typed, put by keys and by clicks on the bar, and taken back.

All of them change one text, which the filter line shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from iam.verdicts.filter_completion import Vocabulary, completions
from iam.verdicts.principal_filter import (
    ANSWER_TERMS,
    parse_filter,
    toggled,
    values_of,
    with_terms,
    words_at,
)
from iam.verdicts.verdict import Verdict
from widgets.filter_bar import Advice

if TYPE_CHECKING:
    from tui.controllers.view import MainView

_VERDICTS: tuple[str, ...] = ("", *Verdict)


class FilterController:
    """Applies filters to the table; the language of the filter line."""

    def __init__(self, view: MainView) -> None:
        self.view = view
        self._before = ""
        """The text before the last change."""
        self._last_name = ""
        """The term that the last key changed, of those that go through its values."""
        self._vocabulary = Vocabulary()

    @property
    def text(self) -> str:
        """The filter that the table shows."""
        return self.view.table.view.filter.text

    # Typed

    def opened(self) -> None:
        """Remember what there was before the operator types."""
        self._before, self._last_name = self.text, ""

    def typed(self, text: str) -> None:
        """Show what matches so far; rows stay as they are where the end of the text may become a
        term, and matches nothing as it is."""
        chosen = parse_filter(text)
        table = self.view.table
        if chosen.problem or (chosen.half_typed and not table.would_show_any(chosen)):
            return
        table.show(filter=chosen)

    def settle(self, text: str) -> None:
        """Show what matches the text, which the operator has finished."""
        text = text.strip()
        if text != self.text and not (chosen := parse_filter(text)).problem:
            self.view.table.show(filter=chosen)
        self.view.show_filter(self.text)

    # Put by keys and clicks

    def toggle(self, terms: Sequence[str]) -> None:
        """Put terms into the filter, in place of those that ask the same, or take them out."""
        names = {term.partition(":")[0] for term in terms}
        replaced = ANSWER_TERMS if names <= ANSWER_TERMS else names
        self._change(toggled(self.text, terms, replaced))

    def next_verdict(self) -> None:
        """Ask for the next verdict; after the last one, for none."""
        found = values_of(self.text, "verdict")
        at = _VERDICTS.index(found[-1]) if found and found[-1] in _VERDICTS else 0
        wanted = _VERDICTS[(at + 1) % len(_VERDICTS)]
        terms = [f"verdict:{wanted}"] if wanted else []
        self._change(with_terms(self.text, terms, {"verdict"}), "verdict")

    def take_back(self) -> None:
        """Go back to the text before the last change, if there was one, else to none."""
        text = "" if self._before == self.text else self._before
        self._change(text)
        self._before = ""
        self.view.toast(f"Filter: {text}" if text else "Filter cleared.")

    def _change(self, text: str, name: str = "") -> None:
        chosen = parse_filter(text)
        if chosen.problem:
            self.view.toast(f"{chosen.problem[0].upper()}{chosen.problem[1:]}.")
            return
        # Going through the values of a term is one change.
        if not name or name != self._last_name:
            self._before = self.text
        self._last_name = name
        self.view.table.show(filter=chosen)
        self.view.show_filter(text)

    # The language of the filter line

    def advice(self, text: str) -> Advice:
        """What to say about a filter."""
        chosen = parse_filter(text)
        return Advice(chosen.problem, chosen.hint, chosen.half_typed)

    def words_at(self, text: str) -> int:
        """Where the words at the end of a filter begin."""
        return words_at(text)

    def completions(self, text: str) -> list[str]:
        """What the end of a filter may be completed to."""
        account = self.view.session.account
        if account is not self._vocabulary.account:
            self._vocabulary = Vocabulary(account)
        return completions(text, self._vocabulary)
