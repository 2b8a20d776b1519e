"""An audit as one HTML page for a ticket: without scripts, and with nothing from elsewhere.

The page is written in pieces.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from iam.account.last_use import use_in_short
from iam.arn import Arn
from iam.counts import counted
from iam.reports.audit import Audit
from iam.reports.formats import Detail
from iam.reports.html_pieces import count_of, definitions, sign_of, text_of
from iam.reports.html_principals import principals
from iam.reports.html_style import style_sheet
from iam.reports.html_verification import verification
from iam.reports.organization_overview import left_out
from iam.reports.overview import (
    account_name,
    answers_in_words,
    attached_in_words,
    by_in_words,
    filter_in_words,
    invocation_in_words,
    others_in_words,
    route_titles,
    use_in_words,
)
from iam.verdicts.result import PrincipalResult, SectionResult
from iam.verdicts.verdict import Verdict

MANY = 200
"""With more principals than this, the page leaves out their actions unless they are asked for."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_MEANINGS = {
    Verdict.GRANTED: "everything is allowed",
    Verdict.PARTIAL: "some requests are allowed",
    Verdict.DENIED: "an explicit Deny covers everything",
    Verdict.NONE: "nothing allows it",
    Verdict.UNKNOWN: "something could not be read",
}
_ORGANIZATION = {
    "applied": "its policies count",
    "exempt": "no policy limits the management account",
    "none": "the account is in none",
    "unread": "not everything could be read",
    "unasked": "not known",
}
_HUMP = re.compile("(?<=[a-z])(?=[A-Z])")
"""Where a title of one long word may be broken."""


def as_html(audit: Audit, detail: Detail | None = None) -> Iterator[str]:
    """The page, in pieces.

    Args:
        audit: The audit.
        detail: `principals` leaves out the sections, `sections` the actions; by default the actions
            of up to 200 principals are there.
    """
    chosen: Detail = detail or ("actions" if len(audit.results) <= MANY else "sections")
    yield from _head(audit)
    yield from _summary(audit)
    yield from _not_read(audit)
    if audit.verified is not None:
        yield from verification(audit.verified)
    yield from _matrix(audit, chosen)
    if chosen == "actions":
        yield from principals(audit)
        yield from _sections(audit)
    elif detail is None:
        yield (
            f"<p class=muted>Actions and reasons are left out, because there are more than {MANY} "
            "principals; <code>--detail actions</code> adds them.</p>\n"
        )
    yield f"<footer>{text_of(left_out(audit.account.organization))}</footer>\n"
    yield "</main>\n</body>\n</html>\n"


def _head(audit: Audit) -> Iterator[str]:
    title = f"Amazon Bedrock access in {text_of(account_name(audit))}"
    yield (
        "<!doctype html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
        f'<meta http-equiv=Content-Security-Policy content="{_POLICY}">\n'
        '<meta name=viewport content="width=device-width,initial-scale=1">\n'
        "<meta name=referrer content=no-referrer>\n"
        f"<title>{title}</title>\n<style>\n{style_sheet()}</style>\n</head>\n<body>\n<main>\n"
        f"<header>\n<h1>{title}</h1>\n"
        f"<p class=muted>{audit.generated_at:%Y-%m-%d %H:%M} UTC</p>\n</header>\n"
    )


def _summary(audit: Audit) -> Iterator[str]:
    managed, organization = audit.managed, audit.account.organization
    source = {"live": "AWS", "demo": "the embedded demo account", "snapshot": "a saved file"}
    where = [_ORGANIZATION[organization.status], " / ".join(organization.path)]
    facts = {
        "Policy": f"{managed.name} {managed.version}",
        "Policy ARN": managed.arn,
        "Routes" if audit.routes else "Actions": audit.only,
        "Models": audit.routes and "; ".join(sorted({m.source for m in audit.routes.lists})),
        "Filter": audit.filtered and filter_in_words(audit.filtered),
        "Read from": source[audit.source],
        "Read by": audit.caller,
        "Organization": ": ".join(filter(None, where)),
    }
    yield definitions((name, value) for name, value in facts.items() if value)
    counts = Counter(result.verdict for _, result in audit.results)
    yield f"<h2>{_who(len(audit.results))}</h2>\n"
    yield "<div class=bar aria-hidden=true>"
    yield "".join(f'<span class={v} style="flex:{counts[v]}"></span>' for v in Verdict if counts[v])
    yield "</div>\n<ul class=counts>\n"
    for verdict in Verdict:
        yield (
            f"<li class=card><strong>{counts[verdict]:,}</strong>"
            f"<span class={verdict}>{sign_of(verdict)} {verdict}</span><br>"
            f"<span class=muted>{_MEANINGS[verdict]}</span></li>\n"
        )
    yield "</ul>\n"
    yield from (f"<p>{text_of(line)}.</p>\n" for line in answers_in_words(audit))
    yield from (f"<p class=muted>{text_of(line)}</p>\n" for line in use_in_words(audit))


