"""Read documents as they apply to a principal, and compute their effects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import NamedTuple

from iam.account.request_context import may_be_known
from iam.account.unread import Unread
from iam.policy.document import Document, Statement
from iam.policy.known_values import KnownValues
from iam.policy.specialize import SpecializedDocument, Specializer, keys_of
from iam.policy.step_limit import CONDITION_LIMIT, PRINCIPAL_LIMIT
from iam.policy.variables import Known
from iam.verdicts.complexity import too_complex_together
from iam.verdicts.document_effect import NOTHING, CaseEffect, DocumentEffect
from iam.verdicts.document_reader import DocumentReader, StatementMatch
from iam.verdicts.effect_builder import EffectBuilder
from iam.verdicts.rule import UNREADABLE_RULE


class ReadDocument(NamedTuple):
    """A document as it applies to a principal, matched with all requests."""

    matches: tuple[StatementMatch, ...]
    effect: DocumentEffect | None
    """None if the document has no effect on any request."""
    requests: int
    """The requests that its statements match."""
    specialized: SpecializedDocument | None = None
    """None if the document could not be read."""
    excluded: int = 0
    """The requests of its Allow statements with a condition that never holds for the principal."""
    allows: int = 0
    """The requests that one of its Allow statements reaches fully, possibly or partly."""
    steps: int = 0
    """The steps to compare it: see `iam.verdicts.complexity.Complexity.steps`."""
    compared: bool = True
    """Whether its Resource patterns are compared with resources."""

    @property
    def understood(self) -> bool:
        """Whether it is known what the document allows and denies."""
        return self.effect is None or self.effect.best_case is self.effect.worst_case


class DocumentEffects:
    """Computes the effects of documents. Each document is read once."""

    def __init__(self, reader: DocumentReader, carried: Collection[str] = ()) -> None:
        """Prepare the effects of unread documents.

        Args:
            reader: Matches documents with requests.
            carried: Condition keys, in lower case, that are known beside those of the account.
        """
        self._carried = frozenset(carried)
        self._reader = reader
        index = reader.index
        self.builder = EffectBuilder(index)
        self._section_texts = {
            text for section in index.sections for text in _texts_of(section.section.statement)
        }
        """A document that has them as well is compared with them as they are written."""
        self._originals: dict[str, ReadDocument | Specializer] = {}
        """By fingerprint."""
        self._for_principals: dict[tuple[object, ...], ReadDocument] = {}
        """By fingerprint and what is known of the condition keys."""
        self._specialized: dict[tuple[str, bool], ReadDocument] = {}
        """By fingerprint of the specialized document, and whether it is compared."""
        every = index.all_requests
        matches = (StatementMatch(0, UNREADABLE_RULE, every),)
        self.unread = ReadDocument(matches, self.builder.effect_of(matches), every)
        """The result for a document that could not be read: it may allow or deny anything."""
        self.unread_limit = DocumentEffect(CaseEffect(allow=every), NOTHING)
        """The effect of an unread document of a limit, which may remove all access or none."""

    def read_all(self, documents: Sequence[Document | Unread], known: Known) -> list[ReadDocument]:
        """Read all documents of a principal.

        Args:
            documents: The documents, including those of limits.
            known: What is known of a condition key in each request of the principal.

        Returns:
            The results in the same order. Documents that exceed the step limits of a principal are
            not specialized, or not compared: see `too_complex_together`.
        """
        read_documents: list[ReadDocument] = []
        dependent: list[tuple[int, Specializer]] = []
        for n, document in enumerate(documents):
            original = self._original(document)
            if isinstance(original, Specializer):
                dependent.append((n, original))
                original = self.unread
            read_documents.append(original)
        if dependent:
            decided = self._for_principal([original for _, original in dependent], known)
            for n, original in dependent:
                read_documents[n] = decided[original]
        if sum([read.steps for read in read_documents]) > PRINCIPAL_LIMIT:
            excluded = too_complex_together(
                {r.specialized.document: r.steps for r in read_documents if r.specialized},
                PRINCIPAL_LIMIT,
            )
            read_documents = [
                self._read_specialized(read.specialized, compared=False)
                if read.specialized and read.specialized.document in excluded
                else read
                for read in read_documents
            ]
        return read_documents

    def allow_requests(self, statement: Statement) -> int:
        """Select the requests whose action an Allow statement matches; none for a Deny."""
        return self._reader.requests_matching(statement) if statement.effect == "Allow" else 0

    def _original(self, document: Document | Unread) -> ReadDocument | Specializer:
        """Read a document, or prepare to read it for each principal if it depends on that."""
        if isinstance(document, Unread):
            return self.unread
        read = self._originals.get(document.fingerprint)
        if read is None:
            matches = self._reader.read(document)
            relevant = frozenset([match.statement for match in matches])
            asked = keys_of(document, relevant)
            keys = sorted(key for key in asked if key in self._carried or may_be_known(key))
            read = (
                Specializer(document, relevant, keys, self._section_texts)
                if keys
                else self._result(SpecializedDocument(document, {}), matches)
            )
            self._originals[document.fingerprint] = read
        return read

    def _for_principal(
        self, originals: Iterable[Specializer], known: Known
    ) -> dict[Specializer, ReadDocument]:
        """Read documents as they apply to a principal, as far as the limit on steps permits."""
        values = {original: [known(key) for key in original.keys] for original in originals}
        steps = {one.document: one.steps(of_keys) for one, of_keys in values.items()}
        undecided: Collection[Document] = ()
        if sum(steps.values()) > CONDITION_LIMIT:
            undecided = too_complex_together(steps, CONDITION_LIMIT)
        return {
            original: self._read_specialized(original.undecided)
            if original.document in undecided
            else self._decided(original, of_keys)
            for original, of_keys in values.items()
        }

    def _decided(self, original: Specializer, values: Sequence[KnownValues | None]) -> ReadDocument:
        """Read a document, given what is known of each of its condition keys."""
        document = original.document
        key = (document.fingerprint, *values)
        if (for_principal := self._for_principals.get(key)) is None:
            specialized = original.specialize(dict(zip(original.keys, values, strict=True)).get)
            for_principal = self._read_specialized(specialized)
            if specialized.decided:
                kept = {statement.index for statement in specialized.document.statements}
                excluded = 0
                for statement in document.statements:
                    if statement.index not in kept:
                        excluded |= self.allow_requests(statement)
                for_principal = for_principal._replace(excluded=excluded)
            self._for_principals[key] = for_principal
        return for_principal

    def _read_specialized(
        self, specialized: SpecializedDocument, compared: bool = True
    ) -> ReadDocument:
        document = specialized.document
        key = (document.fingerprint, compared)
        if (read := self._specialized.get(key)) is None:
            matches = self._reader.read(document, compared, specialized.undecided)
            read = self._specialized[key] = self._result(specialized, matches, compared)
        return read

    def _result(
        self,
        specialized: SpecializedDocument,
        matches: tuple[StatementMatch, ...],
        compared: bool = True,
    ) -> ReadDocument:
        requests = allows = 0
        for match in matches:
            requests |= match.requests
            if match.rule.effect == "Allow":
                allows |= self.builder.reached_requests(match, match.requests)
        return ReadDocument(
            matches=matches,
            effect=self.builder.effect_of(matches),
            requests=requests,
            specialized=specialized,
            allows=allows,
            steps=self._reader.steps(specialized.document),
            compared=compared,
        )


def _texts_of(statement: Statement) -> Iterator[str]:
    """Yield the texts of a statement that may have policy variables."""
    yield from statement.resources or ()
    yield from statement.not_resources or ()
    for condition in statement.conditions:
        yield from condition.values
