"""A fast parser for the XML of large responses, in place of botocore's generic one.

botocore still signs, sends, retries and maps errors; the response is parsed in a handler that
botocore calls before its own parser. Fields and types come from botocore's model of the service.
Fields that the app does not use are skipped, and a time stays the text that AWS sent. A response of
any other shape is left to botocore.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from sys import intern
from typing import Any
from xml.etree.ElementTree import Element, ParseError, XMLParser
from xml.sax.saxutils import escape

from botocore.model import ListShape, OperationModel, Shape, StructureShape

from iam.runtime.threads import one_at_a_time

_SKIPPED = frozenset(
    {
        "AttachmentCount",
        "Description",
        "GroupId",
        "InstanceProfileList",
        "PermissionsBoundaryUsageCount",
        "PolicyId",
    }
)
"""Fields that `iam.account.model` does not have."""
_CHUNK = 1 << 16
"""Bytes parsed at a time: the parser does not let other threads run meanwhile."""
_EMPTY = (
    b"<%sResponse><%sResult/><ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata>"
    b"</%sResponse>"
)

_SHORT = 200
"""Characters; longer texts are policy documents."""

_Read = Callable[[Element], Any]


class OtherShape(ValueError):
    """The response is not as botocore's model describes it."""


def parse_large_response(
    operation_model: OperationModel,
    response_dict: dict[str, Any],
    customized_response_dict: dict[str, Any],
    **_: object,
) -> None:
    """Handle botocore's `before-parse` event: parse the response, and leave botocore an empty one.

    Args:
        operation_model: The call.
        response_dict: Status and body; the body is replaced by one without a result.
        customized_response_dict: botocore adds its content to the parsed response.
    """
    if response_dict["status_code"] != 200:
        return  # botocore handles errors
    try:
        with one_at_a_time:
            answer, request_id = parse(response_dict["body"], operation_model)
    except OtherShape:
        return
    if "IsTruncated" not in answer:
        return  # botocore decides what a missing field means: the rest of a list depends on it
    customized_response_dict.update(answer)
    name = operation_model.name.encode()
    response_dict["body"] = _EMPTY % (name, name, escape(request_id).encode(), name)


def parse(body: bytes, operation: OperationModel) -> tuple[dict[str, Any], str]:
    """Parse a response in IAM's query protocol.

    Args:
        body: The XML.
        operation: botocore's model of the call.

    Returns:
        What botocore would return, without the skipped fields and with texts for times; and the
        request ID.

    Raises:
        OtherShape: It is not as the model says.
    """
    parser = XMLParser()
    try:
        for start in range(0, len(body), _CHUNK):
            parser.feed(body[start : start + _CHUNK])
        root = parser.close()
    except ParseError as error:
        raise OtherShape("not XML") from error
    space = root.tag.rpartition("}")[0]
    space = f"{space}}}" if space else ""
    children = {child.tag: child for child in root}
    result = children.get(f"{space}{operation.name}Result")
    shape = operation.output_shape
    if root.tag != f"{space}{operation.name}Response" or result is None or shape is None:
        raise OtherShape(root.tag)
    request_id = root.findtext(f"{space}ResponseMetadata/{space}RequestId") or ""
    return _reader(shape, space)(result), request_id


@cache
def _reader(shape: Shape, space: str) -> _Read:
    """Make the function that reads an element of this shape."""
    if isinstance(shape, StructureShape):
        return _structure(shape, space)
    if isinstance(shape, ListShape):
        return _list(shape, space)
    if shape.type_name == "boolean":
        return _boolean
    if shape.type_name in ("string", "timestamp"):
        return _text
    return _other


def _structure(shape: StructureShape, space: str) -> _Read:
    readers = {
        f"{space}{name}": (name, _reader(member, space))
        for name, member in shape.members.items()
        if name not in _SKIPPED
    }

    def read(element: Element) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for child in element:
            if (reader := readers.get(child.tag)) is not None:
                name, read_member = reader
                if name in values:
                    raise OtherShape(child.tag)
                values[name] = read_member(child)
            elif child.tag.rpartition("}")[0] != space[:-1]:
                raise OtherShape(child.tag)  # botocore ignores the namespace
        return values

    return read


def _list(shape: ListShape, space: str) -> _Read:
    member, tag = _reader(shape.member, space), f"{space}member"

    def read(element: Element) -> list[Any]:
        values: list[Any] = []
        for child in element:
            if child.tag != tag:
                raise OtherShape(child.tag)
            values.append(member(child))
        return values

    return read


def _text(element: Element) -> str:
    if len(element):
        raise OtherShape(element.tag)
    text = element.text or ""
    # Paths, tags, dates and policy ARNs repeat thousands of times.
    return intern(text) if len(text) < _SHORT else text


def _boolean(element: Element) -> bool:
    text = element.text
    if text not in ("true", "false"):
        raise OtherShape(element.tag)
    return text == "true"


def _other(element: Element) -> Any:
    raise OtherShape(element.tag)
