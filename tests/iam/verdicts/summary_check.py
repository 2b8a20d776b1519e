"""Check that a summary agrees with the full result."""

from __future__ import annotations

from iam.account.effective_policies import policies_of
from iam.account.model import Account, Entity
from iam.account.unread import Unread
from iam.arn import Arn
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.result import (
    PrincipalResult,
    SectionResult,
    SectionSum,
    Summary,
)
from iam.verdicts.verdict import Verdict, sum_up


def expected_summary(
    account: Account, entity: Entity, result: PrincipalResult, evaluator: Evaluator
) -> Summary:
    """Derive the summary from the result on a principal."""
    problems = [section.statement.problem for section in evaluator.sections]
    return Summary(
        verdict=_expected_verdict(result, problems, evaluator),
        sections=tuple(map(_expected_section, result.sections, problems)),
        attached=result.attached,
        invokes=result.invocation.verdict if result.invocation else Verdict.NONE,
        can_invoke=result.invocation.can if result.invocation else None,
        other_policies=result.other_policies,
        uncertain=any(
            Verdict.UNKNOWN in entry.concrete.values()
            for section, problem in zip(result.sections, problems, strict=True)
            if not problem
            for entry in section.entries
        ),
    )


def _expected_section(section: SectionResult, problem: str | None) -> SectionSum:
    verdict = sum_up(v for entry in section.entries for v in entry.concrete.values())
    return SectionSum(
        verdict=Verdict.UNKNOWN if problem else verdict,
        granted=sum(entry.verdict is Verdict.GRANTED for entry in section.entries),
        total=len(section.entries),
    )


def _expected_verdict(
    result: PrincipalResult, problems: list[str | None], evaluator: Evaluator
) -> Verdict:
    if not result.sections and isinstance(evaluator.managed.document, Unread):
        return Verdict.UNKNOWN
    if any(problems):
        return sum_up(section.verdict for section in result.sections)
    entries = [entry for section in result.sections for entry in section.entries]
    return sum_up(v for entry in entries for v in entry.concrete.values())


def agreed(evaluator: Evaluator, account: Account, entity: Entity) -> PrincipalResult:
    """Evaluate a principal and assert that the summary agrees with the result.

    Returns:
        The result.
    """
    summary = evaluator.summary(account, entity)
    result = evaluator.result(account, entity)
    assert result.invocation is not None
    assert summary == expected_summary(account, entity, result, evaluator)
    assert summary.verdict is result.verdict
    assert evaluator.invocation(account, entity) == result.invocation
    names = {Arn.parse(p.policy).name for p in policies_of(account, entity)}
    assert result.other_policies is None or names.issuperset(result.other_policies)
    assert not result.other_policies or summary.can_invoke
    return result
