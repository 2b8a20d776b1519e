"""Write iam/data/policies.json: the Bedrock policies that the app falls back on without AWS.

The documents are those of AWS, as the installed moto carries them.
"""

from __future__ import annotations

import json
from pathlib import Path

from moto.iam.aws_managed_policies import aws_managed_policies_data

NAMES = ("AmazonBedrockLimitedAccess", "AmazonBedrockFullAccess")
TARGET = Path(__file__).parents[1] / "iam" / "data" / "policies.json"


def main() -> None:
    published = json.loads(aws_managed_policies_data)
    policies = [
        {
            "name": name,
            "arn": f"arn:aws:iam::aws:policy{published[name]['Path']}{name}",
            "version": published[name]["DefaultVersionId"],
            "updated": published[name]["UpdateDate"][:10],
            "document": published[name]["Document"],
        }
        for name in NAMES
    ]
    TARGET.write_text(json.dumps(policies, indent=1) + "\n", encoding="utf-8")
    for policy in policies:
        print(f"{policy['name']} {policy['version']} of {policy['updated']}")


if __name__ == "__main__":
    main()
