"""Every AWS managed policy that moto carries, attached to a role: a table that a reader can check.

Those that give nothing are left out of it. `python -m tests.iam.verdicts.test_managed_policies`
writes it anew; read the difference.
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
from tests.build import account, make_evaluator, policy, role, statements_of, the
from tests.iam.verdicts.sums import agreed

TABLE = Path(__file__).with_name("managed_policies.csv")


def rows() -> Iterator[list[str]]:
    """Name, verdict, and granted of total for each section; the name alone where all is none."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    evaluators = make_evaluator()
    yield ["policy", "version", "verdict", *(section.sid for section in evaluators.sections)]
    for name, data in sorted(json.loads(aws_managed_policies_data).items()):
        arn = data.get("Arn") or f"arn:aws:iam::aws:policy{data['Path']}{name}"
        made = account(role("alice", attached=[arn]), policy(name, arn=arn, raw=data["Document"]))
        result = agreed(evaluators, made, the(made))
        sections = [f"{s.verdict} {s.granted}/{s.total}" for s in result.sections]
        yield [name, data["DefaultVersionId"], result.verdict, *sections]


def test_every_managed_policy_is_judged_as_the_table_says() -> None:
    found = list(rows())
    assert len(found) > 1_480
    assert not [row[0] for row in found if row[2] == Verdict.UNKNOWN]
    notable = [row for row in found if row[2] != Verdict.NONE]
    assert notable == list(csv.reader(TABLE.read_text(encoding="utf-8").splitlines()))


def test_a_policy_that_is_held_grants_all_of_its_own_sections() -> None:
    """Also what its variables and conditions narrow: they are the same on both sides."""
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    evaluated = 0
    for name, data in json.loads(aws_managed_policies_data).items():
        raw = policy(name, raw=data["Document"])
        managed = managed_policy_of(raw)
        denies = any(statement.effect == "Deny" for statement in statements_of(managed.document))
        if denies or not ("Bedrock" in name or "SageMaker" in name):
            continue
        made = account(role("alice", attached=[managed.arn]), raw)
        found = agreed(Evaluator(managed, catalogue(), "aws"), made, the(made))
        assert {s.sid: s.verdict for s in found.sections if s.verdict is not Verdict.GRANTED} == {}
        evaluated += 1
    assert evaluated > 60


def main() -> None:
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(r for r in rows() if r[2] != Verdict.NONE)


if __name__ == "__main__":
    main()
