"""Name the statements that refused a change, as our own evaluation of the caller finds them."""

from __future__ import annotations

from collections.abc import Sequence

from iam.account.api_keys import SERVICE
from iam.account.model import Account
from iam.account.simulation import ContextEntry, Request
from iam.changes.key_plan import AnyChange, KeyChange
from iam.changes.preflight import caller_of
from iam.changes.refusal import KIND_WORDS, Explanation, Refusal, RefusingKind
from iam.policy.action_catalogue import Catalogue
from iam.verdicts.concrete_request import judged
from iam.verdicts.result import DecidingStatement, EntryResult
from iam.verdicts.verdict import Verdict

_UNREAD: tuple[RefusingKind, ...] = ("session", "resource", "endpoint", "trust")
"""Kinds of policies that are not part of the account's data."""


def request_of(change: AnyChange) -> Request:
    """The request that makes a change."""
    if isinstance(change, KeyChange):
        verb = "Update" if change.status else "Delete"
        key = (ContextEntry("iam:ServiceSpecificCredentialServiceName", (SERVICE,)),)
        return Request(f"iam:{verb}ServiceSpecificCredential", change.entity.arn, key)
    action = f"iam:{change.op.title()}{change.entity.type.title()}Policy"
    context = (ContextEntry("iam:PolicyARN", (change.policy_arn,)),)
    return Request(action, change.entity.arn, context)


def explained(
    refusal: Refusal, change: AnyChange, account: Account, caller: str, catalogue: Catalogue
) -> Explanation:
    """Explain a refused change: what AWS says, what we find, and how to learn more.

    Args:
        refusal: What AWS's message says.
        change: The change that was refused.
        account: The account, with the caller in it where the caller is of this account.
        caller: The caller's ARN.
        catalogue: The concrete actions.
    """
    lines = [refusal.in_words] if refusal.in_words else []
    if found := _found(refusal, change, account, caller, catalogue):
        lines.append(found)
    return Explanation(tuple(lines), refusal.command)


def _found(
    refusal: Refusal, change: AnyChange, account: Account, caller: str, catalogue: Catalogue
) -> str:
    """Say which statements of the account's data refuse the change; empty if that is no help."""
    if refusal.kind in _UNREAD:
        return f"Which {KIND_WORDS[refusal.kind]} it is cannot be read with the account."
    if (me := caller_of(account, caller)) is None:
        return ""
    (result,) = judged(account, me, [request_of(change)], catalogue)
    denies = [via for via in result.via if via.effect == "Deny" and _is_of(via, refusal.kind)]
    if denies and refusal.explicit is not False:
        return f"The statement: {_listed(denies)}."
    if refusal.kind is not None:
        return _implicit(refusal.kind, result, me.name)
    return ""


def _is_of(via: DecidingStatement, kind: RefusingKind | None) -> bool:
    own = via.kind in ("managed", "inline")
    return kind is None or via.kind == kind or (own and kind == "identity")


def _listed(statements: Sequence[DecidingStatement]) -> str:
    words = []
    for via in statements:
        name = via.sid or f"statement {via.statement + 1}"
        scope = f" ({', '.join(via.scope)})" if via.scope else ""
        words.append(f"{name} of {via.origin}{scope}")
    return "; ".join(dict.fromkeys(words))


def _implicit(kind: RefusingKind, result: EntryResult, name: str) -> str:
    """Say what of the data that was read agrees with AWS's refusal, or that nothing does."""
    limits = [reason for reason in result.reasons if _names(reason, kind)]
    if limits:
        return f"As read: {'; '.join(limits)}."
    if kind == "identity" and result.verdict in (Verdict.NONE, Verdict.DENIED):
        return f"As read: no policy of {name} allows it."
    return f"No such {KIND_WORDS[kind]} is among the policies that were read."


def _names(reason: str, kind: RefusingKind) -> bool:
    return (
        kind != "identity" and f" {kind.upper() if kind != 'boundary' else kind} " in f" {reason} "
    )
