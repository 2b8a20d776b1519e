"""The Bedrock API keys as a list: whose they are, until when, and what they are good for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.binding import Binding, BindingType

from iam.ages import age
from widgets.choice_list import Choice, ChoiceList
from widgets.glyphs import Glyphs
from widgets.key_words import expiry

if TYPE_CHECKING:
    from iam.verdicts.api_key_use import KeyUse

KeySort = Literal["owner", "expires", "works", "age"]
SORTS: tuple[KeySort, ...] = ("owner", "expires", "works", "age")
"""The orders of the list; the first is that of the data."""
_TITLES = ("Owner", "State", "Expires", "Works", "Owner may invoke", "Age", "Key")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_FAR_OFF = datetime.max.replace(tzinfo=UTC)


class KeyList(ChoiceList):
    """One line per key; vi keys as well as arrows."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False, id="keys.down"),
        Binding("k", "cursor_up", "Up", show=False, id="keys.up"),
        Binding("g", "first", "Top", show=False, id="keys.top"),
        Binding("G", "last", "End", show=False, id="keys.end"),
    ]

    def __init__(
        self, uses: Sequence[KeyUse], now: datetime, glyphs: Glyphs, in_doubt: Collection[str] = ()
    ) -> None:
        """Take what is shown.

        Args:
            uses: The keys, sorted by owner.
            now: The time, for ages.
            glyphs: The signs of this terminal.
            in_doubt: The IDs of keys whose last change AWS has not confirmed.
        """
        self.in_doubt = in_doubt
        self.uses = {use.key.id: use for use in uses}
        self.sort: KeySort = "owner"
        self._now = now
        choices = [self._choice(use) for use in uses]
        super().__init__(choices, _TITLES, 3, glyphs)
        self.can_focus = True

    @property
    def chosen_use(self) -> KeyUse | None:
        """The key under the cursor."""
        return self.uses.get(self.chosen or "")

    @property
    def shown(self) -> list[KeyUse]:
        """The keys that match the filter, in the order of the list."""
        return [self.uses[choice.value] for choice in self.matching]

    def sort_by_next(self) -> None:
        """Sort by the next column; the cursor stays on its key."""
        chosen = self.chosen
        self.sort = SORTS[(SORTS.index(self.sort) + 1) % len(SORTS)]
        self._sort(self.choices)
        self._sort(self.matching)
        self._show()
        self.go_to(chosen)

    def go_to(self, id: str | None) -> None:
        """Put the cursor on a key, if it is shown."""
        ids = [choice.value for choice in self.matching]
        if id in ids:
            self.highlighted = ids.index(id)

    def _sort(self, choices: list[Choice]) -> None:
        positions = {id: n for n, id in enumerate(self.uses)}
        rank = _RANKS[self.sort]
        choices.sort(key=lambda choice: (rank(self.uses[choice.value]), positions[choice.value]))

    def _choice(self, use: KeyUse) -> Choice:
        works = _style_of(use)
        off = "$text-muted" if use.usable is False else ""
        never = use.key.expires is None and use.state == "Active"
        cells = (
            use.key.user,
            f"{use.state.lower()} ?" if use.key.id in self.in_doubt else use.state.lower(),
            expiry(use, self._now),
            use.words,
            use.invocation.words if use.invocation else "unknown",
            "?" if use.key.created is None else age(use.key.created, self._now),
            use.key.name,
        )
        invoke = "$text-warning" if use.owner_may_nothing else off
        state = "bold $verdict-unknown" if use.key.id in self.in_doubt else off
        styles = (off, state, "bold $text-warning" if never else off, works, invoke, off, off)
        return Choice(use.key.id, cells, styles=styles)


def _style_of(use: KeyUse) -> str:
    if use.usable is None or (use.usable and use.invokes is None):
        return "bold $verdict-unknown"
    if use.invokes:
        return "$verdict-granted"
    return "$text-warning" if use.usable else "$text-muted"


_RANKS: dict[KeySort, Callable[[KeyUse], object]] = {
    "owner": lambda use: 0,
    # First those that never expire: they are what an audit looks for.
    "expires": lambda use: (use.key.expires is not None, use.key.expires or _FAR_OFF),
    "works": lambda use: (not use.invokes, use.usable is False, use.words),
    "age": lambda use: use.key.created or _LONG_AGO,
}


def summary(uses: Iterable[KeyUse], *, complete: bool) -> str:
    """How many keys there are, and of which kind.

    Args:
        uses: The keys that are known.
        complete: Whether there are no others for certain.
    """
    counted = list(uses)
    if not counted and not complete:
        return "?"
    active = sum(use.state == "Active" for use in counted)
    never = sum(use.state == "Active" and use.key.expires is None for use in counted)
    parts = [f"{len(counted):,}{'' if complete else '+'}", f"{active:,} active"]
    if never:
        parts.append(f"{never:,} of these never {'expires' if never == 1 else 'expire'}")
    return ", ".join(parts)
