"""What the account says of the requests of its principals."""

from __future__ import annotations

from typing import Any

import pytest

from iam.account.request_context import depends_on_organization
from tests.build import account, allow, deny, group, policy, policy_arn, role


@pytest.mark.parametrize(
    ("statement", "asks"),
    [
        (allow(), False),
        (allow(Condition={"StringEquals": {"aws:PrincipalTag/team": "ml"}}), False),
        (deny(Condition={"StringNotEquals": {"AWS:principalOrgID": "o-1"}}), True),
        (allow(Condition={"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-1/*"}}), True),
        (allow(resource="arn:aws:s3:::${aws:PrincipalOrgID}/*"), True),
        (allow(Condition={"StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}}), True),
    ],
)
def test_an_account_asks_for_the_organization_by_conditions_and_variables(
    statement: dict[str, Any], asks: bool
) -> None:
    by_role = account(role("alice", statement))
    by_group = account(role("alice"), group("ml", statement))
    by_policy = account(role("alice", attached=[policy_arn("p")]), policy("p", statement))
    assert [depends_on_organization(a) for a in (by_role, by_group, by_policy)] == [asks] * 3
