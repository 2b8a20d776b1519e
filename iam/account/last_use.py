"""When a user or role last used Bedrock, as AWS reports it, and what follows from it.

AWS counts attempts, also denied ones, by service and not by action, up to four hours late, for at
least 400 days.
https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from iam.account.unread import Unread
from iam.ages import with_zone
from iam.policy.document import Document
from iam.policy.glob import Glob, pattern_tokens

SERVICES = ("bedrock", "bedrock-mantle", "bedrock-websearch")
"""The namespaces that count as Bedrock."""
TRACKED = 400
"""Days for which AWS keeps the last use of a service."""
BEDROCK_USE = "BedrockLastUsed"
"""The key of a user or role under which a saved file has it."""
WHAT_COUNTS = (
    "AWS counts attempts, also denied ones, by service and not by action; they show up to 4 hours "
    "late."
)


class ServiceUse(NamedTuple):
    """The last attempt to use one service."""

    service: str
    """Its namespace."""
    at: datetime | None
    """None if there was no attempt for as long as AWS keeps them."""
    region: str | None = None
    """None where AWS does not say it."""


@dataclass(frozen=True, slots=True)
class BedrockUse:
    """When a user or role last used Bedrock."""

    asked: str
    """The ARN that AWS was asked about: that of a managed policy, or of the user or role itself."""
    asked_at: datetime
    services: tuple[ServiceUse, ...]
    unread: tuple[str, ...] = ()
    """The services of which AWS did not say anything."""

    @property
    def last(self) -> ServiceUse | None:
        """The most recent attempt; None if there is none on record."""
        used = [each for each in self.services if each.at is not None]
        return max(used, key=lambda each: _of_attempt(each), default=None)

    @property
    def never(self) -> bool:
        """Whether there was no attempt for as long as AWS keeps them, for certain."""
        return bool(self.services) and not self.unread and self.last is None

    @property
    def days(self) -> int | None:
        """The days from the last attempt to the day of the question; None without an attempt."""
        return None if self.last is None else max(0, (self.asked_at - _of_attempt(self.last)).days)

    @property
    def in_short(self) -> str:
        """`3 d`, `never in 400 d`, or `?`."""
        if (days := self.days) is not None:
            return f"{days} d" if days else "< 1 d"
        return f"never in {TRACKED} d" if self.never else "?"

    def unused_for(self, days: int) -> bool | None:
        """Whether there was no attempt in the days before AWS was asked; None if it is not known.

        Args:
            days: How many.
        """
        if self.last is not None:
            if self.asked_at - _of_attempt(self.last) < timedelta(days=days):
                return False
            return None if self.unread else True
        return True if self.never and days <= TRACKED else None


class UseAsked(NamedTuple):
    """That AWS has been asked for last use in an account."""

    at: datetime
    unread: tuple[Unread, ...] = ()
    """What it did not answer."""
    policy: str = ""
    """The ARN of the policy that was managed then; empty if that is not known."""


def last_use_of(what: str) -> str:
    """What the list of what was not read calls a last use."""
    return f"last use of {what}"


def use_in_short(use: BedrockUse | None) -> str:
    """What a column says of one of whom AWS has been asked: `3 d`, `never in 400 d`, or `?`."""
    return "?" if use is None else use.in_short


def use_in_lines(arn: str, use: BedrockUse | None, asked: UseAsked) -> list[str]:
    """What the details say of a user or role once AWS has been asked, and what that counts.

    Args:
        arn: Of the user or role.
        use: What AWS said of it; None if it said nothing.
        asked: What AWS was asked.
    """
    if use is None:
        return [f"? {_why_unknown(arn, asked)}"]
    last, lines = use.last, [use.in_short]
    if last is not None and last.at is not None:
        where = f" in {last.region}" if last.region else ""
        lines = [f"{use.in_short} ({last.at:%Y-%m-%d}): {last.service}{where}"]
    others = [f"{each.service} {_days(use, each.at)}" for each in use.services if each is not last]
    others += [f"{service} ?" for service in use.unread]
    if len(others) > 1 or (last is not None and others):
        lines.append(", ".join(others))
    by = "those with the policy asked about" if ":policy/" in use.asked else "asked about alone"
    counts = "attempts, also denied, by service, up to 4 h late"
    return [*lines, f"as of {use.asked_at:%Y-%m-%d %H:%M} UTC, {by}; {counts}"]


def _why_unknown(arn: str, asked: UseAsked) -> str:
    """Why nothing is known of a user or role: AWS refused, or was not asked about it."""
    for each in asked.unread:
        # What is only missing from an answer is missing of others; a refusal is about all of them.
        about_others = each.what.startswith(last_use_of("arn:")) or each.error == "Missing"
        if each.what == last_use_of(arn) or not about_others:
            return each.message
    return "AWS has said nothing of this one; L here asks about it"


def _days(use: BedrockUse, at: datetime | None) -> str:
    return "never" if at is None else f"{max(0, (use.asked_at - with_zone(at)).days)} d"


def services_of(documents: Iterable[object]) -> frozenset[str]:
    """The services of `SERVICES` that documents allow something of.

    Args:
        documents: As they were read; what is no `Document` allows nothing.
    """
    return frozenset(
        service
        for document in documents
        if isinstance(document, Document)
        for statement in document.statements
        if statement.effect == "Allow"
        for service in SERVICES
        if statement.not_actions is not None
        or any(_reaches(action, service) for action in statement.actions or ())
    )


def _reaches(action: str, service: str) -> bool:
    prefix = action.partition(":")[0].lower()
    return Glob(pattern_tokens(prefix)).matches(service)


def in_utc(at: datetime) -> str:
    """A time as scripts read it: `2026-11-23T18:00:00Z`."""
    return with_zone(at).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def use_object(use: BedrockUse) -> dict[str, Any]:
    """Make the JSON object that stands for it in a saved file."""
    return {
        "Asked": use.asked,
        "AskedAt": use.asked_at.isoformat(),
        "Services": [
            {
                "ServiceNamespace": each.service,
                **({} if each.at is None else {"LastAuthenticated": each.at.isoformat()}),
                **({} if each.region is None else {"LastAuthenticatedRegion": each.region}),
            }
            for each in use.services
        ],
        "NotRead": list(use.unread),
    }


def use_from(raw: object) -> BedrockUse | None:
    """Read what `use_object` made; None if it is malformed, for then nothing is known."""
    if not isinstance(raw, Mapping):
        return None
    try:
        return BedrockUse(
            asked=str(raw["Asked"]),
            asked_at=with_zone(datetime.fromisoformat(raw["AskedAt"])),
            services=tuple(_service_from(each) for each in raw["Services"]),
            unread=tuple(_namespace(each) for each in raw["NotRead"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _service_from(raw: Mapping[str, Any]) -> ServiceUse:
    at, region = raw.get("LastAuthenticated"), raw.get("LastAuthenticatedRegion")
    return ServiceUse(
        _namespace(raw["ServiceNamespace"]),
        None if at is None else with_zone(datetime.fromisoformat(at)),
        None if region is None else str(region),
    )


def _namespace(raw: object) -> str:
    if raw not in SERVICES:
        raise ValueError(f"no service that counts: {raw!r}")
    return str(raw)


def _of_attempt(use: ServiceUse) -> datetime:
    """The time of an attempt that was made."""
    assert use.at is not None
    return with_zone(use.at)
