"""Compare two documents of a policy: the access that the newer one adds, and that it removes.

There are two comparisons. Statements are compared as they are written
(`iam.versions.statement_diff`). Concrete actions are compared by verdict: the newer document's
sections are evaluated for a principal that has only the older document, and the other way round, so
that a statement that repeats another one adds nothing.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from iam.account.model import Account, ManagedPolicy, Role
from iam.policy.action_catalogue import Catalogue
from iam.policy.document import Document, Statement
from iam.policy.match_kinds import overlaps
from iam.policy.pattern import action_tokens, matches_any_action
from iam.policy.step_limit import TooComplex
from iam.text import ascii_lower
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.verdict import Verdict
from iam.versions.statement_diff import StatementChange, compare_statements, scope


@dataclass(frozen=True, slots=True)
class AccessDiff:
    """How one document differs from another; all empty if they are equivalent."""

    statements: tuple[StatementChange, ...] = ()
    gained: tuple[str, ...] = ()
    """Concrete actions that only the newer document allows."""
    lost: tuple[str, ...] = ()
    """Concrete actions that only the older document allowed."""
    wider: tuple[str, ...] = ()
    """Allowed by both, by the newer one in more requests."""
    narrower: tuple[str, ...] = ()
    """Allowed by both, by the newer one in fewer requests."""
    moved: tuple[str, ...] = ()
    """Allowed by both, but by neither in all requests in which the other one does, as far as can be
    told."""
    unknown: tuple[str, ...] = ()
    """The comparison depends on something that was not understood."""
    languages: tuple[str, str] | None = None
    """The Version elements before and after, if they differ."""

    @property
    def access(self) -> bool:
        """Whether access changed, or may have changed."""
        kinds = (self.gained, self.lost, self.wider, self.narrower, self.moved, self.unknown)
        return any(kinds)

    def __bool__(self) -> bool:
        return bool(self.statements or self.languages) or self.access


def compare(older: Document, newer: Document, catalogue: Catalogue, partition: str) -> AccessDiff:
    """Compare two documents of one policy.

    Args:
        older: The document to compare with.
        newer: The document to compare.
        catalogue: The concrete actions that wildcards match.
        partition: The account's, such as `aws`.

    Returns:
        The differences. Swapping the documents swaps `gained` and `lost`, `wider` and `narrower`.
    """
    if older == newer:
        return AccessDiff()
    fields: dict[str, list[str]] = {}
    before, after = (_Grants(d, catalogue, partition) for d in (older, newer))
    additions, removals = after.beyond(before), before.beyond(after)
    for action in sorted(additions.keys() | removals.keys()):
        more, less = additions.get(action, _More.NO), removals.get(action, _More.NO)
        if field := _field(more, less, before.allows(action), after.allows(action)):
            fields.setdefault(field, []).append(action)
    return AccessDiff(
        statements=compare_statements(older, newer, catalogue),
        languages=None if older.version == newer.version else (older.version, newer.version),
        **{field: tuple(actions) for field, actions in fields.items()},
    )


class _More(Enum):
    """Whether a document allows requests for an action that another one does not."""

    NO = "no"
    YES = "yes"
    PERHAPS = "perhaps"
    UNKNOWN = "unknown"


def _field(more: _More, less: _More, allowed: bool, allows: bool) -> str | None:
    """The field of `AccessDiff` that an action belongs in; None if nothing changed."""
    if _More.UNKNOWN in (more, less):
        return "unknown"
    if more is _More.YES and not allowed:
        return "gained"
    if less is _More.YES and not allows:
        return "lost"
    if more is less is _More.NO:
        return None
    if more is _More.YES and less is _More.NO:
        return "wider"
    if less is _More.YES and more is _More.NO:
        return "narrower"
    return "moved"


_ARN = "arn:aws:iam::aws:policy/Compared"
_ROLE = Role("compared", "arn:aws:iam::000000000000:role/compared", attached=(_ARN,))
"""A role that has the document under comparison and nothing else."""
_Matches = frozenset[tuple[object, ...]]
_ALLOWS = (Verdict.GRANTED, Verdict.PARTIAL)


class _Grants:
    """What a document grants to a role that has nothing else."""

    def __init__(self, document: Document, catalogue: Catalogue, partition: str) -> None:
        policy = ManagedPolicy("Compared", _ARN, "", document=document)
        self.document = document
        self.account = Account(id="", partition=partition, policies={_ARN: policy})
        self._catalogue = catalogue
        self._evaluator = Evaluator(policy, catalogue, partition)
        self._own = self._verdicts(self)

    def _verdicts(self, other: _Grants) -> dict[str, list[tuple[Statement, Verdict]]]:
        """Evaluate this document's sections for a role that has the other one.

        Returns:
            The verdicts by action, each with the section's statement.
        """
        results = self._evaluator.result(other.account, _ROLE).sections
        verdicts: dict[str, list[tuple[Statement, Verdict]]] = {}
        for section, result in zip(self._evaluator.sections, results, strict=True):
            for entry in result.entries:
                for name, verdict in entry.concrete.items():
                    # IAM matches actions in any case; the catalogue has them in AWS's own.
                    entered = self._catalogue.find(name)
                    action = entered.id if entered else ascii_lower(name)
                    verdicts.setdefault(action, []).append((section.statement, verdict))
        return verdicts

    def beyond(self, other: _Grants) -> dict[str, _More]:
        """Whether this document allows more than the other one, for each of its actions."""
        return {
            action: self._more(action, other, [verdict for _, verdict in verdicts])
            for action, verdicts in self._verdicts(other).items()
        }

    def _more(self, action: str, other: _Grants, theirs: list[Verdict]) -> _More:
        own_matches = _matches(self.document, action)
        other_matches = _matches(other.document, action)
        if own_matches is not None and own_matches == other_matches:
            return _More.NO
        more = _More.NO
        for (statement, own), verdict in zip(self._own[action], theirs, strict=True):
            if Verdict.UNKNOWN in (own, verdict):
                return _More.UNKNOWN
            if own not in _ALLOWS or verdict is Verdict.GRANTED:
                continue
            if verdict in (Verdict.NONE, Verdict.DENIED) or own is Verdict.GRANTED:
                more = _More.YES
            elif more is _More.NO and not self._repeated(
                action, statement, own_matches, other_matches
            ):
                more = _More.PERHAPS
        return more

    def _repeated(
        self,
        action: str,
        statement: Statement,
        own_matches: _Matches | None,
        other_matches: _Matches | None,
    ) -> bool:
        """Whether the other document has this statement as well, and denies nothing more."""
        if own_matches is None or other_matches is None:
            return False
        denies = {match for match in other_matches if match[0] == "Deny"}
        return _match(self.document, statement, action) in other_matches and denies <= own_matches

    def allows(self, action: str) -> bool:
        """Whether any request for an action is allowed."""
        if action in self._own:
            return any(verdict in _ALLOWS for _, verdict in self._own[action])
        # An entry of a service that is not in the catalogue is treated as an action.
        matches = _matches(self.document, action) or ()
        return any(effect == "Allow" for effect, *_ in matches)


def _matches(document: Document, action: str) -> _Matches | None:
    """What a document says about an action, in no order; None if a statement was not understood."""
    statements = [statement for statement in document.statements if _may_match(statement, action)]
    if any(statement.problem for statement in statements):
        return None
    return frozenset(_match(document, statement, action) for statement in statements)


def _match(document: Document, statement: Statement, action: str) -> tuple[object, ...]:
    """What a statement says about an action, comparable with other statements."""
    # A wildcard of a service that is not in the catalogue may be matched in part.
    listed = (statement.actions, statement.not_actions) if _is_wild(action) else None
    return (statement.effect, document.version, listed, *scope(statement))


def _is_wild(action: str) -> bool:
    return "*" in action or "?" in action


def _may_match(statement: Statement, action: str) -> bool:
    """Whether the Action or NotAction element of a statement may match an action."""
    inverted = statement.not_actions is not None
    listed = statement.not_actions if inverted else statement.actions
    if listed is None:
        return True  # the statement was not understood
    if not _is_wild(action):
        return matches_any_action(listed, action) != inverted
    try:
        return inverted or any(overlaps(action_tokens(action), action_tokens(p)) for p in listed)
    except TooComplex:
        return True
