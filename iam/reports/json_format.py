"""An audit as JSON, for scripts: a contract (docs/formats.md).

The report of a large account has hundreds of megabytes, most of it repeated, because principals
with the same documents share their results. So each result is encoded once, and the text of a
principal is assembled from these parts when it is written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from operator import attrgetter

from iam.account.attachments import Attachment
from iam.account.last_use import TRACKED, WHAT_COUNTS, BedrockUse, UseAsked, in_utc
from iam.account.model import UNREAD_BOUNDARY, Principal
from iam.reports.audit import Audit, Filtered
from iam.reports.formats import Detail
from iam.reports.key_report import key_facts
from iam.reports.route_objects import VIA, question_object, route_object
from iam.reports.verification import verification_object
from iam.verdicts.api_key_use import KeyUse
from iam.verdicts.invocation import Invocation
from iam.verdicts.result import EntryResult, PrincipalResult, SectionResult
from iam.verdicts.route_verdicts import RouteResult

# Characters that JSON allows but a terminal acts on: C1 controls, bidi and line separators.
_UNSAFE = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")


def as_json(audit: Audit, detail: Detail = "actions") -> Iterator[str]:
    """The whole audit as one JSON object and a newline.

    Args:
        audit: The audit.
        detail: `principals` leaves out `sections`, `sections` leaves out the `actions` of each.

    Returns:
        The text in pieces. Everything that could fail is done before the first piece; later they
        are only assembled.
    """
    managed, organization = audit.managed, audit.account.organization
    asked = audit.account.use_asked
    head = {
        "schema": 1,
        "generated_at": audit.generated_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "source": audit.source,
        "account": {
            "id": audit.account.id,
            "alias": audit.account.alias,
            "partition": audit.account.partition,
        },
        "caller": audit.caller,
        "organization": {
            "id": organization.id,
            "status": organization.status,
            "path": list(organization.path),
        },
        "policy": {"name": managed.name, "arn": managed.arn, "version": managed.version},
        **(
            {}
            if audit.account.use_asked is None
            else {"last_used": _asked(audit.account.use_asked)}
        ),
        **({} if audit.filtered is None else {"filter": _filter(audit.filtered)}),
        "complete": audit.complete,
        "unread": [{"what": u.what, "error": u.error, "message": u.message} for u in audit.gaps],
        **({} if audit.routes is None else {"models": question_object(audit.routes)}),
        **({} if audit.verified is None else {"verified": verification_object(audit.verified)}),
    }
    texts = _Texts(detail, asked is not None)
    routes = audit.routes.by_arn if audit.routes is not None else {}
    principals = [
        texts.of_principal(p, r, audit.keys_of(p), routes.get(p.arn)) for p, r in audit.results
    ]
    opening = json.dumps(head, ensure_ascii=False, indent=1).removesuffix("\n}")
    return _joined(f'{_harmless(opening)},\n "principals": ', principals)


def _asked(asked: UseAsked) -> dict[str, object]:
    return {"asked_at": in_utc(asked.at), "tracked_days": TRACKED, "counts": WHAT_COUNTS}


def _filter(filtered: Filtered) -> dict[str, object]:
    chosen = {"text": filtered.text, "of": filtered.of, "undecided": filtered.undecided}
    return {**chosen, "marked": True} if filtered.marked else chosen


def _joined(opening: str, principals: list[list[str]]) -> Iterator[str]:
    yield opening
    if not principals:
        yield "[]\n}\n"
        return
    lead = "[\n  "
    for parts in principals:
        yield "".join([lead, *parts])
        lead = ",\n  "
    yield "\n ]\n}\n"


class _Texts:
    """The encoded parts of the report, each made once.

    Sections and entries are cached by the identity of their result, which the audit keeps alive;
    their parts are cached by value.
    """

    def __init__(self, detail: Detail, with_use: bool) -> None:
        self._detail = detail
        self._with_use = with_use
        self._sections: dict[int, list[str]] = {}
        self._entries: dict[int, str] = {}
        self._routes: dict[int, str] = {}
        self._inside = cache(_inside)
        self._attached = cache(_attached)
        self._answer = cache(_answer)

    def of_principal(
        self,
        principal: Principal,
        result: PrincipalResult,
        uses: tuple[KeyUse, ...] | None,
        routes: tuple[RouteResult, ...] | None,
    ) -> list[str]:
        """A principal, in parts that it shares with other principals.

        Args:
            principal: The user or role.
            result: The verdicts on it.
            uses: Its API keys; None if they are not known.
            routes: Its routes to models; None if they were not asked about.
        """
        who = _inside(_WHO, _of_who(principal), 2)
        if principal.boundary == UNREAD_BOUNDARY:
            # Null alone would say that there is none.
            unread = (None, False, result.verdict)
            facts = self._inside(("boundary", "boundary_read", "verdict"), unread, 2)
        else:
            facts = self._inside(("boundary", "verdict"), (principal.boundary, result.verdict), 2)
        attached = self._attached(result.attached)
        answer = self._answer(result.invocation, result.other_policies) + _keys(uses)
        use = _last_used(principal.bedrock_use) if self._with_use else ""
        if routes is not None:
            use = self._of_routes(routes) + use
        head = f'{{\n   {who},\n   "attached": {attached},\n   {facts}'
        if self._detail == "principals":
            return [_harmless(head), answer, use, "\n  }"]
        sections = [self._of_section(section) for section in result.sections]
        return [
            _harmless(f'{head},\n   "sections": '),
            *_list(sections, 3),
            answer,
            use,
            "\n  }",
        ]

    def _of_routes(self, routes: tuple[RouteResult, ...]) -> str:
        if (text := self._routes.get(id(routes))) is None:
            with_calls = self._detail == "actions"
            objects = [route_object(each, with_calls=with_calls) for each in routes]
            text = json.dumps(objects, ensure_ascii=False, indent=1).replace("\n", "\n   ")
            text = self._routes[id(routes)] = _harmless(f',\n   "routes": {text}')
        return text

    def _of_section(self, section: SectionResult) -> list[str]:
        if (parts := self._sections.get(id(section))) is None:
            head = self._inside(_SECTION, _of_section(section), 4)
            if self._detail == "sections":
                parts = self._sections[id(section)] = [_harmless(f"{{\n     {head}\n    }}")]
                return parts
            entries = [[self._of_entry(entry)] for entry in section.entries]
            parts = self._sections[id(section)] = [
                _harmless(f'{{\n     {head},\n     "actions": '),
                *_list(entries, 5),
                "\n    }",
            ]
        return parts

    def _of_entry(self, entry: EntryResult) -> str:
        if (text := self._entries.get(id(entry))) is None:
            inside = self._inside
            head = inside(_ENTRY, _of_entry(entry), 6)
            concrete = inside(tuple(entry.concrete), tuple(entry.concrete.values()), 7)
            concrete = f"{{\n        {concrete}\n       }}" if concrete else "{}"
            vias = "\n        },\n        {\n         ".join(
                [inside(VIA, _of_via(via), 8) for via in entry.via]
            )
            via = f"[\n        {{\n         {vias}\n        }}\n       ]" if vias else "[]"
            text = self._entries[id(entry)] = _harmless(
                f'{{\n       {head},\n       "concrete": {concrete},\n       "via": {via}\n      }}'
            )
        return text


_WHO = ("arn", "type", "name", "path")
_SECTION = ("sid", "title", "verdict", "granted", "total")
_ENTRY = ("action", "verdict", "granted", "total")
_of_who, _of_section = attrgetter(*_WHO), attrgetter(*_SECTION)
_of_entry, _of_via = attrgetter(*_ENTRY), attrgetter(*VIA)
_encoders = [
    json.JSONEncoder(ensure_ascii=False, separators=(f",\n{' ' * (depth + 1)}", ": "))
    for depth in range(9)
]


def _inside(names: tuple[str, ...], values: tuple[object, ...], depth: int) -> str:
    """The text between the braces of a flat object at some depth.

    With a separator that contains the line break the encoder runs in C, which `indent` prevents.
    """
    return _encoders[depth].encode(dict(zip(names, values, strict=True)))[1:-1]


def _attached(attached: Attachment) -> str:
    groups = None if attached.groups is None else list(attached.groups)
    value = {"direct": attached.direct, "groups": groups}
    return json.dumps(value, ensure_ascii=False, indent=1).replace("\n", "\n   ")


def _answer(invocation: Invocation | None, others: tuple[str, ...] | None) -> str:
    """Whether a principal can invoke models, and by which other policies."""
    invoke = None
    if invocation is not None:
        invoke = {
            "verdict": invocation.verdict,
            "words": invocation.words,
            "by": list(invocation.by),
        }
    value = {"invoke": invoke, "other_policy": None if others is None else list(others)}
    text = json.dumps(value, ensure_ascii=False, indent=1)[1:-2].replace("\n", "\n  ")
    return _harmless(f",{text}")


def _keys(uses: tuple[KeyUse, ...] | None) -> str:
    """The API keys of a principal."""
    if not uses:
        return ',\n   "keys": null' if uses is None else ',\n   "keys": []'
    text = json.dumps([key_facts(use) for use in uses], ensure_ascii=False, indent=1)
    return _harmless(',\n   "keys": ' + text.replace("\n", "\n   "))


def _last_used(use: BedrockUse | None) -> str:
    """When a principal last used Bedrock: null if that is not known, `at` is null for never."""
    value = None
    if use is not None and (use.last is not None or use.never):
        last = use.last
        value = {
            "at": None if last is None or last.at is None else in_utc(last.at),
            "service": None if last is None else last.service,
            "region": None if last is None else last.region,
            "services": {
                each.service: None if each.at is None else in_utc(each.at) for each in use.services
            },
            "unread": list(use.unread),
            "asked_at": in_utc(use.asked_at),
        }
    text = json.dumps({"last_used": value}, ensure_ascii=False, indent=1)[1:-2]
    return _harmless("," + text.replace("\n", "\n  "))


def _list(items: list[list[str]], depth: int) -> list[str]:
    """A list of items that are in parts, in parts."""
    if not items:
        return ["[]"]
    parts: list[str] = []
    lead = f"[\n{' ' * (depth + 1)}"
    for item in items:
        parts.append(lead)
        parts += item
        lead = f",\n{' ' * (depth + 1)}"
    parts.append(f"\n{' ' * depth}]")
    return parts


def _harmless(text: str) -> str:
    if text.isascii() and "\x7f" not in text:
        return text
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
