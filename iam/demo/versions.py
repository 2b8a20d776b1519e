"""The earlier versions of AmazonBedrockLimitedAccess for the demo: moto has only the newest.

They are derived from the newest by removing what AWS added later.
"""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from typing import Any

from iam.demo.content import ACCOUNT

_ARN = "arn:aws:iam::aws:policy/AmazonBedrockLimitedAccess"
_DAYS = {
    "v1": datetime(2025, 6, 29, tzinfo=UTC),
    "v2": datetime(2025, 12, 5, tzinfo=UTC),
    "v7": datetime(2026, 3, 23, tzinfo=UTC),
    "v8": datetime(2026, 4, 9, tzinfo=UTC),
}
Json = dict[str, Any]


def earlier_versions(v9: Json) -> dict[str, Json]:
    """Make the documents of the earlier versions.

    Args:
        v9: The document of version v9.

    Returns:
        Documents by version, the newest first.
    """
    v8 = _without(v9, "BedrockWebSearch")
    v7 = copy.deepcopy(v8)
    for statement in v7["Statement"]:
        if statement["Sid"] == "MarketplaceOperationsFromBedrockFor3pModels":
            statement["Condition"] = {
                "StringEquals": {"aws:CalledViaLast": "bedrock.amazonaws.com"}
            }
    v2 = copy.deepcopy(v7)
    for statement in v2["Statement"]:
        statement["Action"] = [a for a in statement["Action"] if "AutomatedReasoning" not in a]
    return {"v8": v8, "v7": v7, "v2": v2, "v1": _without(v2, "BedrockMantleAPIs")}


def _without(document: Json, sid: str) -> Json:
    return {**document, "Statement": [s for s in document["Statement"] if s["Sid"] != sid]}


def add_versions() -> None:
    """Add the versions to moto, in whose process this runs."""
    from moto.iam.models import PolicyVersion, iam_backends

    policy = iam_backends[ACCOUNT]["aws"].managed_policies[_ARN]
    (newest,) = policy.versions
    newest.create_date = policy.update_date
    if newest.version_id == "v9":
        policy.versions += [
            PolicyVersion(_ARN, json.dumps(document), False, version, _DAYS[version])
            for version, document in earlier_versions(json.loads(newest.document)).items()
        ]
