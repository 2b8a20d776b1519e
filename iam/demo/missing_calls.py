"""IAM calls that moto lacks, added to its server: what they keep is moto's, account by account.

moto parses the requests and writes the answers by botocore's description of IAM, so that a call is
a function from parameters to an answer, both as boto3 has them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from iam.demo.api_keys import API_KEY_CALLS
from iam.demo.last_used import LAST_USE_CALLS
from iam.demo.moto_call import Call

CALLS: dict[str, Call] = {**API_KEY_CALLS, **LAST_USE_CALLS}
"""The calls by the names of AWS's actions."""


def add_missing_calls() -> None:
    """Make every moto server of this process answer them."""
    from botocore import xform_name
    from moto.iam.responses import IamResponse

    for action, call in CALLS.items():
        setattr(IamResponse, xform_name(action), _method(call))


def _method(call: Call) -> Callable[[Any], Any]:
    from moto.core.responses import ActionResult

    def answer(response: Any) -> Any:
        return ActionResult(call(response.backend, response.params))

    return answer
