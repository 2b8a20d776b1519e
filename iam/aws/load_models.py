"""Read what can be invoked from a region: models, inference profiles, models of the account itself.

Where AWS does not list the models or the profiles, the list that comes with the app takes their
place, and it is noted why: no error here is an error of the account.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock.html
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from iam.account.model_order import newest_first
from iam.account.parse_models import models_of, own_models_of, profiles_of
from iam.account.region_models import OwnKind, RegionModels
from iam.account.shipped_models import shipped_models
from iam.account.unread import Unread
from iam.aws.client import Aws
from iam.aws.paging import listed_by_token
from iam.errors import AwsError

LIVE = "AWS, asked now"
"""The source of a list that was read just now."""
_PAGE_SIZE = 1000
"""The most that Bedrock puts on a page."""
_UNKNOWN_OPERATION = "UnknownOperationException"
"""The answer of a region that does not have this part of Bedrock."""


class _List(NamedTuple):
    """One of Bedrock's lists."""

    operation: str
    """The method of the client."""
    key: str
    """Where the items are in a page."""
    what: str
    """What it lists, in words."""
    parameters: Mapping[str, Any] = {}


_MODELS = _List("list_foundation_models", "modelSummaries", "the foundation models")
_PROFILES, _APPLICATION_PROFILES = (
    _List(
        "list_inference_profiles",
        "inferenceProfileSummaries",
        what,
        {"typeEquals": type},
    )
    for what, type in (
        ("the inference profiles", "SYSTEM_DEFINED"),
        ("the application inference profiles", "APPLICATION"),
    )
)
_OWN: dict[OwnKind, _List] = {
    "provisioned-model": _List(
        "list_provisioned_model_throughputs",
        "provisionedModelSummaries",
        "the Provisioned Throughputs",
    ),
    "imported-model": _List("list_imported_models", "modelSummaries", "the imported models"),
    "custom-model-deployment": _List(
        "list_custom_model_deployments",
        "modelDeploymentSummaries",
        "the deployments of custom models",
    ),
}


_LISTS = (_MODELS, _PROFILES, _APPLICATION_PROFILES, *_OWN.values())


class _Answer(NamedTuple):
    """What AWS listed; all of it, unless there is an error."""

    items: list[Any]
    error: AwsError | None = None


async def load_models(aws: Aws, region: str, account_id: str) -> RegionModels:
    """Read what can be invoked from a region.

    Args:
        aws: The connection to the account.
        region: The region that requests would be sent to.
        account_id: The account's ID.

    Returns:
        AWS's list, or the one that comes with the app; what could not be read is in `unread`.
    """
    answers = await _ask(aws, region)
    models, profiles, application, *own = answers
    unread: list[Unread] = []
    mine = tuple(profiles_of(application.items, "APPLICATION", unread))
    owned = tuple(
        model
        for kind, answer in zip(_OWN, own, strict=True)
        for model in own_models_of(kind, answer.items, unread)
    )
    if models.error is None and profiles.error is None:
        found = newest_first(models_of(models.items, unread))
        system = tuple(profiles_of(profiles.items, "SYSTEM_DEFINED", unread))
        read = RegionModels(region, LIVE, True, found, (*system, *mine), owned)
    else:
        read = shipped_models(region, aws.iam.meta.partition, account_id)
        read = replace(read, profiles=(*read.profiles, *mine), own=owned)
    return replace(read, unread=(*_missing(region, answers), *read.unread, *unread))


async def _ask(aws: Aws, region: str) -> list[_Answer]:
    """Ask for all lists at the same time."""
    try:
        client = await aws.call(connect_to_bedrock, aws, region)
    except AwsError as error:
        return [_Answer([], error) for _ in _LISTS]
    return await asyncio.gather(*(_listed(aws, client, each) for each in _LISTS))


def _missing(region: str, answers: Sequence[_Answer]) -> Iterator[Unread]:
    """Say why AWS's lists are not here; once, if it is the same for all, as without Bedrock."""
    errors = [answer.error for answer in answers if answer.error is not None]
    if len(errors) == len(_LISTS) and len({error.code for error in errors}) == 1:
        yield Unread(f"AWS's list of the models of {region}", errors[0].code, str(errors[0]))
        return
    for wanted, answer in zip(_LISTS, answers, strict=True):
        if (error := answer.error) is not None:
            yield Unread(f"{wanted.what} of {region}", error.code, str(error))


def connect_to_bedrock(aws: Aws, region: str) -> Any:
    """Make the client; blocking. Called by `Aws.call`, which explains what goes wrong."""
    return aws.bedrock(region)


async def _listed(aws: Aws, client: Any, wanted: _List) -> _Answer:
    fetch = getattr(client, wanted.operation, None)
    if fetch is None:
        what = f"This botocore is too old to list {wanted.what}"
        return _Answer([], AwsError("ParamValidation", f"{what}.", "Upgrade boto3."))
    paged = {} if wanted is _MODELS else {"maxResults": _PAGE_SIZE}
    parameters = {**wanted.parameters, **paged}
    try:
        items, error = await listed_by_token(aws, fetch, wanted.key, "nextToken", **parameters)
    except AwsError as failed:
        if failed.code == _UNKNOWN_OPERATION and wanted in _OWN.values():
            return _Answer([])
        return _Answer([], failed)
    return _Answer(items, error)
