"""The verdicts on a role with each AWS managed policy, compared with `managed_policies.csv`.

Sessions of the role may have any tags, since some policies are for principals with certain tags.

The policies come from moto. The table leaves out those whose verdict is `none`. To regenerate it,
run `python -m tests.iam.verdicts.test_managed_policies` and review the difference.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from iam.account.parse import managed_policy_of
from iam.policy.action_catalogue import catalogue
from iam.verdicts.evaluator import Evaluator
from iam.verdicts.verdict import Verdict
from tests.build import account, make_evaluator, policy, role, statements_of, the, trusting
from tests.iam.verdicts.summary_check import agreed

TABLE = Path(__file__).with_name("managed_policies.csv")


def rows() -> Iterator[list[str]]:
    """Yield the header and a row per policy: name, version, verdict, and a column per section."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    evaluator = make_evaluator()
    yield ["policy", "version", "verdict", *(section.sid for section in evaluator.sections)]
    for name, data in sorted(json.loads(aws_managed_policies_data).items()):
        arn = data.get("Arn") or f"arn:aws:iam::aws:policy{data['Path']}{name}"
        made = account(
            role("alice", attached=[arn], trust=trusting("sts:TagSession")),
            policy(name, arn=arn, raw=data["Document"]),
        )
        result = agreed(evaluator, made, the(made))
        sections = [f"{s.verdict} {s.granted}/{s.total}" for s in result.sections]
        yield [name, data["DefaultVersionId"], result.verdict, *sections]


def test_the_verdict_on_every_managed_policy_matches_the_table() -> None:
    found = list(rows())
    assert len(found) > 1_480
    assert not [row[0] for row in found if row[2] == Verdict.UNKNOWN]
    listed = [row for row in found if row[2] != Verdict.NONE]
    assert listed == list(csv.reader(TABLE.read_text(encoding="utf-8").splitlines()))


def test_a_policy_grants_all_of_its_own_sections() -> None:
    """This includes variables and conditions, which are the same in policy and section."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    evaluated = 0
    for name, data in json.loads(aws_managed_policies_data).items():
        raw = policy(name, raw=data["Document"])
        managed = managed_policy_of(raw)
        denies = any(statement.effect == "Deny" for statement in statements_of(managed.document))
        if denies or not ("Bedrock" in name or "SageMaker" in name):
            continue
        made = account(role("alice", attached=[managed.arn], trust=trusting("sts:TagSession")), raw)
        result = agreed(Evaluator(managed, catalogue(), "aws"), made, the(made))
        assert {s.sid: s.verdict for s in result.sections if s.verdict is not Verdict.GRANTED} == {}
        evaluated += 1
    assert evaluated > 60


def main() -> None:
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(r for r in rows() if r[2] != Verdict.NONE)


if __name__ == "__main__":
    main()
