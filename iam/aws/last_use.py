"""Ask AWS when users and roles last used Bedrock: one job for a managed policy, or one for each.

A job takes AWS a moment. Its report on a managed policy lists all who have the policy, service by
service, so that it takes few calls however many they are.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetServiceLastAccessedDetailsWithEntities.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from iam.account.attachments import attachment_of
from iam.account.last_use import (
    SERVICES,
    BedrockUse,
    ServiceUse,
    UseAsked,
    last_use_of,
    services_of,
)
from iam.account.model import Account, ManagedPolicy
from iam.account.unread import Unread
from iam.account.uses import others_granted
from iam.aws.answers import required
from iam.aws.client import Aws
from iam.aws.concurrency import for_each
from iam.aws.paging import incomplete, pages
from iam.errors import AwsError
from iam.runtime.threads import in_thread
from iam.text import safe

MOST_JOBS = 25
"""Users and roles that are asked about one by one at a time: each takes three calls or more."""
LONGEST = 120.0
"""Seconds that a job may take."""
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before the state of a job is asked for again; the last one is repeated."""
_PAGE = 1000
_DETAILS = "get_service_last_accessed_details"
_WITH_ENTITIES = "get_service_last_accessed_details_with_entities"
Progress = Callable[[str], None]
"""Called with what is being done, in a few words."""


class Uses(NamedTuple):
    """What AWS said."""

    by_arn: Mapping[str, BedrockUse]
    asked: UseAsked


async def uses_of_policy(
    aws: Aws, account: Account, policy: ManagedPolicy, on_progress: Progress = lambda _: None
) -> Uses:
    """Ask when those who have a managed policy last used the services that it grants.

    Args:
        aws: The connection to the account.
        account: The account, for who has the policy.
        policy: The managed policy.
        on_progress: Told what is being done.

    Returns:
        The answer. What AWS did not say is listed in it; no error is raised.
    """
    asked_at, unread = _now(), list[Unread]()
    found: dict[str, list[ServiceUse]] = {}
    try:
        job, reported = await _report(aws, policy.arn, on_progress)
    except AwsError as error:
        return Uses({}, UseAsked(asked_at, (_unread(f"last use of {policy.name}", error),)))
    failed: dict[str, AwsError] = {}
    for service in SERVICES:
        if service not in reported:
            continue
        on_progress(f"reading who used {service}")
        listed, missing = await _entities(aws, job, service)
        last = reported[service]
        for arn, at in listed.items():
            region = last.use.region if at is not None and last.arn == arn else None
            found.setdefault(arn, []).append(ServiceUse(service, at, region))
        if missing is not None:
            failed[service] = missing
    unread += _gaps(failed)
    silent = set(failed)
    holders = [
        arn
        for arn, principal in account.principals.items()
        if attachment_of(account, principal, policy.arn)
    ]
    if holders:
        for service in sorted(services_of([policy.document]) - reported.keys()):
            silent.add(service)
            unread.append(Unread(f"last use of {service}", "Missing", _NOT_REPORTED))
    expected = (*(s for s in SERVICES if s in reported), *sorted(silent - reported.keys()))
    others = await in_thread(others_granted, account, tuple(found), frozenset(expected))
    uses = {
        arn: _use(policy.arn, asked_at, uses, (*expected, *others.get(arn, ())))
        for arn, uses in found.items()
    }
    if left := [arn for arn in holders if arn not in uses]:
        who = "a holder" if len(left) == 1 else f"{len(left)} holders"
        why = f"AWS's report does not name {'it' if len(left) == 1 else 'them'}"
        if not silent:
            unread.append(Unread(f"last use of {who} of {policy.name}", "Missing", why))
    return Uses(uses, UseAsked(asked_at, tuple(unread)))


async def uses_of_each(
    aws: Aws, arns: Iterable[str], on_progress: Progress = lambda _: None
) -> Uses:
    """Ask about users and roles one by one, whatever lets them use Bedrock.

    Args:
        aws: The connection to their account.
        arns: Whom to ask about; callers pass at most `MOST_JOBS`.
        on_progress: Told how many have been answered.

    Returns:
        The answers. What AWS did not say is listed in it; no error is raised.
    """
    asked_at, wanted = _now(), tuple(arns)
    uses: dict[str, BedrockUse] = {}
    unread: dict[str, Unread] = {}
    done = 0

    async def ask(arn: str) -> None:
        nonlocal done
        try:
            _, reported = await _report(aws, arn)
            if reported:
                services = tuple(reported[s].use for s in SERVICES if s in reported)
                uses[arn] = BedrockUse(arn, asked_at, services)
            else:
                unread[arn] = Unread(last_use_of(arn), "Missing", _NOT_ALLOWED)
        except AwsError as error:
            unread[arn] = _unread(last_use_of(arn), error)
        done += 1
        on_progress(f"{done} of {len(wanted)} users and roles")

    await for_each(wanted, ask)
    return Uses(uses, UseAsked(asked_at, tuple(unread[arn] for arn in wanted if arn in unread)))


