"""The managed policy: its versions, how many have it, and what changed between two versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content

from iam.errors import AwsError
from iam.text import safe
from tui.dialogs.scrolling import ScrollingModal, scroll_keys
from tui.session.session import Session
from tui.session.version_comparison import Compared
from widgets.glyphs import Glyphs
from widgets.policy_changes import PolicyChanges, PolicyData, VersionRow

if TYPE_CHECKING:
    from iam.verdicts.route_changes import RouteLine
    from iam.versions.diff_text import DiffPart
    from iam.versions.list_versions import ListedVersion

_KEYS = "[ ] base  { } target  j k scroll  esc close"
"""The base is the older of the two compared versions, the target the newer."""


class PolicyScreen(ScrollingModal[None]):
    """Compares two versions of the policy that is managed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,v", "dismiss", "Close", id="policy.close"),
        *scroll_keys("policy"),
        Binding(
            "left_square_bracket,left",
            "choose(-1, 0)",
            "Older base version",
            id="policy.older_base",
        ),
        Binding(
            "right_square_bracket,right",
            "choose(1, 0)",
            "Newer base version",
            id="policy.newer_base",
        ),
        Binding(
            "left_curly_bracket",
            "choose(0, -1)",
            "Older target version",
            id="policy.older_target",
        ),
        Binding(
            "right_curly_bracket",
            "choose(0, 1)",
            "Newer target version",
            id="policy.newer_target",
        ),
    ]
    SCROLLED = "#policy-changes"

    def __init__(self, session: Session, glyphs: Glyphs) -> None:
        super().__init__()
        self.session = session
        self.glyphs = glyphs
        self.compared: Compared | None = None
        """None while it is being read."""
        self.pair: tuple[int, int] | None = None
        """The versions asked for: indexes of the base and the target."""

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
        """Read and compare versions; show the result, or what went wrong."""
        self.changes.say("reading the versions …")
        try:
            compared = await self.session.compare_versions(pair)
            data = _data(compared)
        except Exception as error:
            self.log.error(repr(error))
            unexpected = f"Unexpected error ({type(error).__name__})."
            sentence = error.sentence if isinstance(error, AwsError) else unexpected
            self.changes.say(f"The versions could not be compared. {sentence}")
            return
        self.compared, self.pair = compared, compared.pair
        self.query_one("#policy").border_title = Content(safe(compared.managed.policy.name))
        self.changes.show_policy(data)

    def action_choose(self, base: int, target: int) -> None:
        """Compare another pair: the base or the target moves by one version."""
        if self.compared is None or self.pair is None:
            return
        first, second = self.pair[0] + base, self.pair[1] + target
        if 0 <= first < second < len(self.compared.versions.all):
            # The pair changes at once, so that every key of a burst counts.
            self.pair = (first, second)
            self.read(self.pair)


def _data(compared: Compared) -> PolicyData:
    """What is shown, in words."""
    from iam.account.unread import Unread
    from iam.policy.action_catalogue import catalogue
    from iam.verdicts.section import describe
    from iam.versions.diff_text import attachments_in_words, effect, parts, summary

    policy, versions = compared.managed.policy, compared.versions
    warnings = list(versions.notes)
    sentences: list[str] = []
    changes: tuple[DiffPart, ...] = ()
    if compared.pair is None:
        sentences.append("Only one version is available, so there is nothing to compare.")
    else:
        base, target = (versions.all[place] for place in compared.pair)
        for version in (base, target):
            if isinstance(version.document, Unread):
                warnings.append(f"{version.id} could not be read: {version.document.message}")
        if compared.drift is None:
            sentences.append(f"The changes from {base.id} to {target.id} are unknown.")
        else:
            ids = [version.id for version in versions.all]
            later = versions.in_force in ids[: compared.pair[1]]
            sentences.append(summary(compared.drift, base.id, target.id))
            sentences.append(
                effect(
                    compared.drift, compared.attached_to, target.id, versions.in_force, later=later
                )
            )
            changes = parts(compared.drift, lambda action: describe(action, catalogue()))
            if compared.models:
                changes = (_models(compared.region, compared.models), *changes)
    return PolicyData(
        facts=(
            ("ARN", policy.arn),
            ("Attached to", attachments_in_words(compared.attached_to, compared.account)),
        ),
        versions=_rows(compared),
        warnings=tuple(warnings),
        summary=tuple(filter(None, sentences)),
        parts=changes,
    )


def _models(region: str, lines: tuple[RouteLine, ...]) -> DiffPart:
    """What the target opens and closes by itself; in the title where it is nothing."""
    from iam.versions.diff_text import DiffLine, DiffPart

    title = f"Models from {region}, by this policy alone"
    if len(lines) == 1 and lines[0].sign == " ":
        return DiffPart(f"{title}: {lines[0].text}", ())
    return DiffPart(title, tuple(DiffLine(line.sign, line.text) for line in lines))


def _rows(compared: Compared) -> tuple[VersionRow, ...]:
    versions, (base, target) = compared.versions, compared.pair or (-1, -1)

    def note(version: ListedVersion) -> str:
        if version.id == versions.in_force:
            return "in force"
        return "as shipped with the app" if version.source == "shipped" else ""

    return tuple(
        VersionRow(
            version.id,
            version.day or "",
            note(version),
            "base" if place == base else "target" if place == target else "",
        )
        for place, version in reversed(tuple(enumerate(versions.all)))
    )
