"""What the operator asked for on the command line. Light: the first frame waits for no more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DEFAULT_POLICY = "AmazonBedrockLimitedAccess"
DEFAULT_SNAPSHOT_LIMIT = 500
"""An account of 50,000 principals has half of that. Python's objects take some ten times as much
memory as their JSON."""


@dataclass(frozen=True, slots=True)
class Launch:
    """Where the account comes from, and what may be done with it."""

    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    policy: str = DEFAULT_POLICY
    read_only: bool = False
    demo: bool = False
    snapshot: str | None = None
    """A file's path, or `-` for standard input."""
    snapshot_limit: int = DEFAULT_SNAPSHOT_LIMIT
    """The most megabytes of JSON that it may have, unpacked."""
    action: str | None = None
    """An action that alone is asked about, of `audit`."""
    journal: str | None = None
    """A file's path; None for the place that the platform has for it."""
    dry_run: bool = False
    """Changes are planned and shown, and none is sent."""
    confirm_above: int = 10
    """More changes at once than this are confirmed by typing which account they are for."""

    cache: bool = False
    """The last load is kept on the disk, and shown while a fresh one comes."""

    @property
    def source(self) -> Literal["live", "demo", "snapshot"]:
        """Where the account's data comes from."""
        if self.snapshot is not None:
            return "snapshot"
        return "demo" if self.demo else "live"

    @property
    def badges(self) -> tuple[str, ...]:
        """The words that are always in sight: what the session may do, where its data is from."""
        source = {"live": (), "demo": ("DEMO",), "snapshot": ("SNAPSHOT",)}[self.source]
        dry = ("DRY-RUN",) if self.dry_run else ()
        return source if self.writable else ("READ-ONLY", *dry, *source)

    @property
    def writable(self) -> bool:
        """Whether this session may change anything."""
        return not self.read_only and not self.dry_run and self.snapshot is None

    @property
    def plans(self) -> bool:
        """Whether changes can be planned, sent or not."""
        return self.writable or self.dry_run
