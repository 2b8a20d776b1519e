"""Answers of AWS's simulator, made up by a test."""

from __future__ import annotations

from collections.abc import Callable

from tests.fake_iam import Params


def deciding(decision: str, organization: bool | None = None) -> Callable[[Params], str]:
    """Answer every request with one decision.

    Args:
        decision: Such as `allowed`.
        organization: Whether the organization allows it; None to say nothing of it.
    """

    def reply(params: Params) -> str:
        detail = (
            ""
            if organization is None
            else (
                "<OrganizationsDecisionDetail><AllowedByOrganizations>"
                f"{str(organization).lower()}"
                "</AllowedByOrganizations></OrganizationsDecisionDetail>"
            )
        )
        resources = "".join(
            f"<member><EvalResourceName>{arn}</EvalResourceName>"
            f"<EvalResourceDecision>{decision}</EvalResourceDecision></member>"
            for arn in _listed(params, "ResourceArns")
        )
        results = "".join(
            f"<member><EvalActionName>{action}</EvalActionName>"
            f"<EvalDecision>{decision}</EvalDecision>{detail}"
            f"<ResourceSpecificResults>{resources}</ResourceSpecificResults></member>"
            for action in _listed(params, "ActionNames")
        )
        return f"<EvaluationResults>{results}</EvaluationResults><IsTruncated>false</IsTruncated>"

    return reply


def _listed(params: Params, name: str) -> list[str]:
    return [value for key, value in params.items() if key.startswith(f"{name}.member.")]
