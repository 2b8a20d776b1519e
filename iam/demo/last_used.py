"""Last accessed details for moto: jobs that report who used which service when.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GenerateServiceLastAccessedDetails.html
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from iam.account.last_use import SERVICES, services_of
from iam.account.unread import document_of
from iam.arn import Arn
from iam.demo.content import ACCOUNT
from iam.demo.moto_call import Call, kept, page, refusal

if TYPE_CHECKING:
    from moto.iam.models import IAMBackend

_NAMES = dict(
    zip(SERVICES, ("Amazon Bedrock", "Amazon Bedrock Mantle", "Amazon Bedrock Search"), strict=True)
)
_IN_PROGRESS = 1
"""How often a new job is asked about before it ends."""
_DEMO: dict[str, tuple[int, str, str]] = {
    "carla.rossi": (1, "bedrock", "us-east-1"),
    "AssistantBackend": (1, "bedrock", "eu-central-1"),
    "ChatbotLambda": (3, "bedrock-mantle", "us-east-1"),
    "bob.okafor": (90, "bedrock", "us-west-2"),
    "CodeBuild-ml": (211, "bedrock", "us-east-1"),
    "farid.haddad": (34, "bedrock", "us-east-1"),
    "mei.tanaka": (12, "bedrock", "us-east-1"),
    "dmitri.volkov": (6, "bedrock", "us-east-1"),
    "BatchInference": (2, "bedrock", "us-west-2"),
}
"""In the demo, how many days ago somebody used which service, and where; the others never did."""


def add_last_use() -> None:
    """Let those of the demo be older than a day, and have used Bedrock; moto is in this process."""
    from moto.iam.models import iam_backends

    backend = iam_backends[ACCOUNT]["aws"]
    make_older(backend, 500)
    now = datetime.now(UTC).replace(microsecond=0)
    for entity in _principals(backend):
        if (use := _DEMO.get(entity.name)) is not None:
            days, service, region = use
            # An hour more, so that it is so many days for as long as the demo is open.
            record_use(backend, entity.arn, now - timedelta(days=days, hours=1), service, region)


def record_use(
    backend: IAMBackend, arn: str, at: datetime, service: str, region: str = "us-east-1"
) -> None:
    """Let somebody have used a service.

    Args:
        backend: moto's backend of the account.
        arn: Of the user or role.
        at: When.
        service: The namespace of the service.
        region: Where.
    """
    kept(backend, "last_use")[f"{arn} {service}"] = (at, region)


def make_older(backend: IAMBackend, days: int) -> None:
    """Let all users and roles have been created some time ago, so that they can be unused."""
    for entity in (*backend.users.values(), *backend.roles.values()):
        entity.create_date -= timedelta(days=days)


def _generate(backend: IAMBackend, params: Mapping[str, Any]) -> dict[str, Any]:
    arn = str(params["Arn"])
    _documents(backend, arn)  # which is there
    id = str(uuid.uuid4())
    kept(backend, "last_use_jobs")[id] = {
        "arn": arn,
        "created": datetime.now(UTC).replace(microsecond=0),
        "polls": _IN_PROGRESS,
    }
    return {"JobId": id}


def _details(backend: IAMBackend, params: Mapping[str, Any]) -> dict[str, Any]:
    def services(arn: str) -> list[dict[str, Any]]:
        holders = list(_holders(backend, arn))
        return [
            _service(backend, service, holders)
            for service in sorted(services_of(_documents(backend, arn)))
        ]

    return {"JobType": "SERVICE_LEVEL", **_answer(backend, params, services, _LIST)}


def _with_entities(backend: IAMBackend, params: Mapping[str, Any]) -> dict[str, Any]:
    service = str(params["ServiceNamespace"])

    def entities(arn: str) -> list[dict[str, Any]]:
        if service not in services_of(_documents(backend, arn)):
            return []
        found = [_entity(backend, entity, service) for entity in _holders(backend, arn)]
        # The most recent first, as AWS sorts them.
        oldest = datetime.min.replace(tzinfo=UTC)
        return sorted(found, key=lambda e: e.get("LastAuthenticated", oldest), reverse=True)

    return _answer(backend, params, entities, "EntityDetailsList")


LAST_USE_CALLS: dict[str, Call] = {
    "GenerateServiceLastAccessedDetails": _generate,
    "GetServiceLastAccessedDetails": _details,
    "GetServiceLastAccessedDetailsWithEntities": _with_entities,
}
_LIST = "ServicesLastAccessed"


def _answer(
    backend: IAMBackend, params: Mapping[str, Any], items: Any, name: str
) -> dict[str, Any]:
    """The state of a job, and a page of its report once it is complete."""
    job = kept(backend, "last_use_jobs").get(params["JobId"])
    if job is None:
        raise refusal("NoSuchEntity", "The job cannot be found.")
    head = {"JobCreationDate": job["created"], name: [], "IsTruncated": False}
    if job["polls"] > 0:
        job["polls"] -= 1
        return {**head, "JobStatus": "IN_PROGRESS"}
    head["JobCompletionDate"] = job["created"]
    try:
        listed = items(job["arn"])
    except Exception as error:  # what the job is about has been deleted
        gone = {"Code": "NoSuchEntity", "Message": str(error)}
        return {**head, "JobStatus": "FAILED", "Error": gone}
    return {**head, "JobStatus": "COMPLETED", **page(listed, params, name)}


def _documents(backend: IAMBackend, arn: str) -> list[Any]:
    """The documents that decide which services a policy, user or role can use."""
    if Arn.parse(arn).kind == "policy":
        return [_document(backend.get_policy(arn))]
    entity = next((each for each in _principals(backend) if each.arn == arn), None)
    if entity is None:
        raise refusal("NoSuchEntity", f"ARN {arn} cannot be found.")
    sources = [entity, *_groups(backend, entity)]
    own = [document_of(text) for source in sources for text in source.policies.values()]
    return own + [_document(p) for source in sources for p in source.managed_policies.values()]


def _document(policy: Any) -> Any:
    default = policy.default_version_id
    return document_of(next(v.document for v in policy.versions if v.version_id == default))


def _principals(backend: IAMBackend) -> Iterator[Any]:
    yield from backend.users.values()
    yield from backend.roles.values()


def _groups(backend: IAMBackend, entity: Any) -> list[Any]:
    return [group for group in backend.groups.values() if entity in group.users]


def _holders(backend: IAMBackend, arn: str) -> Iterator[Any]:
    """The users and roles that have a policy, also by a group; or the one user or role."""
    for entity in _principals(backend):
        sources = [entity, *_groups(backend, entity)]
        if entity.arn == arn or any(arn in source.managed_policies for source in sources):
            yield entity


def _entity(backend: IAMBackend, entity: Any, service: str) -> dict[str, Any]:
    kind = "USER" if Arn.parse(entity.arn).kind == "user" else "ROLE"
    info = {"Arn": entity.arn, "Name": entity.name, "Type": kind, "Id": entity.id}
    used = kept(backend, "last_use").get(f"{entity.arn} {service}")
    return {
        "EntityInfo": {**info, "Path": entity.path or "/"},
        **({} if used is None else {"LastAuthenticated": used[0]}),
    }


def _service(backend: IAMBackend, service: str, holders: list[Any]) -> dict[str, Any]:
    uses = kept(backend, "last_use")
    used = [(uses[key], e.arn) for e in holders if (key := f"{e.arn} {service}") in uses]
    item = {
        "ServiceName": _NAMES[service],
        "ServiceNamespace": service,
        "TotalAuthenticatedEntities": len(used),
    }
    if used:
        (at, region), arn = max(used)
        item |= {
            "LastAuthenticated": at,
            "LastAuthenticatedEntity": arn,
            "LastAuthenticatedRegion": region,
        }
    return item
