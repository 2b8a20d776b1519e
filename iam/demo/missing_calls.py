"""Calls that moto lacks, added to its server: what they keep is moto's, account by account.

moto parses the requests and writes the answers by botocore's description of IAM, so that a call is
a function from parameters to an answer, both as boto3 has them. The calls of Bedrock are in
`iam.demo.bedrock`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from iam.demo.api_keys import API_KEY_CALLS
from iam.demo.bedrock import add_bedrock_calls
from iam.demo.last_used import LAST_USE_CALLS
from iam.demo.moto_call import Call
from iam.demo.simulator import SIMULATOR_CALLS

CALLS: dict[str, Call] = {**API_KEY_CALLS, **LAST_USE_CALLS, **SIMULATOR_CALLS}
"""The calls of IAM by the names of AWS's actions."""


def add_missing_calls() -> None:
    """Make every moto server of this process answer them."""
    from botocore import xform_name
    from moto.iam.responses import IamResponse

    for action, call in CALLS.items():
        setattr(IamResponse, xform_name(action), _method(call))
    add_bedrock_calls()


def _method(call: Call) -> Callable[[Any], Any]:
    from moto.core.responses import ActionResult

    def answer(response: Any) -> Any:
        return ActionResult(call(response.backend, response.params))

    return answer
