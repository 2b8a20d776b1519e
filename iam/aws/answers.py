"""Reject responses that are not from AWS: a login page with status 200, a result without fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from botocore.model import OperationModel
from botocore.parsers import ResponseParserError

from iam.errors import AwsError

_ROOT = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?<(?:[^\s/>:]+:)?([^\s/>:]+)")


def reject_foreign_responses(
    operation_model: OperationModel, response_dict: dict[str, Any], **_: object
) -> None:
    """Handle botocore's `before-parse` event: accept only responses to this call.

    botocore accepts any XML, such as the login page of a network, as the response to a call that
    has no result: a change would count as made.

    Args:
        operation_model: The call.
        response_dict: Status and body.

    Raises:
        ResponseParserError: It is the response to something else.
    """
    if response_dict["status_code"] >= 300:
        return  # botocore handles errors
    root = _ROOT.match(response_dict["body"])
    if root is None or root[1] != f"{operation_model.name}Response".encode():
        raise ResponseParserError(f"not a response to {operation_model.name}")


def required(answer: object, name: str) -> Any:
    """Return a field that AWS always sends.

    Args:
        answer: A response as botocore parsed it, or a part of it.
        name: AWS's name of the field.

    Raises:
        AwsError: The field is missing or empty.
    """
    value = answer.get(name) if isinstance(answer, Mapping) else None
    if value is None or value == "":
        raise AwsError(
            "Malformed",
            f"The response is not from AWS: it has no {name}.",
            "Check the endpoint URL and the proxy.",
        )
    return value
