"""The signs and colours of verdicts, and their ASCII forms. No meaning is in a colour alone."""

from __future__ import annotations

from typing import NamedTuple

from iam.verdicts.verdict import Verdict

_STYLES = {
    Verdict.GRANTED: "$success",
    Verdict.PARTIAL: "$warning",
    Verdict.DENIED: "$text-error",
    Verdict.NONE: "dim",
    Verdict.UNKNOWN: "bold $accent",
}
WORDS = {
    Verdict.GRANTED: "full",
    Verdict.PARTIAL: "partial",
    Verdict.DENIED: "denied",
    Verdict.NONE: "none",
    Verdict.UNKNOWN: "unknown",
}
"""For sums over principals."""


class Glyphs(NamedTuple):
    """One set of signs, chosen when the app starts."""

    unicode: bool
    verdicts: dict[Verdict, str]
    arrow: str
    mark: str
    pending: str
    nothing: str
    dot: str

    def of(self, verdict: Verdict) -> str:
        """The sign of a verdict."""
        return self.verdicts[verdict]

    def style(self, verdict: Verdict) -> str:
        """The colour of a verdict, as a theme variable."""
        return _STYLES[verdict]


_UNICODE = Glyphs(
    unicode=True,
    verdicts=dict(zip(Verdict, "●◐✗○?", strict=True)),
    arrow="→",
    mark="▌",
    pending="…",
    nothing="–",
    dot="·",
)
_ASCII = Glyphs(
    unicode=False,
    verdicts=dict(zip(Verdict, "+~x.?", strict=True)),
    arrow="->",
    mark=">",
    pending=".",
    nothing="-",
    dot="-",
)


def glyphs(unicode: bool) -> Glyphs:
    """The signs for a terminal that shows UTF-8, or for one that does not."""
    return _UNICODE if unicode else _ASCII
