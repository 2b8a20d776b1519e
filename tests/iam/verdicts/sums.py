"""A summary says what the full result says: the check that many tests share."""

from __future__ import annotations

from iam.account.model import Account, Entity, Group
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.hidden_grants import INVOKES, hidden_by
from iam.verdicts.result import PrincipalResult, SectionSum, Summary
from iam.verdicts.verdict import Verdict, sum_up


def sums_of(
    account: Account, entity: Entity, result: PrincipalResult, evaluator: Evaluator
) -> Summary:
    """The summary that a result comes to."""
    problems = [section.statement.problem for section in evaluator.sections]
    return Summary(
        verdict=result.verdict,
        sections=tuple(SectionSum(s.verdict, s.granted, s.total) for s in result.sections),
        attached=result.attached,
        invokes=invoking(result),
        hidden=() if isinstance(entity, Group) else hidden_by(account, entity, result),
        uncertain=any(
            Verdict.UNKNOWN in entry.concrete.values()
            for section, problem in zip(result.sections, problems, strict=True)
            if not problem
            for entry in section.entries
        ),
    )


def invoking(result: PrincipalResult) -> Verdict | None:
    """Whether somebody can invoke models: the sum over the actions that do.

    Returns:
        The verdict; None where the policy's sections have none of these actions.
    """
    verdicts = [
        verdict
        for section in result.sections
        for entry in section.entries
        for action, verdict in entry.concrete.items()
        if action in INVOKES
    ]
    return sum_up(verdicts) if verdicts else None


def agreed(evaluator: Evaluator, account: Account, entity: Entity) -> PrincipalResult:
    """The result on somebody, of whom the summary says the same."""
    summary = evaluator.summary(account, entity)
    result = evaluator.result(account, entity)
    assert summary == sums_of(account, entity, result, evaluator)
    return result
