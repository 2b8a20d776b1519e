"""Read the organization from the store of iam-collect, in the shape of `organization_file`.

The store of an organization is a folder with `metadata.json`, `accounts.json`, `ous.json`, and a
folder for each unit and policy.

https://github.com/cloud-copilot/iam-collect
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from iam.account.json_file import SnapshotError
from iam.text import safe

_TYPES = {"scps": "SERVICE_CONTROL_POLICY", "rcps": "RESOURCE_CONTROL_POLICY"}
_Read = Callable[[str], Any]
_Json = dict[str, Any]


def is_store(path: Path) -> bool:
    """Return whether a path is a folder, as a store is."""
    return path.is_dir()


def read_store(path: Path, read: _Read) -> _Json:
    """Read the organization of a store.

    Args:
        path: The folder of the organization, or that of the whole store.
        read: Reads a JSON file.

    Returns:
        The organization. Units and policies without a file are left out.

    Raises:
        SnapshotError: It is no such store, holds several organizations, or cannot be read.
    """
    folder = _organization_folder(path)
    metadata = _mapping(folder / "metadata.json", read)
    units, accounts = (_mapping(folder / f"{name}.json", read) for name in ("ous", "accounts"))
    policies: dict[str, _Json] = {}
    nodes: dict[str, list[_Json]] = {"Roots": [], "OrganizationalUnits": [], "Accounts": []}
    for kind, items, parent in (("OrganizationalUnits", units, "parent"), ("Accounts", accounts, "ou")):
        for id, item in items.items():
            if not isinstance(item, Mapping):
                raise SnapshotError(f"{safe(str(folder))} has a malformed entry for {safe(id)}")
            node: _Json = {"Id": id, "ParentId": item.get(parent)}
            if all(isinstance(item.get(type), list) for type in _TYPES):
                node["Policies"] = [_id_of(arn) for type in _TYPES for arn in item[type]]
            for type in _TYPES:
                for arn in item.get(type) or ():
                    _add_policy(policies, folder, type, str(arn), read)
            if kind == "OrganizationalUnits":
                node["Name"] = _name(folder / "ous" / id.lower() / "metadata.json", read)
            nodes["Roots" if kind != "Accounts" and id.startswith("r-") else kind].append(node)
    return {
        "Organization": {"Id": metadata.get("id"), "MasterAccountId": metadata.get("rootAccountId")},
        **nodes,
        "Policies": list(policies.values()),
    }


def _organization_folder(path: Path) -> Path:
    if (path / "accounts.json").is_file():
        return path
    found = [file.parent for file in path.glob("aws/*/organizations/*/accounts.json")]
    found += [file.parent for file in path.glob("*/organizations/*/accounts.json")]
    if len(found) != 1:
        what = "no organization" if not found else "more than one organization"
        raise SnapshotError(f"{safe(str(path))} is a folder that holds {what} of an iam-collect store")
    return found[0]


def _mapping(file: Path, read: _Read) -> Mapping[str, Any]:
    content = read(str(file))
    if not isinstance(content, Mapping):
        raise SnapshotError(f"{safe(str(file))} is not a JSON object")
    return content


def _name(file: Path, read: _Read) -> str | None:
    return _mapping(file, read).get("name") if file.is_file() else None


def _id_of(arn: object) -> str:
    return str(arn).rpartition("/")[2]


def _add_policy(
    policies: dict[str, _Json], folder: Path, type: str, arn: str, read: _Read
) -> None:
    id = _id_of(arn)
    spellings: Iterable[str] = dict.fromkeys((id, id.lower()))
    for place in (folder / type / spelling for spelling in spellings):
        if id not in policies and (place / "policy.json").is_file():
            policies[id] = {
                "Id": id,
                "Name": _name(place / "metadata.json", read),
                "Type": _TYPES[type],
                "Content": read(str(place / "policy.json")),
            }