def _who(count: int) -> str:
    return "1 user or role" if count == 1 else f"{count:,} users and roles"


def _not_read(audit: Audit) -> Iterator[str]:
    unread = audit.gaps
    if not unread:
        yield "<p class=muted>Everything was read and understood.</p>\n"
        return
    yield "<h2>Not read</h2>\n<div class='card gaps'>\n"
    yield "<p>This could not be read or understood. What depends on it is unknown, not “no”.</p>\n"
    yield "<ul>\n"
    for gap in unread:
        yield (
            f"<li><code>{text_of(gap.what)}</code>: {text_of(gap.message)} "
            f"<span class=muted>({text_of(gap.error)})</span></li>\n"
        )
    yield "</ul>\n</div>\n"


def _matrix(audit: Audit, detail: Detail) -> Iterator[str]:
    """A row per principal, a column per section."""
    several, used = audit.account.id is None, audit.account.use_asked is not None
    sections = audit.sections if detail != "principals" and not audit.only else ()
    head = ["Name", *(["Account"] if several else []), "Type", "Policy", "Verdict"]
    head += [] if audit.only else ["Invoke"]
    routes = route_titles(audit)
    titles = [*(section.title for section in sections), *routes]
    head += [*titles, "By" if audit.only else "Other policy"]
    head += ["Used"] if used else []
    yield "<h2>Overview</h2>\n<div class='card wide' role=region aria-label=Overview tabindex=0>\n"
    yield "<table>\n<thead><tr>"
    yield "".join(f"<th scope=col>{_HUMP.sub('<wbr>', text_of(title))}</th>" for title in head)
    yield "</tr></thead>\n<tbody>\n"
    for number, (principal, result) in enumerate(audit.results):
        name = text_of(principal.name)
        if detail == "actions":
            name = f"<a href=#p{number}>{name}</a>"
        if principal.path != "/":
            name += f" <span class=muted>{text_of(principal.path)}</span>"
        account = f"<td>{text_of(Arn.parse(principal.arn).account)}</td>" if several else ""
        row = [
            f"<tr><th scope=row>{name}</th>{account}<td>{principal.type}</td>",
            f"<td>{_attached(result)}</td>",
            f"<td class=v>{sign_of(result.verdict)} {result.verdict}{_count(audit, result)}</td>",
            "" if audit.only else f"<td>{text_of(invocation_in_words(result))}</td>",
            *map(_cell, result.sections[: len(sections)]),
            *(
                f"<td class=v>{sign_of(entry.verdict)} {entry.verdict}</td>"
                for entry in result.sections[0].entries
                if routes
            ),
            f"<td>{text_of((by_in_words if audit.only else _others)(audit, result))}</td>",
            f"<td>{text_of(use_in_short(principal.bedrock_use))}</td>" if used else "",
        ]
        yield "".join([*row, "</tr>\n"])
    yield "</tbody>\n</table>\n</div>\n"


def _others(_: Audit, result: PrincipalResult) -> str:
    return others_in_words(result)


def _attached(result: PrincipalResult) -> str:
    words = attached_in_words(result)
    return "<span class=no>no</span>" if words == "no" else text_of(words)


def _count(audit: Audit, result: PrincipalResult) -> str:
    """Of several actions that are asked about, how many are granted."""
    if not audit.only or result.sections[0].total < 2:
        return ""
    return f" {count_of(result.sections[0])}"


def _cell(section: SectionResult) -> str:
    return (
        f"<td class=v>{sign_of(section.verdict)} {count_of(section)}"
        f"<span class=hidden> {section.verdict}</span></td>"
    )


def _sections(audit: Audit) -> Iterator[str]:
    """What each section stands for, once for all principals."""
    if not audit.sections:
        return
    yield "<h2>Sections</h2>\n<p class=muted>The statements of the policy, and their actions.</p>\n"
    for section in audit.sections:
        names = ", ".join(f"<code>{text_of(entry.action)}</code>" for entry in section.entries)
        yield (
            f"<details class=card><summary><b>{text_of(section.title)}</b>"
            f"<span class=muted>{counted(len(section.entries), 'action')}</span></summary>\n"
            f"<div class=in><p class=muted>{names}</p></div></details>\n"
        )
