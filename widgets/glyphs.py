"""The signs and colours of verdicts and of the outcomes of changes, and their ASCII forms.

No meaning is in a colour alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

from iam.verdicts.verdict import Verdict

if TYPE_CHECKING:
    from iam.changes.history import State

    Outcome = State | Literal["unneeded"]
    """How a change ended, in a batch or in the journal."""

_STYLES = {
    Verdict.GRANTED: "$verdict-granted",
    Verdict.PARTIAL: "$verdict-partial",
    Verdict.DENIED: "$verdict-denied",
    Verdict.NONE: "$verdict-none",
    Verdict.UNKNOWN: "bold $verdict-unknown",
}
OUTCOME_WORDS: dict[Outcome, str] = {
    "done": "done",
    "unneeded": "no change needed",
    "failed": "failed",
    "unconfirmed": "unconfirmed",
    "open": "no answer yet",
}
OUTCOME_COLOURS: dict[Outcome, str] = {
    "done": "green",
    "unneeded": "dim",
    "failed": "red",
    "unconfirmed": "yellow",
    "open": "bold",
}
"""The terminal's own, for a `rich.text.Text`."""


class Glyphs(NamedTuple):
    """One set of signs, chosen when the app starts."""

    unicode: bool
    verdicts: dict[Verdict, str]
    outcomes: dict[Outcome, str]
    arrow: str
    mark: str
    pending: str
    """In place of what is not known yet."""
    pending_verdict: str
    """The same in one cell, and unlike any verdict."""
    cut: str
    """Where the rest of a text is cut off; one cell."""
    nothing: str
    dot: str
    ascending: str
    descending: str
    other: str
    """Access through a policy not specific to Bedrock."""

    def of(self, verdict: Verdict) -> str:
        """The sign of a verdict."""
        return self.verdicts[verdict]

    def style(self, verdict: Verdict) -> str:
        """The colour of a verdict, as a theme variable."""
        return _STYLES[verdict]


_UNICODE = Glyphs(
    unicode=True,
    verdicts=dict(zip(Verdict, "●◐✗○?", strict=True)),
    outcomes=dict(zip(OUTCOME_WORDS, "●○✗?…", strict=True)),
    arrow="→",
    mark="▌",
    pending="…",
    pending_verdict="…",
    cut="…",
    nothing="–",
    dot="·",
    ascending="▲",
    descending="▼",
    other="◆",
)
_ASCII = Glyphs(
    unicode=False,
    verdicts=dict(zip(Verdict, "+~x.?", strict=True)),
    outcomes=dict(zip(OUTCOME_WORDS, "+.x?-", strict=True)),
    arrow="->",
    mark=">",
    pending="...",
    pending_verdict="_",
    cut="~",
    nothing="-",
    dot="-",
    ascending="^",
    descending="v",
    other="*",
)


def glyphs(unicode: bool) -> Glyphs:
    """The signs for a terminal that shows UTF-8, or for one that does not."""
    return _UNICODE if unicode else _ASCII