def not_asked(error: AwsError) -> Uses:
    """What is known if AWS could not be asked.

    Args:
        error: Why it could not.
    """
    return Uses({}, UseAsked(_now(), (_unread("last use of Bedrock", error),)))


_NOT_REPORTED = "AWS's report on the policy does not name this service"
_NOT_ALLOWED = "its policies allow no Bedrock service, and AWS reports no others"


class _Reported(NamedTuple):
    """What a report says of a service."""

    use: ServiceUse
    arn: str | None
    """Who used it last."""


async def _report(
    aws: Aws, arn: str, on_progress: Progress = lambda _: None
) -> tuple[str, dict[str, _Reported]]:
    """Wait for a report.

    Returns:
        The ID of the job, and what the report says of the services that count, by namespace.

    Raises:
        AwsError: AWS made no report.
    """
    on_progress("asking AWS for a report")
    generate = aws.iam.generate_service_last_accessed_details
    job: str = required(await aws.call(generate, Arn=arn), "JobId")
    await _until_complete(aws, job, on_progress)
    reported: dict[str, _Reported] = {}
    async for page in pages(aws, _DETAILS, JobId=job, MaxItems=_PAGE):
        _require_complete(page)
        for item in page.get("ServicesLastAccessed") or ():
            service = required(item, "ServiceNamespace")
            if service in SERVICES:
                use = ServiceUse(service, _time(item), _text(item, "LastAuthenticatedRegion"))
                reported[service] = _Reported(use, _text(item, "LastAuthenticatedEntity"))
    return job, reported


async def _until_complete(aws: Aws, job: str, on_progress: Progress) -> None:
    """Wait until a job has ended.

    Raises:
        AwsError: It failed, or it does not end.
    """
    pauses, waited = iter(PAUSES), 0.0
    pause = 0.0
    while True:
        page = await aws.call(getattr(aws.iam, _DETAILS), JobId=job, MaxItems=1)
        if page.get("JobStatus") != "IN_PROGRESS":
            return _require_complete(page)
        pause = next(pauses, pause)
        if waited + pause > LONGEST:
            raise AwsError(
                "JobTimeout",
                f"AWS's report was not ready after {LONGEST / 60:.0f} minutes.",
                "Try again later.",
            )
        on_progress("waiting for AWS's report")
        await asyncio.sleep(pause)
        waited += pause


def _require_complete(page: Mapping[str, Any]) -> None:
    """Make sure that a page is of a job that has been completed.

    Raises:
        AwsError: The job failed, or its state is unknown.
    """
    status = required(page, "JobStatus")
    if status == "COMPLETED":
        return
    error = page.get("Error") or {}
    code, message = safe(str(error.get("Code") or status)), error.get("Message")
    why = f": {safe(str(message))}" if message else ""
    raise AwsError("JobFailed", f"AWS could not make the report ({code}){why}.", "Try again later.")


async def _entities(
    aws: Aws, job: str, service: str
) -> tuple[dict[str, datetime | None], AwsError | None]:
    """Read who used a service when; with the reason if there may be more."""
    found: dict[str, datetime | None] = {}
    parameters = {"JobId": job, "ServiceNamespace": service, "MaxItems": _PAGE}
    try:
        async for page in pages(aws, _WITH_ENTITIES, **parameters):
            _require_complete(page)
            for item in page.get("EntityDetailsList") or ():
                found[required(required(item, "EntityInfo"), "Arn")] = _time(item)
    except AwsError as error:
        # Pages that were read stay valid; of whom they do not name, nothing is known.
        return found if incomplete(error) else {}, error
    return found, None


def _gaps(failed: Mapping[str, AwsError]) -> list[Unread]:
    """Services of which AWS did not say all: a line for each reason."""
    by_reason: dict[tuple[str, str], list[str]] = {}
    for service, error in failed.items():
        by_reason.setdefault((error.code, str(error)), []).append(service)
    return [
        Unread(f"last use of {', '.join(services)}", code, why)
        for (code, why), services in by_reason.items()
    ]


def _use(
    asked: str, asked_at: datetime, uses: list[ServiceUse], expected: Iterable[str]
) -> BedrockUse:
    said = {use.service for use in uses}
    return BedrockUse(asked, asked_at, tuple(uses), tuple(s for s in expected if s not in said))


def _time(item: Mapping[str, Any]) -> datetime | None:
    at = item.get("LastAuthenticated")
    if at is None or isinstance(at, datetime):
        return at
    raise AwsError("Malformed", "The response is not from AWS: a date is no date.", "Try again.")


def _text(item: Mapping[str, Any], name: str) -> str | None:
    value = item.get(name)
    return None if value is None else str(value)


def _unread(what: str, error: AwsError) -> Unread:
    return Unread(what, error.code, str(error))


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)
