"""Hold our verdicts against a judge that nobody here wrote: `make differential` (needs Node.js).

A `granted` must have every sampled request allowed; a `none` must have none allowed, and a `denied`
every one refused explicitly. Where no condition is involved but those that the account decides, the
other way round as well: all allowed should be `granted`, and none allowed should not be `partial`.
The summaries of these accounts must say what the full verdicts do.

The report also says how often a verdict of `partial` may have been too cautious: all sampled
requests had the same answer. Where other conditions are involved, the samples may have missed the
requests that make the difference, so this is information, and no mistake.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

from iam.account.model import Account
from iam.account.organization import Level, Organization, OrganizationPolicy
from iam.account.parse import managed_policy_of, parse_page
from iam.account.unread import document_of
from iam.policy.action_catalogue import catalogue
from iam.verdicts.evaluator import Evaluator
from tests.build import ID, NOW, details, document, inline, policy, policy_arn, the
from tests.differential.cases import CERTAIN, SECTIONS, levels, policies, principal, samples
from tests.iam.verdicts.summary_check import agreed

HERE = Path(__file__).parent
PAIRS = int(os.environ.get("PAIRS", "20000"))
SEED = int(os.environ.get("SEED", "1"))
ACTIONS_AN_ACCOUNT = 6
Json = dict[str, Any]


def cases() -> Iterator[tuple[Json, str]]:
    """A case for the other judge, and our verdict."""
    evaluators = [(section, _evaluator(section)) for section in SECTIONS]
    random = Random(SEED)
    made = 0
    while made < PAIRS:
        section, evaluator = random.choice(evaluators)
        identity = policies(random)
        boundary = document(*policies(random)[0]["Statement"]) if random.random() < 0.3 else None
        alice, known = principal(random)
        scps = levels(random)
        if scps:
            known["aws:PrincipalOrgID"] = "o-1"
        verdicts = _verdicts(evaluator, alice, identity, boundary, scps)
        for action in random.sample(sorted(verdicts), min(ACTIONS_AN_ACCOUNT, len(verdicts))):
            made += 1
            case = {
                "section": document(section),
                "principal": alice["Arn"],
                "identity": identity,
                "boundary": boundary,
                "scps": scps,
                "action": action,
                "samples": samples(action, section, known, random),
            }
            yield case, verdicts[action]


def _evaluator(section: Json) -> Evaluator:
    managed = managed_policy_of(policy("managed", section))
    return Evaluator(managed, catalogue(), "aws", now=NOW)


def _verdicts(
    evaluator: Evaluator,
    alice: Json,
    identity: list[Json],
    boundary: Json | None,
    scps: list[list[Json]],
) -> dict[str, str]:
    kind = "User" if "UserName" in alice else "Role"
    items = [{**alice, f"{kind}PolicyList": inline(identity)}]
    if boundary:
        items[0]["PermissionsBoundary"] = {"PermissionsBoundaryArn": policy_arn("boundary")}
        items.append(policy("boundary", raw=boundary))
    account = replace(
        parse_page(Account(id="123456789012"), details(*items)),
        organizations={ID: organization_of(scps)},
    )
    result = agreed(evaluator, account, the(account))
    return {a: v for s in result.sections for e in s.entries for a, v in e.concrete.items()}


def organization_of(scps: list[list[Json]]) -> Organization:
    """An organization with these policies at its levels, the root first."""
    if not scps:
        return Organization("none")
    return Organization(
        "applied",
        "o-1",
        "999999999999",
        tuple(
            Level(
                f"ou-{n}",
                f"level {n}",
                "ou",
                tuple(
                    OrganizationPolicy(f"p-{i}", f"p-{i}", document_of(raw))
                    for i, raw in enumerate(policies)
                ),
            )
            for n, policies in enumerate(scps)
        ),
    )


def disagreement(case: Json, verdict: str, answers: list[str | None]) -> str | None:
    """Why the verdict cannot be right, or None."""
    asked = Counter(answer for answer in answers if answer)
    if not asked:
        return None
    allowed, refused = asked["Allowed"], asked["ExplicitlyDenied"]
    total = asked.total()
    if verdict == "granted" and allowed < total:
        return f"granted, but {total - allowed} of {total} requests are not allowed"
    if verdict in ("none", "denied") and allowed:
        return f"{verdict}, but {allowed} of {total} requests are allowed"
    if verdict == "denied" and refused < total:
        return f"denied, but {total - refused} of {total} requests are not refused explicitly"
    if not only_certain(case):
        return None
    if verdict == "partial" and unanimous(answers):
        return f"partial, but {allowed} of {total} requests are allowed"
    if verdict == "none" and refused == total:
        return "none, but every request is refused explicitly"
    return None


def only_certain(case: Json) -> bool:
    """Whether all conditions of a case are such that the account decides them."""
    documents = (*case["identity"], case["boundary"] or {}, *chain.from_iterable(case["scps"]))
    statements = [
        statement for document in documents for statement in document.get("Statement", ())
    ]
    return all("Condition" not in s or s["Condition"] in CERTAIN for s in statements)


def unanimous(answers: list[str | None]) -> bool:
    """Whether all requests that were asked about are allowed, or none of them is."""
    allowed = {answer == "Allowed" for answer in answers if answer}
    return len(allowed) == 1


def caution(partial: list[tuple[Json, list[str | None]]]) -> str:
    """Say how many verdicts of `partial` are unanimous, with and without uncertain conditions."""
    counts = Counter((only_certain(case), unanimous(answers)) for case, answers in partial)
    parts = [
        f"{counts[certain, True]:,} of {counts[certain, True] + counts[certain, False]:,} {where}"
        for certain, where in (
            (True, "where only conditions that the account decides matter"),
            (False, "elsewhere"),
        )
    ]
    return f"partial although all requests of the samples agree: {', '.join(parts)}"


def main() -> None:
    made = list(cases())
    asked = "".join(json.dumps(case) + "\n" for case, _ in made)
    said = subprocess.run(
        ["node", HERE / "judge.mjs"], input=asked, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    found: list[tuple[str, Json, str]] = []
    partial: list[tuple[Json, list[str | None]]] = []
    requests = 0
    for (case, verdict), line in zip(made, said, strict=True):
        answers = json.loads(line)
        requests += sum(answer is not None for answer in answers)
        if why := disagreement(case, verdict, answers):
            found.append((why, case, verdict))
        if verdict == "partial":
            partial.append((case, answers))
    verdicts = Counter(verdict for _, verdict in made)
    ours = ", ".join(f"{count:,} {verdict}" for verdict, count in verdicts.most_common())
    print(f"{len(made):,} pairs ({ours}), {requests:,} requests, seed {SEED}")
    print(caution(partial))
    for why, case, _ in found[:10]:
        print(f"\n{case['action']}: {why}")
        print(
            json.dumps(
                {k: case[k] for k in ("section", "principal", "identity", "boundary", "scps")}
            )
        )
    print(f"{len(found)} disagreements")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
