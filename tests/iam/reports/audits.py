"""The audits that the tests of the reports share."""

from __future__ import annotations

from datetime import UTC, datetime

from iam.reports.audit import Audit, take_audit
from tests.build import LIMITED, account, allow, group, make_evaluator, policy_arn, role, user


def audit(*items: dict[str, object]) -> Audit:
    now = datetime(2026, 11, 23, 18, 0, 0, tzinfo=UTC)
    return take_audit(account(*items), make_evaluator(), now=now, source="live", caller=None)


ONE_OF_EACH = audit(
    role("worker", allow("bedrock:*")),
    user("zoe", attached=[policy_arn("gone")]),
    user("bob", groups=["ml"], attached=[LIMITED]),
    group("ml", attached=[LIMITED]),
)
