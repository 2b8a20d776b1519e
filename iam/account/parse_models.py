"""Turn Bedrock's lists of models and profiles into models of this package, item by item.

What is malformed is left out and noted. IDs and ARNs decide verdicts, so that only what AWS can
have sent is accepted; names are data of any kind.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from operator import attrgetter
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
_ANY_ID = "[A-Za-z0-9][A-Za-z0-9._:-]{0,300}"
_ID = re.compile(_ANY_ID)
_MODEL_ARN = re.compile(
    f"arn:[a-z-]{{1,30}}:bedrock:[a-z0-9-]{{0,40}}::foundation-model/({_ANY_ID})"
)
_PROFILE_KINDS = {
    "SYSTEM_DEFINED": "inference-profile",
    "APPLICATION": "application-inference-profile",
}
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
    return _read("model", "modelId", items, _model, attrgetter("id"), unread)


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

    return _read(
        "inference profile", "inferenceProfileId", items, profile, attrgetter("arn"), unread
    )


def own_models_of(
    kind: OwnKind, items: Iterable[object], unread: list[Unread]
) -> Iterator[OwnModel]:
    """Read the items of the list of a kind that can be invoked."""
    arn, name, states = _FIELDS[kind]
    pattern = _arn_of(kind)

    def own(item: _Item) -> OwnModel | None:
        if states and _text(item, "status") not in states:
            return None
        found = _matching(item, arn, pattern)
        model = _MODEL_ARN.fullmatch(str(item.get("foundationModelArn")))
        return OwnModel(_text(item, name), found, kind, model[1] if model else None)

    return _read(kind.replace("-", " "), arn, items, own, attrgetter("arn"), unread)


def _read(
    what: str,
    name: str,
    items: Iterable[object],
    read: Callable[[_Item], _T | None],
    key: Callable[[_T], str],
    unread: list[Unread],
) -> Iterator[_T]:
    """Read items one by one, each key once, for pages may overlap where a list changes meanwhile.

    None is left out, and what is malformed is noted by its name.
    """
    seen: set[str] = set()
    for item in items:
        try:
            if not isinstance(item, Mapping):
                raise _Malformed("it is no object")
            found = read(item)
        except _Malformed as error:
            called = item.get(name) if isinstance(item, Mapping) else None
            shown = f"one {what}"
            if isinstance(called, str) and called:
                shown = f"{what} {safe(called)[:200]}"
            unread.append(Unread(shown, "Malformed", f"AWS's answer is malformed: {error}"))
        else:
            if found is not None and key(found) not in seen:
                seen.add(key(found))
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
    models = [_matching(model, "modelArn", _MODEL_ARN) for model in _list(item, "models")]
    if not models:  # a call that nobody decides on
        raise _Malformed("its models are missing")
    return InferenceProfile(
        id,
        _text_or(item, "inferenceProfileName", id),
        _matching(item, "inferenceProfileArn", _arn_of(_PROFILE_KINDS[asked])),
        _kind(asked, id),
        tuple(dict.fromkeys(models)),
    )


def _kind(type: str, id: str) -> ProfileKind:
    if type == "APPLICATION":
        return "application"
    return "global" if id.startswith(f"{GLOBAL}.") else "geographic"


@cache
def _arn_of(kind: str) -> re.Pattern[str]:
    """The ARNs of something that an account has in a region."""
    return re.compile(f"arn:[a-z-]{{1,30}}:bedrock:[a-z0-9-]{{1,40}}:[0-9]{{12}}:{kind}/{_ANY_ID}")


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
