"""What the main screen says where something cannot be read or changed, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from iam.errors import AwsError
from iam.text import safe, without_secrets
from tui.session.sign_in import lacking

if TYPE_CHECKING:
    from iam.account.unread import Unread
    from tui.options import Launch

BUSY = "A change is under way; wait until it is done."
_RETRY = {None: "try again", "sso": "log in", "mfa": "enter a code"}
"""What the key for a reload does, by what the credentials lack."""
_FEW = 2
"""Reasons that a notice names."""


def load_failure(error: BaseException, *, live: bool, shows_old: bool) -> Content:
    """Why there is no account on the screen, or only an old one.

    Args:
        error: Why it could not be read.
        live: Whether another profile may help.
        shows_old: Whether the account is on the screen as it was read earlier.
    """
    sentence = error.sentence if isinstance(error, AwsError) else str(error) or repr(error)
    advice = error.advice if isinstance(error, AwsError) else ""
    what = "The last read of the account failed" if shows_old else "The account could not be read"
    rest = "Below is what was read before. " if shows_old else ""
    other = "p for another profile, " if live else ""
    return Content.assemble(
        (f"{what}. ", "bold $text-error"),
        f"{safe(without_secrets(sentence)).rstrip('.')}.\n",
        (f"{safe(advice)} " if advice else "", "dim"),
        (f"{rest}Press {other}r to {_RETRY[lacking(error)]}, q to quit.", "dim"),
    )


def missing_principals(gaps: Sequence[Unread]) -> Content:
    """Why users or roles may be missing from the table."""
    reasons = "; ".join(
        dict.fromkeys(f"{gap.what}: {gap.message.rstrip('.')}" for gap in gaps[:_FEW])
    )
    return Content.assemble(
        ("Some users or roles are not in this list. ", "bold $text-error"),
        safe(reasons),
        (". Press n for everything that could not be read.", "dim"),
    )


def refusal(
    launch: Launch, *, loaded: bool, changing: bool, failed: bool, age: str, several: str
) -> str | None:
    """Why nothing can be changed now; None if it can.

    Args:
        launch: What the operator asked for.
        loaded: Whether the account on the screen has been read completely, now or earlier.
        changing: Whether a change is under way.
        failed: Whether the last attempt to read it failed.
        age: How old it is, if it is the cached one; else empty.
        several: How many accounts a file holds, such as `2 accounts`; empty for one.
    """
    if launch.snapshot is not None and not launch.dry_run:
        return "A snapshot cannot be changed; open the account itself to make changes."
    if launch.read_only and not launch.dry_run:
        return "This session is read-only; start with --no-read-only to make changes."
    if not loaded and failed and age:
        return f"This account was read {age} ago; press r to read it again."
    if not loaded and failed:
        return "The account could not be read; press r to read it again."
    if not loaded:
        return "The account is still being read; wait until it is complete."
    if changing:
        return BUSY
    if several:
        return f"The file holds {several}; a change is planned for one account."
    return None


def failed_action(error: Exception) -> str:
    """Why an action of the operator did not complete."""
    from iam.changes.journal import JournalError

    if isinstance(error, AwsError | JournalError):
        return str(error)
    return (
        f"Unexpected error ({type(error).__name__}). The journal records what was sent; "
        "press r to read the account again."
    )
