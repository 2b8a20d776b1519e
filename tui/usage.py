"""What the options of the command line must not be. Light: imported before the first frame."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from iam.text import safe
from tui.options import Launch

if TYPE_CHECKING:
    from iam.policy.action_catalogue import Action

_COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".zip")
_CONTRADICTIONS = {
    "demo": ("snapshot", "profile", "region", "endpoint_url", "cache"),
    "snapshot": ("profile", "region", "endpoint_url", "cache"),
}
"""Options that say where the account is, and those that then would be ignored."""


def validate(launch: Launch, *, limit: bool) -> None:
    """Refuse options that contradict each other, have no effect, or are empty.

    Args:
        launch: What the operator asked for.
        limit: Whether a limit of the file was given.

    Raises:
        click.UsageError: In one sentence.
    """
    if launch.snapshot == "-" and launch.organization == "-":
        raise click.UsageError("Only one of --snapshot and --organization can be standard input.")
    for name in ("profile", "region", "endpoint_url", "policy", "snapshot", "organization"):
        if getattr(launch, name) == "":
            raise click.UsageError(f"--{name.replace('_', '-')} is empty.")
    for source, others in _CONTRADICTIONS.items():
        for other in others if getattr(launch, source) else ():
            if getattr(launch, other) not in (None, False):
                option = other.replace("_", "-")
                raise click.UsageError(f"--{source} and --{option} exclude each other.")
    if limit and launch.snapshot is None and launch.organization is None:
        raise click.UsageError("--snapshot-limit is about --snapshot, which is missing.")
    if launch.last_used and launch.snapshot is not None:
        raise click.UsageError("--snapshot and --last-used exclude each other.")
    if launch.endpoint_url and not launch.endpoint_url.lower().startswith(("http://", "https://")):
        raise click.UsageError("--endpoint-url must begin with http:// or https://.")


def validate_action(action: str | None) -> None:
    """Refuse what matches no action: a typing error must not look like 'nobody can'.

    Raises:
        click.UsageError: In a sentence, with a question if there are similar actions.
    """
    if action is None:
        return
    from iam.policy.action_catalogue import catalogue

    if catalogue().choose(action) is None:
        from iam.verdicts.similar_actions import similar_actions

        similar = similar_actions(action)
        hint = f" Did you mean {' or '.join(similar)}?" if similar else ""
        raise click.UsageError(f"The catalogue has no action {safe(action)!r}.{hint}")


def validate_resource(launch: Launch) -> None:
    """Refuse a resource that no chosen action acts on: it must not look like 'nobody can'.

    Raises:
        click.UsageError: In one sentence.
    """
    if launch.resource is None:
        return
    if launch.action is None:
        raise click.UsageError("--resource narrows --action, which is missing.")
    from iam.policy.action_catalogue import catalogue
    from iam.verdicts.request import acts_on

    chosen = catalogue().choose(launch.action)
    assert chosen is not None, "validate_action comes first"
    if not any(acts_on(action, launch.resource) for action in chosen.actions):
        raise click.UsageError(
            f"{safe(chosen.id)} acts on no resource {safe(launch.resource)!r}; it acts on "
            f"{_kinds(chosen.actions)}."
        )


def _kinds(actions: Iterable[Action]) -> str:
    """Name the types of resources of actions, the first few."""
    formats = dict.fromkeys(format for action in actions for format in action.resources)
    names = [format.replace("${", "").replace("}", "") for format in formats][:3]
    return f"{', '.join(names)} and others" if len(formats) > 3 else ", ".join(names) or "*"


def validate_model(launch: Launch) -> None:
    """Refuse what contradicts the routes to a model.

    Raises:
        click.UsageError: In one sentence.
    """
    if launch.model is None:
        if launch.source_region is not None:
            raise click.UsageError("--from is the region of --model, which is missing.")
        return
    if not launch.model:
        raise click.UsageError("--model is empty.")
    if launch.source_region == "":
        raise click.UsageError("--from is empty.")
    if launch.resource is not None:
        raise click.UsageError("--model and --resource exclude each other.")
    from iam.verdicts.routes import INVOKE, STREAMING

    invoking = (INVOKE.lower(), STREAMING.lower())
    if launch.action is not None and launch.action.lower() not in invoking:
        raise click.UsageError(f"Models are invoked by {INVOKE} or {STREAMING}.")


def validate_detail(detail: str | None, form: str) -> None:
    """Refuse to say of each principal what a format has no room for.

    Raises:
        click.UsageError: In one sentence.
    """
    from iam.reports.formats import FORMATS

    if detail is None or detail in FORMATS[form].details:
        return
    *others, last = [each.name for each in FORMATS.values() if detail in each.details]
    raise click.UsageError(
        f"--detail {detail} is for the formats {', '.join(others)} and {last}, not for {form}."
    )


def validate_format_of_keys(output: str | None) -> None:
    """Refuse a file that is named after a format in which keys are not listed.

    Raises:
        click.UsageError: In one sentence.
    """
    from iam.reports.formats import KEY_FORMATS, format_of_file

    if (form := format_of_file(output)) not in KEY_FORMATS:
        *others, last = KEY_FORMATS
        raise click.UsageError(
            f"Keys are not listed as {form}, as the name of the --output file says, "
            f"but as {', '.join(others)} or {last}; choose one with --format."
        )


def validate_output(output: str | None, launch: Launch) -> None:
    """Refuse to replace a file that the report is made from, and a name that promises compression.

    Raises:
        click.UsageError: In one sentence.
    """
    if output is None:
        return
    for option, source in (("snapshot", launch.snapshot), ("organization", launch.organization)):
        if source is not None and os.path.realpath(output) == os.path.realpath(source):
            raise click.UsageError(f"--output would replace the file of --{option}.")
    if output.lower().endswith(_COMPRESSED):
        raise click.UsageError("--output writes no compressed files; pipe the report to gzip.")


def validate_verify(launch: Launch, *, seed: bool) -> None:
    """Refuse to verify a saved account, which AWS cannot be asked about.

    Args:
        launch: What the operator asked for.
        seed: Whether a seed was given.

    Raises:
        click.UsageError: In one sentence.
    """
    if launch.verify and launch.snapshot is not None:
        raise click.UsageError("--verify asks AWS, which --snapshot does not reach.")
    if seed and not launch.verify:
        raise click.UsageError("--seed chooses the principals of --verify, which is missing.")


def validate_filter(text: str) -> None:
    """Refuse what is malformed: a report on nobody must not look like 'nobody can'."""
    if not text:
        return
    from iam.verdicts.principal_filter import parse_filter

    found = parse_filter(text)
    if found.problem:
        raise click.UsageError(f"--filter: {safe(found.problem)}.")
    if found.of_groups:
        raise click.UsageError("--filter: an audit lists users and roles, and no groups.")
