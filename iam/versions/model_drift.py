"""Which routes to models one version of a policy opens, and another does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from iam.account.model import Account, Group, ManagedPolicy
from iam.policy.action_catalogue import Catalogue
from iam.policy.document import Document
from iam.verdicts.route_changes import Explained, RouteLine, Step, lines_of
from iam.verdicts.route_verdicts import RouteEvaluator
from iam.verdicts.routes import Route
from iam.verdicts.verdict import Verdict

_OF_ANY_PRINCIPAL = {"aws:principaltype": (("AssumedRole",), ("User",))}
"""Members of groups are users, but roles have the policy as well."""


def model_drift(
    older: Document,
    newer: Document,
    policy: ManagedPolicy,
    routes: Sequence[Route],
    providers: Mapping[str, str],
    account: Account,
    catalogue: Catalogue,
) -> tuple[RouteLine, ...]:
    """Compare what two documents of a policy open to somebody who has it and nothing else.

    It is a group, of whose members neither tags nor names are known: a condition on these makes a
    route partial.

    Args:
        older: The document to compare with.
        newer: The document to compare.
        policy: The policy.
        routes: The routes to models from a region.
        providers: The provider of each model, by its ID.
        account: The account of the group. Its limits are left out, as are those of an organization.
        catalogue: The concrete actions.

    Returns:
        The routes that open or close; none if neither document is about invoking these models.
    """
    evaluator = RouteEvaluator(routes, catalogue, account.partition, carried=_OF_ANY_PRINCIPAL)
    arn = f"arn:{account.partition}:iam::{next(iter(account.ids), '')}:group/compared"
    group = Group("compared", arn, attached=(policy.arn,))

    def having(document: Document) -> Account:
        held = ManagedPolicy(policy.name, policy.arn, "", document=document)
        return Account(id=account.id, partition=account.partition, policies={policy.arn: held})

    before, after = (evaluator.verdicts(having(document), group) for document in (older, newer))
    if {*before, *after} <= {Verdict.NONE}:
        return ()
    steps = tuple(map(Step, before, after))
    results = evaluator.results(having(newer), group)
    explained = Explained([(steps, results)])
    return lines_of(evaluator.routes, steps, lambda: explained, providers=providers)
