"""The order in which models are listed: by provider, the newest first.

The age of a model is read from its ID, for AWS does not tell it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from iam.account.region_models import FoundationModel

_END = re.compile(r"-v([0-9]{1,3})(?:-([0-9]{1,3}))?(?::[0-9]+)?$|-[0-9]+:[0-9]+$")
"""`-v2:0` and the like at the end of an ID: the revision of a model, not its version."""
_DATE = re.compile(r"20[0-9]{6}|2[0-9](?:0[1-9]|1[0-2])")
"""`20250929`, or `2402` as Mistral AI writes it."""
_VERSION = re.compile(r"[a-z]{0,12}([1-9][0-9]{0,2}(?:\.[0-9]{1,3})*)")
"""`5`, `llama3`, `k2.5`; not `70b`, the size of a model."""
Age = tuple[tuple[int, ...], int, tuple[int, ...]]
"""The version, the date and the revision of a model; the greater, the newer."""


def newest_first(models: Iterable[FoundationModel]) -> tuple[FoundationModel, ...]:
    """Sort models by provider, the newest version first, then by name."""
    named = sorted(models, key=lambda model: (model.name.casefold(), model.id))
    by_age = sorted(named, key=lambda model: age_of(model.id), reverse=True)
    return tuple(sorted(by_age, key=lambda model: model.provider.casefold()))


def age_of(id: str) -> Age:
    """Read version, date and revision of a model from its ID; zeros where it has none.

    `anthropic.claude-sonnet-4-5-20250929-v1:0` is version (4, 5) of 2025-09-29, revision 1.
    """
    rest = id.partition(".")[2]
    revision: tuple[int, ...] = ()
    if end := _END.search(rest):
        rest = rest[: end.start()]
        revision = tuple(int(number) for number in end.groups() if number)
    version: list[int] = []
    date = 0
    for part in rest.split("-"):
        if _DATE.fullmatch(part):
            date = int(part if len(part) == 8 else f"20{part}00")
        elif found := _VERSION.fullmatch(part):
            version += map(int, found[1].split("."))
    return tuple(version), date, revision
