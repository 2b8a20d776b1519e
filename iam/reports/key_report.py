"""The Bedrock API keys of an account as a table, as JSON or as CSV: `bedrock-tui keys`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from iam.account.api_keys import UNREAD_WHAT
from iam.account.last_use import in_utc
from iam.account.unread import Unread
from iam.ages import age
from iam.text import safe
from iam.verdicts.api_key_use import NEVER_EXPIRES, KeyUse

if TYPE_CHECKING:
    from iam.account.model import Account
    from iam.reports.audit import SourceName
    from iam.reports.formats import Terminal

_ANSWERS = {True: "true", False: "false", None: "unknown"}


@dataclass(frozen=True, slots=True)
class KeyReport:
    """The keys of an account at one moment."""

    generated_at: datetime
    source: SourceName
    account: Account
    caller: str | None
    uses: tuple[KeyUse, ...]

    @property
    def unread(self) -> tuple[Unread, ...]:
        """What could not be read of the keys, and which could not be judged."""
        keys = self.account.api_keys
        gaps = list(keys.unread)
        if keys.status == "unasked":
            gaps.append(Unread(UNREAD_WHAT, "Missing", "the file does not hold them"))
        gaps += [
            Unread(f"API key {use.key.name}", "Unknown", use.words)
            for use in self.uses
            if use.invokes is None
        ]
        return tuple(gaps)

    def written(self, form: str, terminal: Terminal | None = None) -> str:
        """Write the report.

        Args:
            form: A format of `KEY_FORMATS`.
            terminal: What a table is fitted to; None for full width.
        """
        if form == "json":
            return _as_json(self)
        return _as_csv(self) if form == "csv" else _as_table(self, terminal)

    def with_only(self, uses: Sequence[KeyUse]) -> str:
        """Write some of the keys, in the order of a list, as CSV."""
        return _as_csv(replace(self, uses=tuple(uses)))


def state_in_words(use: KeyUse) -> str:
    """The state of a key: `active`."""
    return use.state.lower()


def expiry_in_words(use: KeyUse) -> str:
    """The day on which a key expires, or that it never does."""
    expires = use.key.expires
    return NEVER_EXPIRES if expires is None else f"{expires:%Y-%m-%d}"


def created_in_words(use: KeyUse) -> str:
    """The day on which a key was made."""
    return "?" if use.key.created is None else f"{use.key.created:%Y-%m-%d}"


def age_in_words(use: KeyUse, now: datetime) -> str:
    """How old a key is."""
    return "?" if use.key.created is None else age(use.key.created, now)


def invocation_in_words(use: KeyUse) -> str:
    """What the owner of a key may invoke."""
    return "unknown" if use.invocation is None else use.invocation.words


def key_in_words(use: KeyUse) -> str:
    """A key for one cell: `BedrockAPIKey-1-at-123456789012 (active, expires never)`."""
    return f"{use.key.name} ({state_in_words(use)}, expires {expiry_in_words(use)})"


def key_facts(use: KeyUse) -> dict[str, Any]:
    """A key for JSON."""
    return {
        "id": use.key.id,
        "name": use.key.name,
        "state": state_in_words(use),
        "created": _time(use.key.created),
        "expires": _time(use.key.expires),
        "usable": use.usable,
        "invokes": use.invokes,
        "works": use.words,
        "restricted_by": list(use.reasons),
    }


def _as_json(report: KeyReport) -> str:
    account = report.account
    body = {
        "schema": 1,
        "generated_at": _time(report.generated_at),
        "source": report.source,
        "account": {"id": account.id, "alias": account.alias, "partition": account.partition},
        "caller": report.caller,
        "complete": not report.unread,
        "unread": [{"what": u.what, "error": u.error, "message": u.message} for u in report.unread],
        "keys": [_with_owner(use) for use in report.uses],
    }
    return json.dumps(body, indent=1) + "\n"


def _with_owner(use: KeyUse) -> dict[str, Any]:
    answer = use.invocation
    return {
        **key_facts(use),
        "user": use.key.user,
        "owner": use.owner.arn if use.owner else None,
        "invoke": {"verdict": answer.verdict, "words": answer.words, "by": list(answer.by)}
        if answer
        else None,
    }


def _time(at: datetime | None) -> str | None:
    return None if at is None else in_utc(at)


def _as_csv(report: KeyReport) -> str:
    from iam.reports.csv_format import csv_line

    head = "account,id,name,user,owner,state,created,expires,invoke,usable,invokes,works"
    lines = [csv_line(head.split(","))]
    for use in report.uses:
        lines.append(
            csv_line(
                [
                    report.account.id or "",
                    use.key.id,
                    use.key.name,
                    use.key.user,
                    use.owner.arn if use.owner else "",
                    state_in_words(use),
                    _time(use.key.created) or "unknown",
                    _time(use.key.expires) or NEVER_EXPIRES,
                    invocation_in_words(use),
                    _ANSWERS[use.usable],
                    _ANSWERS[use.invokes],
                    use.words,
                ]
            )
        )
    return "".join(lines)


def _as_table(report: KeyReport, terminal: Terminal | None) -> str:
    from iam.reports.fitted_columns import fitted, width_of

    account = report.account
    name = f"{account.label} ({account.alias})" if account.alias else account.label
    lines = [f"Bedrock API keys in {name}", ""]
    head = ["user", "state", "works", "owner may invoke", "expires", "created", "age", "name"]
    rows = [
        [
            use.key.user,
            state_in_words(use),
            use.words,
            invocation_in_words(use),
            expiry_in_words(use),
            created_in_words(use),
            age_in_words(use, report.generated_at),
            use.key.name,
        ]
        for use in report.uses
    ]
    if rows:
        cells = [[safe(cell) for cell in row] for row in (head, *rows)]
        missing: list[str] = []
        if terminal is not None:
            cut = "…" if terminal.unicode else "~"
            cells, missing = fitted(cells, terminal.width, cut, keep="works")
        widths = [max(map(width_of, column)) for column in zip(*cells, strict=True)]
        lines += [_aligned(row, widths, width_of) for row in cells]
        if missing:
            lines += ["", f"Left out, because the terminal is too narrow: {', '.join(missing)}."]
    elif not report.unread:
        lines.append("There are none.")
    if report.unread:
        gaps = [f"  {safe(u.what)}: {safe(u.error)}, {safe(u.message)}" for u in report.unread]
        lines += ["", "Not read:", *gaps]
    return "\n".join([*map(str.rstrip, lines), ""])


def _aligned(row: Iterable[str], widths: Iterable[int], width_of: Any) -> str:
    parts = (cell + " " * (w - width_of(cell)) for cell, w in zip(row, widths, strict=True))
    return "  ".join(parts)
