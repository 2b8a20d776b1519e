"""Tell what is no answer of AWS: a page of a proxy with status 200, or a result without fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from botocore.model import OperationModel
from botocore.parsers import ResponseParserError

from iam.errors import AwsError

_ROOT = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?<(?:[^\s/>:]+:)?([^\s/>:]+)")


def refuse_others(
    operation_model: OperationModel, response_dict: dict[str, Any], **_: object
) -> None:
    """Handle botocore's `before-parse` event: let only answers to this call through.

    botocore takes any XML, such as the login page of a network, for the answer to a call without a
    result: a change would count as accepted.

    Args:
        operation_model: Which call is answered.
        response_dict: Status and body.

    Raises:
        ResponseParserError: It is the answer to something else.
    """
    if response_dict["status_code"] >= 300:
        return  # errors are botocore's
    root = _ROOT.match(response_dict["body"])
    if root is None or root[1] != f"{operation_model.name}Response".encode():
        raise ResponseParserError(f"no answer to {operation_model.name}")


def required(answer: object, name: str) -> Any:
    """Take a field that AWS always gives.

    Args:
        answer: botocore's, or a part of it.
        name: AWS's name of the field.

    Raises:
        AwsError: It is missing, or an empty text.
    """
    found = answer.get(name) if isinstance(answer, Mapping) else None
    if found is None or found == "":
        raise AwsError(
            "Malformed",
            f"What answered is not AWS: its answer has no {name}.",
            "Check the endpoint URL and the proxy.",
        )
    return found
