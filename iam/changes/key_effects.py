"""What changes of policies do to the API keys of the users whom they affect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from iam.account.model import Account, Principal
from iam.changes.journal import Op
from iam.policy.action_catalogue import catalogue
from iam.verdicts.api_key_use import KeyJudge, KeyUse
from iam.verdicts.evaluator import Evaluator

_MOST = 3
"""Owners who are named before the rest is counted."""


def key_warnings(
    evaluator: Evaluator, account: Account, after: Account, affected: Iterable[Principal], op: Op
) -> tuple[str, ...]:
    """Say which API keys stop working, or begin to.

    Args:
        evaluator: Says what owners may invoke.
        account: The account before the changes.
        after: The account with the changes made.
        affected: Those whose access may change.
        op: What is done with a policy; only a detach can do harm to keys that were not read.
    """
    if account.api_keys.status == "unasked":
        return ()
    users = [p for p in affected if p.type == "user"]
    unknown = [user for user in users if account.keys_of(user) is None]
    found = list(_not_read(unknown)) if op == "detach" else []
    keys = [key for user in users for key in account.keys_of(user) or ()]
    if not keys:
        return tuple(found)
    judge = KeyJudge(catalogue(), account.partition, evaluator.now)
    uses = zip(
        judge.uses(account, evaluator, keys), judge.uses(after, evaluator, keys), strict=True
    )
    stopped: list[KeyUse] = []
    started: list[KeyUse] = []
    for old, new in uses:
        if old.invokes is not False and new.invokes is False:
            stopped.append(new)
        elif old.invokes is False and new.invokes is not False:
            started.append(new)
    found += _sentence(stopped, "stops working", "stop working")
    found += _sentence(started, "begins to work", "begin to work")
    return tuple(found)


def _not_read(unknown: Sequence[Principal]) -> Iterable[str]:
    if unknown:
        who = unknown[0].name if len(unknown) == 1 else f"{len(unknown)} of them"
        yield f"Whether {who} has API keys could not be read."


def _sentence(uses: Sequence[KeyUse], verb: str, plural: str) -> Iterable[str]:
    if not uses:
        return
    owners = list(dict.fromkeys(use.key.user for use in uses))
    more = f" and {len(owners) - _MOST} more" if len(owners) > _MOST else ""
    whose = f"{', '.join(owners[:_MOST])}{more}"
    if len(uses) == 1:
        yield f"The API key of {whose} {verb}."
    else:
        yield f"{len(uses)} API keys {plural}: those of {whose}."
