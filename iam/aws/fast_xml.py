"""One walk over the XML of a large answer, in place of botocore's generic parse.

botocore still signs, sends, retries and maps errors: the answer is read in between, where botocore
lets a handler see it before its own parser does. What is read, and of which type, comes from
botocore's model of the service; fields that nobody here looks at are passed over, and a time stays
the text that AWS sent. An answer of any other shape is left to botocore.

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

_PASSED_OVER = frozenset(
    {
        "AssumeRolePolicyDocument",
        "AttachmentCount",
        "Description",
        "GroupId",
        "InstanceProfileList",
        "PermissionsBoundaryUsageCount",
        "PolicyId",
        "RoleId",
        "UserId",
    }
)
"""What `iam.account.model` does not read."""
_CHUNK = 1 << 16
"""Characters between which other threads may run: the parser holds them all up."""
_EMPTY = (
    b"<%sResponse><%sResult/><ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata>"
    b"</%sResponse>"
)

_SHORT = 200
"""Characters; longer texts are policy documents."""

_Read = Callable[[Element], Any]


class OtherShape(ValueError):
    """The answer is not as botocore's model describes it."""


def parse_leanly(
    operation_model: OperationModel,
    response_dict: dict[str, Any],
    customized_response_dict: dict[str, Any],
    **_: object,
) -> None:
    """Handle botocore's `before-parse` event: parse an answer, and leave botocore next to nothing.

    Args:
        operation_model: Which call it answers.
        response_dict: Status and body; the body is replaced by one without a result.
        customized_response_dict: What is put here is part of the answer that botocore gives.
    """
    if response_dict["status_code"] != 200:
        return  # errors are botocore's
    try:
        with one_at_a_time:
            answer, request_id = parse(response_dict["body"], operation_model)
    except OtherShape:
        return
    if "IsTruncated" not in answer:
        return  # whether more follows is nothing to be mistaken in
    customized_response_dict.update(answer)
    name = operation_model.name.encode()
    response_dict["body"] = _EMPTY % (name, name, escape(request_id).encode(), name)


def parse(body: bytes, operation: OperationModel) -> tuple[dict[str, Any], str]:
    """Parse an answer of IAM's query protocol.

    Args:
        body: The XML.
        operation: botocore's model of the call.

    Returns:
        What botocore would give, without the fields that are passed over and with texts for times;
        and the ID of the request.

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
    found = {child.tag: child for child in root}
    result = found.get(f"{space}{operation.name}Result")
    shape = operation.output_shape
    if root.tag != f"{space}{operation.name}Response" or result is None or shape is None:
        raise OtherShape(root.tag)
    request_id = root.findtext(f"{space}ResponseMetadata/{space}RequestId") or ""
    return _reader(shape, space)(result), request_id


@cache
def _reader(shape: Shape, space: str) -> _Read:
    """What makes a value of an element, by the model and the XML namespace."""
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
        if name not in _PASSED_OVER
    }

    def read(element: Element) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for child in element:
            if (known := readers.get(child.tag)) is not None:
                if known[0] in made:
                    raise OtherShape(child.tag)
                made[known[0]] = known[1](child)
            elif child.tag.rpartition("}")[0] != space[:-1]:
                raise OtherShape(child.tag)  # botocore does not look at the namespace
        return made

    return read


def _list(shape: ListShape, space: str) -> _Read:
    member, tag = _reader(shape.member, space), f"{space}member"

    def read(element: Element) -> list[Any]:
        made: list[Any] = []
        for child in element:
            if child.tag != tag:
                raise OtherShape(child.tag)
            made.append(member(child))
        return made

    return read


def _text(element: Element) -> str:
    if len(element):
        raise OtherShape(element.tag)
    text = element.text or ""
    # Paths, tags, days, and ARNs of policies are the same a thousand times.
    return intern(text) if len(text) < _SHORT else text


def _boolean(element: Element) -> bool:
    text = element.text
    if text not in ("true", "false"):
        raise OtherShape(element.tag)
    return text == "true"


def _other(element: Element) -> Any:
    raise OtherShape(element.tag)
