"""Read the organization from the store of iam-collect, in the shape of `organization_file`.

The store of an organization is a folder with `metadata.json`, `accounts.json`, `ous.json`, and a
folder for each unit and policy.

https://github.com/cloud-copilot/iam-collect
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from iam.account.json_file import SnapshotError
from iam.account.organization import RCP, SCP
from iam.account.unread import Unread
from iam.text import safe

_TYPES = {"scps": SCP, "rcps": RCP}
_WORDS = {"scps": "service", "rcps": "resource"}
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
    nodes: dict[str, list[_Json]] = {"Roots": [], "OrganizationalUnits": [], "Accounts": []}
    for id, unit in units.items():
        name = _name(folder / "ous" / id.lower() / "metadata.json", read) if _plain(id) else None
        kind = "Roots" if id.startswith("r-") else "OrganizationalUnits"
        nodes[kind].append({**_node(id, unit, "parent", folder), "Name": name or id})
    for id, account in accounts.items():
        nodes["Accounts"].append({**_node(id, account, "ou", folder), "Name": id})
    return {
        "Organization": {
            "Id": metadata.get("id"),
            "MasterAccountId": metadata.get("rootAccountId"),
        },
        **nodes,
        "Policies": [
            *_unlisted(chain.from_iterable(nodes.values())),
            *_policies(folder, [*units.values(), *accounts.values()], read),
        ],
    }


def _node(id: str, item: object, parent: str, folder: Path) -> _Json:
    if not isinstance(item, Mapping):
        raise SnapshotError(f"{safe(str(folder))} has a malformed entry for {safe(id)}")
    node: _Json = {"Id": id, "ParentId": item.get(parent)}
    node["Policies"] = []
    for type in _TYPES:
        if isinstance(arns := item.get(type, ...), list | None):
            node["Policies"] += map(_id_of, arns or ())
        else:
            node["Policies"].append(_not_listed(type, id))
    return node


def _not_listed(type: str, level: str) -> str:
    """Make the ID of what stands for the policies of a level that the store does not list."""
    return f"({type} of {level} not listed)"


def _unlisted(nodes: Iterable[_Json]) -> Iterator[_Json]:
    """Yield what stands for the policies that the store does not list."""
    for node in nodes:
        for type, kind in _TYPES.items():
            if (id := _not_listed(type, node["Id"])) in node["Policies"]:
                what = f"the {_WORDS[type]} control policies at {node['Name']}"
                unread = Unread(what, "Missing", "the store does not list them")
                yield {"Id": id, "Name": "(not listed)", "Type": kind, "Content": unread}


def _policies(folder: Path, items: Iterable[_Json], read: _Read) -> Iterator[_Json]:
    """Yield the policies of units and accounts, as far as the store has a file of them."""
    listed = {
        (type, _id_of(arn))
        for item in items
        for type in _TYPES
        if isinstance(arns := item.get(type), list)
        for arn in arns
    }
    for type, id in sorted(listed):
        if not _plain(id):
            continue
        for place in dict.fromkeys((folder / type / id, folder / type / id.lower())):
            if (place / "policy.json").is_file():
                yield {
                    "Id": id,
                    "Name": _name(place / "metadata.json", read),
                    "Type": _TYPES[type],
                    "Content": read(str(place / "policy.json")),
                }
                break


def _organization_folder(path: Path) -> Path:
    if (path / "accounts.json").is_file():
        return path
    found = [file.parent for file in path.glob("aws/*/organizations/*/accounts.json")]
    found += [file.parent for file in path.glob("*/organizations/*/accounts.json")]
    if len(found) != 1:
        what = "more than one organization" if found else "no organization"
        raise SnapshotError(f"{safe(str(path))} is a folder with {what} of an iam-collect store")
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


def _plain(id: str) -> bool:
    """Return whether an ID may be the name of a folder: it leads nowhere else."""
    return re.fullmatch(r"[\w-]+", id, re.ASCII) is not None
