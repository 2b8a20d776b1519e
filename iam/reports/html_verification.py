"""The part of the HTML report about AWS's simulator: how its answers compare, and what differs."""

from __future__ import annotations

from collections.abc import Iterator

from iam.reports.html_pieces import text_of
from iam.reports.verification import DIFFERENCE, differences, verification_in_words
from iam.verdicts.simulation import LEFT_OUT, Verification


def verification(verified: Verification) -> Iterator[str]:
    """The summary, and a table of the requests about which AWS disagrees, in pieces."""
    yield "<h2>AWS's simulator</h2>\n"
    yield from (f"<p>{text_of(line)}</p>\n" for line in verification_in_words(verified))
    if rows := differences(verified):
        yield "<div class='card wide' role=region aria-label=Differences tabindex=0>\n"
        yield "<table>\n<thead><tr>"
        yield "".join(f"<th scope=col>{text_of(title)}</th>" for title in DIFFERENCE)
        yield "</tr></thead>\n<tbody>\n"
        for name, *cells in rows:
            others = "".join(f"<td>{text_of(cell)}</td>" for cell in cells)
            yield f"<tr><th scope=row>{text_of(name)}</th>{others}</tr>\n"
        yield "</tbody>\n</table>\n</div>\n"
    yield f"<p class=muted>{text_of(LEFT_OUT)}</p>\n"
