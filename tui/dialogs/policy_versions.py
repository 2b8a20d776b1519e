"""The managed policy: its versions, who holds it, and what the newer of two versions gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from iam.errors import AwsError
from iam.text import safe
from tui.dialogs.modal import Modal
from tui.session.session import Compared, Session
from widgets.glyphs import Glyphs
from widgets.policy_changes import PolicyChanges, PolicyData, VersionRow

if TYPE_CHECKING:
    from iam.versions.diff_text import DiffPart
    from iam.versions.list_versions import ListedVersion

_KEYS = "[ ] older   { } newer   j k scroll   esc closes"


class PolicyScreen(Modal[None]):
    """Compares two versions of the policy that is managed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,v", "dismiss", "Close", id="policy.close"),
        Binding("j,down", "scroll(1)", "Down", show=False, id="policy.down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, id="policy.up"),
        Binding("pagedown,space", "page(1)", "Page down", show=False, id="policy.pagedown"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="policy.pageup"),
        Binding("g,home", "end(False)", "Top", show=False, id="policy.top"),
        Binding("G,end", "end(True)", "End", show=False, id="policy.end"),
        Binding("left_square_bracket,left", "choose(-1, 0)", "Older", id="policy.older"),
        Binding("right_square_bracket,right", "choose(1, 0)", "Less old", id="policy.less_old"),
        Binding("left_curly_bracket", "choose(0, -1)", "Less new", id="policy.less_new"),
        Binding("right_curly_bracket", "choose(0, 1)", "Newer", id="policy.newer"),
    ]

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__()
        self.session = session
        self.glyphs = glyphs
        self.compared: Compared | None = None
        """None while it is being read."""
        self.pair: tuple[int, int] | None = None
        """What is asked for: places of the older and the newer version."""

    def compose(self) -> ComposeResult:
        with Vertical(id="policy") as box:
            box.border_title = "Policy"
            box.border_subtitle = Content(_KEYS)  # a string would be read as markup
            yield PolicyChanges(self.glyphs)

    def on_mount(self) -> None:
        self.read(None)

    @property
    def changes(self) -> PolicyChanges:
        """What is drawn."""
        return self.query_one(PolicyChanges)

    @property
    def rests(self) -> bool:
        """Whether what is asked for is shown."""
        return self.compared is not None and self.pair == self.compared.pair

    @work(exclusive=True, group="policy", exit_on_error=False, description="compare versions")
    async def read(self, pair: tuple[int, int] | None) -> None:
        """Read what is to be compared and show it; what goes wrong is told in its place."""
        self.changes.say("reading the versions …")
        try:
            compared = await self.session.compare_versions(pair)
            data = _told(compared)
        except Exception as error:
            self.log.error(repr(error))
            fault = f"A fault in the program ({type(error).__name__}) is in the way."
            sentence = error.sentence if isinstance(error, AwsError) else fault
            self.changes.say(f"The versions could not be compared. {sentence}")
            return
        self.compared, self.pair = compared, compared.pair
        self.query_one("#policy").border_title = Content(safe(compared.managed.policy.name))
        self.changes.show_policy(data)

    def action_choose(self, older: int, newer: int) -> None:
        """Compare another pair: the older or the newer of the two moves by one."""
        if self.compared is None or self.pair is None:
            return
        first, second = self.pair[0] + older, self.pair[1] + newer
        if 0 <= first < second < len(self.compared.versions.all):
            # What is asked for moves at once, so that every key of a burst counts.
            self.pair = (first, second)
            self.read(self.pair)

    def action_scroll(self, lines: int) -> None:
        self.changes.scroll_lines(lines)

    def action_page(self, pages: int) -> None:
        self.changes.scroll_pages(pages)

    def action_end(self, end: bool) -> None:
        self.changes.scroll_to_end(end)


def _told(compared: Compared) -> PolicyData:
    """What is shown, in words."""
    from iam.account.model import Unread
    from iam.policy.action_catalogue import catalogue
    from iam.verdicts.section import describe
    from iam.versions.diff_text import attachments_in_words, effect, parts, summary

    policy, versions = compared.managed.policy, compared.versions
    warnings = list(versions.notes)
    told: list[str] = []
    lists: tuple[DiffPart, ...] = ()
    if compared.pair is None:
        told.append("There is one version at hand only, so there is nothing to compare.")
    else:
        older, newer = (versions.all[place] for place in compared.pair)
        for version in (older, newer):
            if isinstance(version.document, Unread):
                warnings.append(f"{version.id} could not be read: {version.document.message}")
        if compared.drift is None:
            told.append(f"What {newer.id} gave beyond {older.id} is not known.")
        else:
            ids = [version.id for version in versions.all]
            later = versions.in_force in ids[: compared.pair[1]]
            told.append(summary(compared.drift, older.id, newer.id))
            told.append(
                effect(
                    compared.drift, compared.attached_to, newer.id, versions.in_force, later=later
                )
            )
            lists = parts(compared.drift, lambda action: describe(action, catalogue()))
    return PolicyData(
        facts=(
            ("ARN", policy.arn),
            ("Held by", attachments_in_words(compared.attached_to, compared.account_id)),
        ),
        versions=_rows(compared),
        warnings=tuple(warnings),
        summary=tuple(filter(None, told)),
        parts=lists,
    )


def _rows(compared: Compared) -> tuple[VersionRow, ...]:
    versions, (older, newer) = compared.versions, compared.pair or (-1, -1)

    def note(version: ListedVersion) -> str:
        if version.id == versions.in_force:
            return "in force"
        return "as shipped with the app" if version.source == "shipped" else ""

    return tuple(
        VersionRow(
            version.id,
            version.day or "",
            note(version),
            "older" if place == older else "newer" if place == newer else "",
        )
        for place, version in reversed(tuple(enumerate(versions.all)))
    )
