"""What the operator asked for on the command line. Light: imported before the first frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DEFAULT_POLICY = "AmazonBedrockLimitedAccess"
DEFAULT_CONFIRM_ABOVE = 10
DEFAULT_SNAPSHOT_LIMIT = 500
"""Megabytes. An account of 50,000 principals has half of that. Python's objects take some ten times
as much memory as their JSON."""


@dataclass(frozen=True, slots=True)
class Launch:
    """Where the account comes from, and what the session may change."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    policy: str = DEFAULT_POLICY
    read_only: bool = False
    demo: bool = False
    snapshot: str | None = None
    """A file's path, or `-` for standard input."""
    snapshot_limit: int = DEFAULT_SNAPSHOT_LIMIT
    """The megabytes of uncompressed JSON that are read at most."""
    organization: str | None = None
    """A file or folder that holds the organization of the account; None reads it from AWS."""
    action: str | None = None
    """The only action, or pattern of actions, that is evaluated, for `audit`; None for the whole
    policy."""
    resource: str | None = None
    """The only resource, or pattern of resources, that `action` is evaluated on, for `audit`."""
    model: str | None = None
    """The models that are asked about, for `audit`: an ID, that of a profile, or a pattern."""
    source_region: str | None = None
    """The only region from which these are invoked; None for all."""
    filter: str = ""
    """Which principals a report is about, for `audit`, in the filter language."""
    verify: int = 0
    """How many principals AWS's simulator is asked about, for `audit`."""
    seed: int = 1
    """Chooses these principals."""
    last_used: bool = False
    """AWS is asked when Bedrock was last used, for `audit` and `save`."""
    journal: str | None = None
    """A file's path; None for the platform's default."""
    dry_run: bool = False
    """Changes are planned and shown, but not sent."""
    confirm_above: int = DEFAULT_CONFIRM_ABOVE
    """Changing more principals than this at once requires typing the account ID or alias."""
    cache: bool = False
    """The last load is kept on the disk, and shown until the account has been read again."""

    @property
    def source(self) -> Literal["live", "demo", "snapshot"]:
        """Where the account's data comes from."""
        if self.snapshot is not None:
            return "snapshot"
        return "demo" if self.demo else "live"

    @property
    def badges(self) -> tuple[str, ...]:
        """The words that are always shown: what the session may do, and where its data is from."""
        source = {"live": (), "demo": ("DEMO",), "snapshot": ("SNAPSHOT",)}[self.source]
        if self.dry_run:
            return ("DRY-RUN", *source)
        return source if self.writable else ("READ-ONLY", *source)

    @property
    def writable(self) -> bool:
        """Whether this session may change anything."""
        return not self.read_only and not self.dry_run and self.snapshot is None

    @property
    def plans(self) -> bool:
        """Whether changes can be planned, even if they are not sent."""
        return self.writable or self.dry_run
