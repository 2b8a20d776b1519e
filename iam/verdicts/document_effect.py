"""What a document comes to: for each request whether it allows or denies all of it, some, or what
takes a look at resources.

Documents that come to the same have one profile, whatever their names and whoever holds them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from iam.account.model import Unread
from iam.policy.document import Document
from iam.policy.step_limit import A_PRINCIPAL
from iam.verdicts.coverage import may_reach, whole_reach
from iam.verdicts.document_reader import Reader, Said
from iam.verdicts.rule import ANYTHING, Reach, Rule

Cut = tuple[int, frozenset[Rule]]
"""Requests, and the rules that reach some of their resources and not others."""


class Side(NamedTuple):
    """What a document comes to if what was not understood allows all it can, or denies it."""

    allow: int
    """The requests that it allows, each in all of its resources."""
    may_allow: int
    """The same, where a condition only may hold."""
    allow_cut: int
    """Those of which it allows some resources."""
    allow_cuts: tuple[Cut, ...]
    """Them, by the rules; no request is in two of these."""
    deny: int
    may_deny: int
    deny_cut: int
    deny_cuts: tuple[Cut, ...]


NOTHING = Side(0, 0, 0, (), 0, 0, 0, ())


@dataclass(frozen=True, slots=True, eq=False)
class Profile:
    """What a document comes to. There is one of the same content."""

    hopeful: Side
    """If all that was not understood allows what it can."""
    fearful: Side
    """If it denies what it can. The very same object where all was understood."""


class Spoken(NamedTuple):
    """What a document says, for summaries."""

    profile: Profile | None
    """None if it says nothing of any request."""
    allows: int = 0
    """The requests of which an Allow of it reaches anything, certain or not."""
    steps: int = 0
    """What it takes to compare it: see `iam.verdicts.complexity.Complexity.steps`."""


class Profiles:
    """Reads documents, each once."""

    def __init__(self, reader: Reader) -> None:
        """Take what reads them against the requests."""
        self._reader = reader
        self._of_requests = [
            (requests, universe) for universe, requests in reader.universes.items()
        ]
        self._by_content: dict[tuple[str, bool], Spoken] = {}
        self._same: dict[tuple[Side, Side], Profile] = {}
        self._folded: dict[Rule, tuple[int, int, int, int]] = {}
        every = (1 << len(reader.requests)) - 1
        self._unread = Spoken(self._profile([Said(0, ANYTHING, every)]))

    def of(self, document: Document | Unread, compared: bool = True) -> Spoken:
        """What a document says; one that could not be read may allow or deny anything."""
        if isinstance(document, Unread):
            return self._unread
        key = (document.fingerprint, compared)
        if (known := self._by_content.get(key)) is None:
            said = self._reader.read(document, compared)
            steps = self._reader.steps(document)
            known = Spoken(self._profile(said), self._allowed(said), steps)
            self._by_content[key] = known
        return known

    def of_all(self, documents: Sequence[Document | Unread]) -> list[Spoken]:
        """What the documents of a principal say, as far as all of them may be compared."""
        found = [self.of(document) for document in documents]
        if sum([one.steps for one in found]) > A_PRINCIPAL:
            cut = self._reader.too_complex_together(documents)
            found = [self.of(d, compared=d not in cut) for d in documents]
        return found

    def is_unread(self, spoken: Spoken) -> bool:
        """Whether that is what is said of a document that could not be read."""
        return spoken is self._unread

    def _profile(self, said: Iterable[Said]) -> Profile | None:
        hopeful = self._side(said, hopeful=True)
        fearful = hopeful
        if not all(rule.understood for _, rule, _ in said):
            fearful = self._side(said, hopeful=False)
        if hopeful == fearful == NOTHING:
            return None
        return self._same.setdefault((hopeful, fearful), Profile(hopeful, fearful))

    def _side(self, said: Iterable[Said], hopeful: bool) -> Side:
        return Side(
            *self._reached([s for s in said if s.rule.effect_if(hopeful) == "Allow"]),
            *self._reached([s for s in said if s.rule.effect_if(hopeful) == "Deny"]),
        )

    def _reached(self, said: Iterable[Said]) -> tuple[int, int, int, tuple[Cut, ...]]:
        all_of, may, cuts = 0, 0, []
        for _, rule, requests in said:
            reached, may_be, cut = self._fold(rule, requests)
            all_of |= reached
            may |= may_be
            if cut:
                cuts.append((cut, rule))
        parts: list[Cut] = []
        for cut, rule in cuts:
            # What it reaches by another statement anyhow needs no look at resources.
            left = cut & ~all_of if rule.everywhere is Reach.YES else cut & ~(all_of | may)
            divided: list[Cut] = []
            for requests, rules in parts:
                if both := requests & left:
                    divided.append((both, rules | {rule}))
                if rest := requests & ~left:
                    divided.append((rest, rules))
                left &= ~requests
            parts = divided
            if left:
                parts.append((left, frozenset([rule])))
        merged: dict[frozenset[Rule], int] = {}
        for requests, rules in parts:
            merged[rules] = merged.get(rules, 0) | requests
        ordered = sorted((requests, rules) for rules, requests in merged.items())
        return all_of, may & ~all_of, sum(merged.values()), tuple(ordered)

    def _allowed(self, said: Iterable[Said]) -> int:
        found = 0
        for _, rule, requests in said:
            if rule.effect != "Allow":
                continue
            reached, may_be, cut = self._fold(rule, requests)
            found |= reached | may_be
            for of_universe, universe in self._of_requests:
                if of_universe & cut and may_reach(universe, rule):
                    found |= of_universe & cut
        return found

    def _fold(self, rule: Rule, requests: int) -> tuple[int, int, int]:
        """Of some requests those that a rule reaches, may reach, and reaches some resources of."""
        known, reached, may_be, cut = self._folded.get(rule, (0, 0, 0, 0))
        if missing := requests & ~known:
            for of_universe, universe in self._of_requests:
                if not missing & of_universe:
                    continue
                reach = whole_reach(universe, rule)
                known |= of_universe
                if reach is None:
                    cut |= of_universe
                elif reach is Reach.YES:
                    reached |= of_universe
                elif reach is Reach.MAYBE:
                    may_be |= of_universe
            # Stored as one: another thread may be at the same rule.
            self._folded[rule] = known, reached, may_be, cut
        return reached & requests, may_be & requests, cut & requests
