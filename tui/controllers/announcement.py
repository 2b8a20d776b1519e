"""What is about to be read, in words. Light: part of the first frame."""

from __future__ import annotations

from iam.text import without_secrets
from tui.options import Launch


def announcement(launch: Launch) -> str:
    """What the app begins with, such as `connecting to AWS …`."""
    if launch.source == "demo":
        return "starting the embedded account …"
    if launch.source == "snapshot":
        return "reading the file …"
    where = without_secrets(launch.endpoint_url) if launch.endpoint_url else "AWS"
    return f"connecting to {where}{f' with profile {launch.profile}' if launch.profile else ''} …"
