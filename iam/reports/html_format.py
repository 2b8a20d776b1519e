"""An audit as one HTML page for a ticket: without scripts, and with nothing from elsewhere.

The page is written in pieces. Principals with the same documents share the text of their sections.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from iam.account.last_use import use_in_short
from iam.account.model import UNREAD_BOUNDARY
from iam.arn import Arn
from iam.reports.audit import Audit
from iam.reports.formats import Detail
from iam.reports.html_style import style_sheet
from iam.reports.organization_overview import left_out
from iam.reports.overview import (
    GLYPHS,
    account_name,
    answers_in_words,
    attached_in_words,
    filter_in_words,
    invocation_in_words,
    others_in_words,
    use_in_words,
)
from iam.text import safe
from iam.verdicts.result import EntryResult, PrincipalResult, SectionResult
from iam.verdicts.verdict import Verdict, count_in_words

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
_FEW = 8
"""More actions than this are counted, where their names are clear."""
_HUMP = re.compile("(?<=[a-z])(?=[A-Z])")
"""Where a title of one long word may be broken."""
_EXCEPTIONS = 8
"""The most actions of a wildcard that are named as exceptions."""


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
    yield from _matrix(audit, chosen)
    if chosen == "actions":
        yield from _principals(audit)
        yield from _sections(audit)
    elif detail is None:
        yield (
            f"<p class=muted>Actions and reasons are left out, because there are more than {MANY} "
            "principals; <code>--detail actions</code> adds them.</p>\n"
        )
    yield f"<footer>{_text(left_out(audit.account.organization))}</footer>\n"
    yield "</main>\n</body>\n</html>\n"


def _text(text: str) -> str:
    """Text from anywhere, as text of the page."""
    return escape(safe(text))


def _sign(verdict: Verdict) -> str:
    """A glyph that a screen reader leaves to the word beside it."""
    return f"<b class={verdict} aria-hidden=true>{GLYPHS[verdict]}</b>"


def _head(audit: Audit) -> Iterator[str]:
    title = f"Amazon Bedrock access in {_text(account_name(audit))}"
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
        "Actions": audit.only,
        "Filter": audit.filtered and filter_in_words(audit.filtered),
        "Read from": source[audit.source],
        "Read by": audit.caller,
        "Organization": ": ".join(filter(None, where)),
    }
    yield _definitions((name, value) for name, value in facts.items() if value)
    counts = Counter(result.verdict for _, result in audit.results)
    yield f"<h2>{len(audit.results):,} users and roles</h2>\n"
    yield "<div class=bar aria-hidden=true>"
    yield "".join(f'<span class={v} style="flex:{counts[v]}"></span>' for v in Verdict if counts[v])
    yield "</div>\n<ul class=counts>\n"
    for verdict in Verdict:
        yield (
            f"<li class=card><strong>{counts[verdict]:,}</strong>"
            f"<span class={verdict}>{_sign(verdict)} {verdict}</span><br>"
            f"<span class=muted>{_MEANINGS[verdict]}</span></li>\n"
        )
    yield "</ul>\n"
    yield from (f"<p>{_text(line)}.</p>\n" for line in answers_in_words(audit))
    yield from (f"<p class=muted>{_text(line)}</p>\n" for line in use_in_words(audit))


def _definitions(facts: Iterable[tuple[str, str]]) -> str:
    items = "".join(f"<dt>{name}</dt><dd>{_text(value)}</dd>" for name, value in facts)
    return f"<dl>{items}</dl>\n"


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
            f"<li><code>{_text(gap.what)}</code>: {_text(gap.message)} "
            f"<span class=muted>({_text(gap.error)})</span></li>\n"
        )
    yield "</ul>\n</div>\n"


def _matrix(audit: Audit, detail: Detail) -> Iterator[str]:
    """A row per principal, a column per section."""
    several, used = audit.account.id is None, audit.account.use_asked is not None
    sections = audit.sections if detail != "principals" and not audit.only else ()
    head = ["Name", *(["Account"] if several else []), "Type", "Policy", "Verdict"]
    head += [] if audit.only else ["Invoke"]
    head += [*(section.title for section in sections), "By" if audit.only else "Other policy"]
    head += ["Used"] if used else []
    yield "<h2>Overview</h2>\n<div class='card wide' role=region aria-label=Overview tabindex=0>\n"
    yield "<table>\n<thead><tr>"
    yield "".join(f"<th scope=col>{_HUMP.sub('<wbr>', _text(title))}</th>" for title in head)
    yield "</tr></thead>\n<tbody>\n"
    for number, (principal, result) in enumerate(audit.results):
        name = _text(principal.name)
        if detail == "actions":
            name = f"<a href=#p{number}>{name}</a>"
        if principal.path != "/":
            name += f" <span class=muted>{_text(principal.path)}</span>"
        account = f"<td>{_text(Arn.parse(principal.arn).account)}</td>" if several else ""
        row = [
            f"<tr><th scope=row>{name}</th>{account}<td>{principal.type}</td>",
            f"<td>{_attached(result)}</td>",
            f"<td class=v>{_sign(result.verdict)} {result.verdict}{_count(audit, result)}</td>",
            "" if audit.only else f"<td>{_text(invocation_in_words(result))}</td>",
            *map(_cell, result.sections[: len(sections)]),
            f"<td>{_text(result.means if audit.only else others_in_words(result))}</td>",
            f"<td>{_text(use_in_short(principal.bedrock_use))}</td>" if used else "",
        ]
        yield "".join([*row, "</tr>\n"])
    yield "</tbody>\n</table>\n</div>\n"


def _attached(result: PrincipalResult) -> str:
    words = attached_in_words(result)
    return "<span class=no>no</span>" if words == "no" else _text(words)


def _count(audit: Audit, result: PrincipalResult) -> str:
    """Of several actions that are asked about, how many are granted."""
    if not audit.only or result.sections[0].total < 2:
        return ""
    return f" {_known(result.sections[0])}"


def _known(section: SectionResult) -> str:
    return count_in_words(section.verdict, section.granted, section.total)


def _cell(section: SectionResult) -> str:
    return (
        f"<td class=v>{_sign(section.verdict)} {_known(section)}"
        f"<span class=hidden> {section.verdict}</span></td>"
    )


def _principals(audit: Audit) -> Iterator[str]:
    """Each principal, with its entries and the reasons, closed at first."""
    yield "<h2>Principal by principal</h2>\n"
    shared: dict[int, str] = {}
    for number, (principal, result) in enumerate(audit.results):
        if (sections := shared.get(id(result.sections))) is None:
            sections = shared[id(result.sections)] = _of_sections(result.sections)
        facts = [("ARN", principal.arn), ("Policy", result.attached.in_words)]
        if answer := invocation_in_words(result):
            facts.insert(0, ("Invoke", answer))
        if others := others_in_words(result):
            facts.append(("Other policy", others))
        if principal.boundary is not None:
            unread = principal.boundary == UNREAD_BOUNDARY
            facts.append(("Boundary", "unknown" if unread else principal.boundary))
        yield (
            f"<details class=card id=p{number}><summary><b>{_text(principal.name)}</b>"
            f"<span class=muted>{principal.type}</span>"
            f"<span class={result.verdict}>{_sign(result.verdict)} {result.verdict}</span>"
            f"</summary>\n<div class=in>{_definitions(facts)}{sections}</div></details>\n"
        )


def _of_sections(sections: Sequence[SectionResult]) -> str:
    """The sections of a principal; those without any access and without reasons in one line."""
    nothing = [s.title for s in sections if s.verdict is Verdict.NONE and not _reasons(s)]
    parts = [_of_section(s) for s in sections if s.title not in nothing]
    if nothing:
        titles = "; ".join(map(_text, nothing))
        parts.append(f"<h3>{_sign(Verdict.NONE)} none</h3><p class=muted>{titles}</p>\n")
    return "".join(parts)


def _reasons(section: SectionResult) -> bool:
    return any(entry.means for entry in section.entries)


def _of_section(section: SectionResult) -> str:
    """A section: its entries, together where verdict and reasons are the same.

    The largest group is named by its number, if that is clear; all names stand at the end.
    """
    groups: dict[tuple[Verdict, tuple[str, ...]], list[EntryResult]] = {}
    for entry in section.entries:
        groups.setdefault((entry.verdict, entry.means), []).append(entry)
    ordered = sorted(groups.items(), key=lambda group: len(group[1]))
    items = [
        f"<li>{_sign(verdict)}{_entries(entries, of=section.total, last=number == len(ordered))}"
        f"<span class=hidden> {verdict}</span>{_because(means)}</li>"
        for number, ((verdict, means), entries) in enumerate(ordered, 1)
    ]
    count = f"{_known(section)}<span class=hidden> {section.verdict}</span>"
    return (
        f"<h3>{_sign(section.verdict)} {_text(section.title)} "
        f"<span class=muted>{count}</span></h3>\n<ul>{''.join(items)}</ul>\n"
    )


def _entries(entries: Sequence[EntryResult], *, of: int, last: bool) -> str:
    """The names of entries, or how many of a section they are."""
    mixed = any(len(set(entry.concrete.values())) > 1 for entry in entries)
    if last and not mixed:
        if len(entries) == of > 1:
            return f"all {of} actions"
        if len(entries) > _FEW:
            return f"the other {len(entries)} actions"
    return ", ".join(f"<code>{_text(entry.action)}</code>{_mixture(entry)}" for entry in entries)


def _mixture(entry: EntryResult) -> str:
    """What a wildcard stands for, where the verdicts differ: how many, and which are exceptions."""
    counts = Counter(entry.concrete.values())
    if len(counts) < 2:
        return ""
    usual = counts.most_common(1)[0][0]
    parts = [f"{counts[usual]} {usual}"]
    for verdict, count in counts.most_common()[1:]:
        names = [name for name, found in entry.concrete.items() if found is verdict]
        shown = ", ".join(_text(name.partition(":")[2] or name) for name in names[:_EXCEPTIONS])
        more = f" and {count - _EXCEPTIONS} more" if count > _EXCEPTIONS else ""
        parts.append(f"{count} {verdict}: {shown}{more}")
    return f" ({'; '.join(parts)})"


def _because(means: Sequence[str]) -> str:
    return f"<div>{'; '.join(map(_text, means))}</div>" if means else ""


def _sections(audit: Audit) -> Iterator[str]:
    """What each section stands for, once for all principals."""
    if not audit.sections:
        return
    yield "<h2>Sections</h2>\n<p class=muted>The statements of the policy, and their actions.</p>\n"
    for section in audit.sections:
        names = ", ".join(f"<code>{_text(entry.action)}</code>" for entry in section.entries)
        yield (
            f"<details class=card><summary><b>{_text(section.title)}</b>"
            f"<span class=muted>{len(section.entries)} actions</span></summary>\n"
            f"<div class=in><p class=muted>{names}</p></div></details>\n"
        )
