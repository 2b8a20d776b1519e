"""Compare two documents of a policy: what the newer one gives, and what it takes away.

Two comparisons in one. Statements are compared as they are written (`iam.versions.statement_diff`).
Concrete actions are compared by verdict: the newer document's sections are judged on somebody who
has the older document and nothing else, and the other way round, so that a statement that only says
again what another one said before gives nothing.

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
class Drift:
    """How one document differs from another; all empty if they say the same."""

    statements: tuple[StatementChange, ...] = ()
    gained: tuple[str, ...] = ()
    """Concrete actions that the newer document permits and the older one did not at all."""
    lost: tuple[str, ...] = ()
    """Concrete actions that only the older document permitted."""
    wider: tuple[str, ...] = ()
    """Permitted by both, by the newer one in more requests."""
    narrower: tuple[str, ...] = ()
    """Permitted by both, by the newer one in fewer requests."""
    moved: tuple[str, ...] = ()
    """Permitted by both in requests that differ, and neither in all that the other does; or it
    cannot be told which."""
    unknown: tuple[str, ...] = ()
    """Something that was not understood decides."""
    languages: tuple[str, str] | None = None
    """The Version elements before and after, if they differ."""

    @property
    def access(self) -> bool:
        """Whether what is permitted changed, or may have."""
        kinds = (self.gained, self.lost, self.wider, self.narrower, self.moved, self.unknown)
        return any(kinds)

    def __bool__(self) -> bool:
        return bool(self.statements or self.languages) or self.access


def compare(older: Document, newer: Document, catalogue: Catalogue, partition: str) -> Drift:
    """Compare two documents of one policy.

    Args:
        older: The one that counted before.
        newer: The one that counts instead.
        catalogue: The concrete actions that wildcards stand for.
        partition: The account's, such as `aws`.

    Returns:
        The differences. Documents that are swapped swap `gained` and `lost`, `wider` and
        `narrower`.
    """
    if older == newer:
        return Drift()
    kinds: dict[str, list[str]] = {}
    before, after = (_Given(d, catalogue, partition) for d in (older, newer))
    new, gone = after.beyond(before), before.beyond(after)
    for action in sorted(new.keys() | gone.keys()):
        came, went = new.get(action, _More.NO), gone.get(action, _More.NO)
        if kind := _kind(came, went, before.gives(action), after.gives(action)):
            kinds.setdefault(kind, []).append(action)
    return Drift(
        statements=compare_statements(older, newer, catalogue),
        languages=None if older.version == newer.version else (older.version, newer.version),
        **{kind: tuple(actions) for kind, actions in kinds.items()},
    )


class _More(Enum):
    """Whether a document gives more of an action than another one does."""

    NO = "no"
    YES = "yes"
    PERHAPS = "perhaps"
    UNKNOWN = "unknown"


def _kind(came: _More, went: _More, gave: bool, gives: bool) -> str | None:
    """The field of `Drift` for an action; None if nothing changed."""
    if _More.UNKNOWN in (came, went):
        return "unknown"
    if came is _More.YES and not gave:
        return "gained"
    if went is _More.YES and not gives:
        return "lost"
    if came is went is _More.NO:
        return None
    if came is _More.YES and went is _More.NO:
        return "wider"
    if went is _More.YES and came is _More.NO:
        return "narrower"
    return "moved"


_ARN = "arn:aws:iam::aws:policy/Compared"
_HOLDER = Role("holder", "arn:aws:iam::000000000000:role/holder", attached=(_ARN,))
"""Has the document that is compared, and nothing else."""
_Said = frozenset[tuple[object, ...]]
_GIVES = (Verdict.GRANTED, Verdict.PARTIAL)


class _Given:
    """What a document gives to its holder."""

    def __init__(self, document: Document, catalogue: Catalogue, partition: str) -> None:
        policy = ManagedPolicy("Compared", _ARN, "", document=document)
        self.document = document
        self.account = Account(id="", partition=partition, policies={_ARN: policy})
        self._catalogue = catalogue
        self._evaluator = Evaluator(policy, catalogue, partition)
        self._own = self._verdicts(self)

    def _verdicts(self, other: _Given) -> dict[str, list[tuple[Statement, Verdict]]]:
        """The verdicts on this document's sections, of the holder of the other one: by action, with
        the section's statement."""
        results = self._evaluator.result(other.account, _HOLDER).sections
        found: dict[str, list[tuple[Statement, Verdict]]] = {}
        for section, result in zip(self._evaluator.sections, results, strict=True):
            for entry in result.entries:
                for name, verdict in entry.concrete.items():
                    # IAM takes actions in any case, the catalogue has them in AWS's.
                    known = self._catalogue.find(name)
                    action = known.id if known else ascii_lower(name)
                    found.setdefault(action, []).append((section.statement, verdict))
        return found

    def beyond(self, other: _Given) -> dict[str, _More]:
        """Whether this document gives more than the other one, for each action of it."""
        return {
            action: self._more(action, other, [verdict for _, verdict in found])
            for action, found in self._verdicts(other).items()
        }

    def _more(self, action: str, other: _Given, theirs: list[Verdict]) -> _More:
        mine, its = _said(self.document, action), _said(other.document, action)
        if mine is not None and mine == its:
            return _More.NO
        found = _More.NO
        for (statement, own), verdict in zip(self._own[action], theirs, strict=True):
            if Verdict.UNKNOWN in (own, verdict):
                return _More.UNKNOWN
            if own not in _GIVES or verdict is Verdict.GRANTED:
                continue
            if verdict in (Verdict.NONE, Verdict.DENIED) or own is Verdict.GRANTED:
                found = _More.YES
            elif found is _More.NO and not self._as_much(action, statement, mine, its):
                found = _More.PERHAPS
        return found

    def _as_much(
        self, action: str, statement: Statement, mine: _Said | None, its: _Said | None
    ) -> bool:
        """Whether the other document says what this statement says, and denies nothing more."""
        if mine is None or its is None:
            return False
        denies = {words for words in its if words[0] == "Deny"}
        return _words(self.document, statement, action) in its and denies <= mine

    def gives(self, action: str) -> bool:
        """Whether the holder has anything at all of an action."""
        if action in self._own:
            return any(verdict in _GIVES for _, verdict in self._own[action])
        # Entries of services that the catalogue does not know stand for themselves.
        said = _said(self.document, action) or ()
        return any(effect == "Allow" for effect, *_ in said)


def _said(document: Document, action: str) -> _Said | None:
    """All that a document says of an action, in whatever order; None if some of it was not
    understood, so that what it says is not known."""
    speaking = [statement for statement in document.statements if _speaks(statement, action)]
    if any(statement.problem for statement in speaking):
        return None
    return frozenset(_words(document, statement, action) for statement in speaking)


def _words(document: Document, statement: Statement, action: str) -> tuple[object, ...]:
    # An entry of a service that the catalogue does not know may be reached in part.
    listed = (statement.actions, statement.not_actions) if _is_wild(action) else None
    return (statement.effect, document.version, listed, *scope(statement))


def _is_wild(action: str) -> bool:
    return "*" in action or "?" in action


def _speaks(statement: Statement, action: str) -> bool:
    """Whether a statement may say anything of an action."""
    inverted = statement.not_actions is not None
    listed = statement.not_actions if inverted else statement.actions
    if listed is None:
        return True  # it was not understood
    if not _is_wild(action):
        return matches_any_action(listed, action) != inverted
    try:
        return inverted or any(overlaps(action_tokens(action), action_tokens(p)) for p in listed)
    except TooComplex:
        return True
