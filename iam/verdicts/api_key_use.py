"""Judge what API keys are good for: whether they are accepted, and what their owners may invoke.

A request with a key is a request of its owner, which in addition needs `CallWithBearerToken` of the
service that it goes to, on `*`. That request carries the type of the key, which is LONG_TERM for
every key that IAM lists. AWS documents the condition key for this action alone, so that it is not
known for any other, nor for the other service.

https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys-permissions.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from iam.account.api_keys import ApiKey, State
from iam.account.model import Account, ManagedPolicy, User
from iam.ages import age
from iam.policy.action_catalogue import Catalogue, catalogue
from iam.policy.document import parse_document
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.invocation import INVOKES, Invocation, why_not
from iam.verdicts.result import EntryResult
from iam.verdicts.verdict import Verdict

NEVER_EXPIRES = "never"
"""Says that a key has no date at which it expires."""
_NAMES = {"bedrock": "Bedrock", "bedrock-mantle": "Mantle"}
"""The services that take keys."""
_OF_SERVICE = {
    service: tuple(n for n, action in enumerate(INVOKES) if action.startswith(f"{service}:"))
    for service in _NAMES
}
"""The positions in `INVOKES` of the actions of each."""


@dataclass(frozen=True, slots=True)
class KeyUse:
    """What a key can be used for."""

    key: ApiKey
    state: State
    """Its state at the time of the judgement."""
    owner: User | None
    """None if the account, as far as it was read, has no such user."""
    invocation: Invocation | None
    """What its owner may invoke, by whatever credentials; None without an owner."""
    usable: bool | None
    """Whether a request with the key is accepted at all; None if that is not known."""
    invokes: bool | None
    """Whether the key invokes any model; None if that is not known."""
    words: str
    """Whether it works, or why not: `yes`, `no: denied by DenyKeys`."""
    reasons: tuple[str, ...] = ()
    """What keeps its requests from being accepted, or some of them, in words."""

    @property
    def owner_may_nothing(self) -> bool:
        """Whether its owner may invoke no model for certain."""
        return self.invocation is not None and self.invocation.can is False


class KeyJudge:
    """Judges keys at one moment."""

    def __init__(self, actions: Catalogue, partition: str, now: datetime) -> None:
        """Prepare the judgement.

        Args:
            actions: The concrete actions.
            partition: The partition of the account.
            now: The time of the requests.
        """
        self._now = now
        self._evaluators = {
            service: _token_evaluator(service, actions, partition, now) for service in _NAMES
        }

    def uses(
        self, account: Account, evaluator: Evaluator, keys: Iterable[ApiKey] | None = None
    ) -> tuple[KeyUse, ...]:
        """Judge keys of an account.

        Args:
            account: The account, current or after a change.
            evaluator: Says what owners may invoke.
            keys: The keys; all of the account by default.
        """
        keys = account.api_keys.keys if keys is None else tuple(keys)
        names = {key.user for key in keys}
        users = {
            p.name: p for p in account.principals.values() if p.type == "user" and p.name in names
        }
        invocations = {name: evaluator.invocation(account, user) for name, user in users.items()}
        tokens = {name: self._tokens(account, user) for name, user in users.items()}
        return tuple(
            self._use(key, users.get(key.user), invocations.get(key.user), tokens.get(key.user, ()))
            for key in keys
        )

    def _tokens(self, account: Account, owner: User) -> tuple[EntryResult, ...]:
        """Evaluate `CallWithBearerToken` of each service."""
        results = [each.result(account, owner) for each in self._evaluators.values()]
        return tuple(result.sections[0].entries[0] for result in results)

    def _use(
        self,
        key: ApiKey,
        owner: User | None,
        invocation: Invocation | None,
        tokens: Sequence[EntryResult],
    ) -> KeyUse:
        state = key.state(self._now)
        if owner is None or invocation is None:
            usable = None if state == "Active" else False
            words = "unknown: its owner was not read" if usable is None else self._off(key, state)
            return KeyUse(key, state, owner, None, usable, usable, words)
        accepted = [_allowed(token.verdict) for token in tokens]
        reasons = tuple(dict.fromkeys(w for token in tokens for w in token.withheld_by))
        if state != "Active":
            words = self._off(key, state)
            return KeyUse(key, state, owner, invocation, False, False, words, reasons)
        usable = _any(accepted)
        opened = [_any(map(_allowed, of)) for of in _by_service(invocation)]
        both = [_both(a, b) for a, b in zip(accepted, opened, strict=True)]
        invokes = _any(both)
        words = _words(usable, invokes, tokens, opened)
        return KeyUse(key, state, owner, invocation, usable, invokes, words, reasons)

    def _off(self, key: ApiKey, state: State) -> str:
        if state == "Expired" and key.expires is not None:
            return f"no: expired {age(key.expires, self._now)} ago"
        return f"no: {state.lower()}"


def uses_by_user(
    account: Account, evaluator: Evaluator, now: datetime
) -> dict[str, tuple[KeyUse, ...]]:
    """Judge all keys of an account; by the name of their user."""
    found: dict[str, tuple[KeyUse, ...]] = {}
    for use in key_uses(account, evaluator, now):
        found[use.key.user] = (*found.get(use.key.user, ()), use)
    return found


def key_uses(
    account: Account, evaluator: Evaluator, now: datetime, keys: Sequence[ApiKey] | None = None
) -> tuple[KeyUse, ...]:
    """Judge keys of an account, by default all."""
    keys = account.api_keys.keys if keys is None else keys
    if not keys:
        return ()  # most accounts have none: nothing is prepared for them
    return KeyJudge(catalogue(), account.partition, now).uses(account, evaluator, keys)


def _token_evaluator(service: str, actions: Catalogue, partition: str, now: datetime) -> Evaluator:
    """Make what evaluates whether requests with a key are accepted by a service."""
    document = parse_document(
        {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Action": f"{service}:CallWithBearerToken",
                "Resource": "*",
            },
        }
    )
    every = ManagedPolicy("API keys", "", "", document=document)
    carried = {f"{service}:bearertokentype": (("LONG_TERM",),)}
    return Evaluator(every, actions, partition, now=now, carried=carried)


def _by_service(invocation: Invocation) -> list[list[Verdict]]:
    return [[invocation.verdicts[n] for n in of] for of in _OF_SERVICE.values()]


def _allowed(verdict: Verdict) -> bool | None:
    if verdict is Verdict.UNKNOWN:
        return None
    return verdict in (Verdict.GRANTED, Verdict.PARTIAL)


def _any(answers: Iterable[bool | None]) -> bool | None:
    found = set(answers)
    return True if True in found else None if None in found else False


def _both(one: bool | None, other: bool | None) -> bool | None:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _words(
    usable: bool | None,
    invokes: bool | None,
    tokens: Sequence[EntryResult],
    opened: Sequence[bool | None],
) -> str:
    """Say whether a key that is active works, or why not."""
    names = list(_NAMES.values())
    if usable is False:
        why = why_not(tokens[0].verdict, tokens[0])
        return f"no: {'its owner may not use keys' if why == 'no' else why}"
    if usable is None:
        return "unknown: whether keys are accepted"
    if invokes is None:
        return "unknown: what it invokes"
    if invokes is False:
        if any(opened):
            refused = " and ".join(n for n, each in zip(names, opened, strict=True) if each)
            return f"invokes nothing: no keys for {refused}"
        return "invokes nothing"
    parts = ["yes"]
    works = [
        name
        for name, token, each in zip(names, tokens, opened, strict=True)
        if each and _allowed(token.verdict)
    ]
    reached = [name for name, each in zip(names, opened, strict=True) if each is not False]
    if len(works) < len(reached):
        parts.append(f"{' and '.join(works)} only")
    used = [t.verdict for n, t in zip(names, tokens, strict=True) if n in works]
    if Verdict.PARTIAL in used:
        parts.append("on conditions")
    return ", ".join(parts)
