"""Turn Bedrock's lists of models and profiles into models of this package, item by item.

What is malformed is left out and noted. IDs and ARNs decide verdicts, so that only what AWS can
have sent is accepted; names are data of any kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from iam.account.region_models import (
    GLOBAL,
    FoundationModel,
    InferenceProfile,
    OwnKind,
    OwnModel,
    ProfileKind,
)
from iam.account.unread import Unread
from iam.text import safe

_Item = Mapping[str, Any]
_T = TypeVar("_T")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,300}")
_ARN = re.compile(r"arn:[a-z-]{1,30}:bedrock:[a-z0-9-]{0,40}:[0-9]{0,12}:[A-Za-z0-9._:/-]{1,1000}")
_MODEL = ":foundation-model/"
_FIELDS: dict[OwnKind, tuple[str, str, tuple[str, ...]]] = {
    "provisioned-model": (
        "provisionedModelArn",
        "provisionedModelName",
        ("InService", "Updating"),
    ),
    "imported-model": ("modelArn", "modelName", ()),
    "custom-model-deployment": (
        "customModelDeploymentArn",
        "customModelDeploymentName",
        ("Active", "Updating"),
    ),
}
"""The fields of the ARN and of the name; the states in which it can be invoked, if it has any."""


class _Malformed(Exception):
    """An item that is not as AWS describes it; the message says what is missing."""


def models_of(items: Iterable[object], unread: list[Unread]) -> Iterator[FoundationModel]:
    """Read the items of `ListFoundationModels`."""
    return _read("model", "modelId", items, _model, unread)


def profiles_of(
    items: Iterable[object], asked: str, unread: list[Unread]
) -> Iterator[InferenceProfile]:
    """Read the items of `ListInferenceProfiles` that can be used.

    Args:
        items: As botocore parsed them.
        asked: The type of profiles that was asked for.
        unread: Receives what is malformed.
    """

    def profile(item: _Item) -> InferenceProfile | None:
        return _profile(item, asked)

    return _read("inference profile", "inferenceProfileId", items, profile, unread)


def own_models_of(
    kind: OwnKind, items: Iterable[object], unread: list[Unread]
) -> Iterator[OwnModel]:
    """Read the items of the list of a kind that can be invoked."""
    arn, name, states = _FIELDS[kind]

    def own(item: _Item) -> OwnModel | None:
        if states and _text(item, "status") not in states:
            return None
        found = _matching(item, arn, _ARN)
        model = item.get("foundationModelArn")
        known = isinstance(model, str) and _ARN.fullmatch(model) and _MODEL in model
        return OwnModel(
            _text(item, name), found, kind, str(model).partition(_MODEL)[2] if known else None
        )

    return _read(kind.replace("-", " "), arn, items, own, unread)


def _read(
    what: str,
    name: str,
    items: Iterable[object],
    read: Callable[[_Item], _T | None],
    unread: list[Unread],
) -> Iterator[_T]:
    """Read items one by one; None is left out, and what is malformed is noted by its name."""
    for item in items:
        try:
            if not isinstance(item, Mapping):
                raise _Malformed("it is no object")
            found = read(item)
        except _Malformed as error:
            called = item.get(name) if isinstance(item, Mapping) else None
            shown = f"{what} {safe(called)[:200]}" if isinstance(called, str) else f"a {what}"
            unread.append(Unread(shown, "Malformed", f"AWS's answer is malformed: {error}"))
        else:
            if found is not None:
                yield found


def _model(item: _Item) -> FoundationModel:
    id = _matching(item, "modelId", _ID)
    lifecycle = item.get("modelLifecycle")
    status = lifecycle.get("status") if isinstance(lifecycle, Mapping) else None
    return FoundationModel(
        id,
        _text_or(item, "modelName", id),
        _text_or(item, "providerName", id.partition(".")[0]),
        "ON_DEMAND" in _list(item, "inferenceTypesSupported"),
        status == "LEGACY",
    )


def _profile(item: _Item, asked: str) -> InferenceProfile | None:
    if item.get("status", "ACTIVE") != "ACTIVE" or item.get("type", asked) != asked:
        return None
    id = _matching(item, "inferenceProfileId", _ID)
    models = [_matching(model, "modelArn", _ARN) for model in _list(item, "models")]
    # One that is missing would be a call that nobody decides on.
    if not models or not all(_MODEL in model for model in models):
        raise _Malformed("its models are missing")
    return InferenceProfile(
        id,
        _text_or(item, "inferenceProfileName", id),
        _matching(item, "inferenceProfileArn", _ARN),
        _kind(asked, id),
        tuple(dict.fromkeys(models)),
    )


def _kind(type: str, id: str) -> ProfileKind:
    if type == "APPLICATION":
        return "application"
    return "global" if id.startswith(f"{GLOBAL}.") else "geographic"


def _matching(item: object, name: str, pattern: re.Pattern[str]) -> str:
    value = item.get(name) if isinstance(item, Mapping) else None
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise _Malformed(f"its {name} is {'malformed' if value else 'missing'}")
    return value


def _text(item: _Item, name: str) -> str:
    value = item.get(name)
    if not isinstance(value, str) or not value:
        raise _Malformed(f"its {name} is missing")
    return value


def _text_or(item: _Item, name: str, otherwise: str) -> str:
    value = item.get(name)
    return value if isinstance(value, str) and value.strip() else otherwise


def _list(item: _Item, name: str) -> list[Any]:
    value = item.get(name)
    if not isinstance(value, list):
        raise _Malformed(f"its {name} is missing")
    return value
