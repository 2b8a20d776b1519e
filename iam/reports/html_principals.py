"""The part of the HTML report about each principal: its entries with the reasons, closed at first.

Principals with the same documents share the text of their sections.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from iam.account.model import UNREAD_BOUNDARY
from iam.reports.audit import Audit
from iam.reports.html_pieces import count_of, definitions, sign_of, text_of
from iam.reports.overview import invocation_in_words, others_in_words
from iam.verdicts.result import EntryResult, SectionResult
from iam.verdicts.verdict import Verdict

_FEW = 8
"""More actions than this are counted, where their names are clear."""
_EXCEPTIONS = 8
"""The most actions of a wildcard that are named as exceptions."""


def principals(audit: Audit) -> Iterator[str]:
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
            f"<details class=card id=p{number}><summary><b>{text_of(principal.name)}</b>"
            f"<span class=muted>{principal.type}</span>"
            f"<span class={result.verdict}>{sign_of(result.verdict)} {result.verdict}</span>"
            f"</summary>\n<div class=in>{definitions(facts)}{sections}</div></details>\n"
        )


def _of_sections(sections: Sequence[SectionResult]) -> str:
    """The sections of a principal; those without any access and without reasons in one line."""
    nothing = [s.title for s in sections if s.verdict is Verdict.NONE and not _reasons(s)]
    parts = [_of_section(s) for s in sections if s.title not in nothing]
    if nothing:
        titles = "; ".join(map(text_of, nothing))
        parts.append(f"<h3>{sign_of(Verdict.NONE)} none</h3><p class=muted>{titles}</p>\n")
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
        f"<li>{sign_of(verdict)}{_entries(entries, of=section.total, last=number == len(ordered))}"
        f"<span class=hidden> {verdict}</span>{_because(means)}</li>"
        for number, ((verdict, means), entries) in enumerate(ordered, 1)
    ]
    count = f"{count_of(section)}<span class=hidden> {section.verdict}</span>"
    return (
        f"<h3>{sign_of(section.verdict)} {text_of(section.title)} "
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
    return ", ".join(f"<code>{text_of(entry.action)}</code>{_mixture(entry)}" for entry in entries)


def _mixture(entry: EntryResult) -> str:
    """What a wildcard stands for, where the verdicts differ: how many, and which are exceptions."""
    counts = Counter(entry.concrete.values())
    if len(counts) < 2:
        return ""
    usual = counts.most_common(1)[0][0]
    parts = [f"{counts[usual]} {usual}"]
    for verdict, count in counts.most_common()[1:]:
        names = [name for name, found in entry.concrete.items() if found is verdict]
        shown = ", ".join(text_of(name.partition(":")[2] or name) for name in names[:_EXCEPTIONS])
        more = f" and {count - _EXCEPTIONS} more" if count > _EXCEPTIONS else ""
        parts.append(f"{count} {verdict}: {shown}{more}")
    return f" ({'; '.join(parts)})"


def _because(means: Sequence[str]) -> str:
    return f"<div>{'; '.join(map(text_of, means))}</div>" if means else ""
