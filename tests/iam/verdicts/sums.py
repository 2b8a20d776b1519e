"""A summary says what the full result says: the check that many tests share."""

from __future__ import annotations

from iam.account.model import Account, Group, Holder
from iam.verdicts.evaluator import Judge
from iam.verdicts.hidden_grants import INVOKES, hidden_by
from iam.verdicts.result import PrincipalResult, SectionSum, Summary
from iam.verdicts.verdict import Verdict, sum_up


def sums_of(account: Account, holder: Holder, result: PrincipalResult, judge: Judge) -> Summary:
    """The summary that a result comes to."""
    problems = [section.statement.problem for section in judge.sections]
    return Summary(
        verdict=result.verdict,
        sections=tuple(SectionSum(s.verdict, s.granted, s.total) for s in result.sections),
        attached=result.attached,
        invokes=invoking(result),
        hidden=() if isinstance(holder, Group) else hidden_by(account, holder, result),
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


def agreed(judge: Judge, account: Account, holder: Holder) -> PrincipalResult:
    """The result on somebody, of whom the summary says the same."""
    summary = judge.summary(account, holder)
    result = judge.result(account, holder)
    assert summary == sums_of(account, holder, result, judge)
    return result
