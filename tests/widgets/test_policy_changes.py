"""The policy with its versions and changes, alone in an app."""

from __future__ import annotations

import pytest
from rich.cells import cell_len
from textual.app import ComposeResult
from textual.widgets import Static

from iam.versions.diff_text import DiffLine, DiffPart
from widgets.glyphs import glyphs
from widgets.policy_changes import PolicyChanges, PolicyData, VersionRow
from widgets.themed_app import ThemedApp


class Alone(ThemedApp[None]):
    """The widget and nothing else."""

    def __init__(self, unicode: bool = True) -> None:
        super().__init__()
        self.changes = PolicyChanges(glyphs(unicode))

    def compose(self) -> ComposeResult:
        yield self.changes


def versions(count: int, base: int, target: int) -> tuple[VersionRow, ...]:
    """The newest first, two of them compared."""
    return tuple(
        VersionRow(
            f"v{n}", "2026-01-01", side="base" if n == base else "target" if n == target else ""
        )
        for n in range(count, 0, -1)
    )


async def shown(data: PolicyData, width: int = 80, unicode: bool = True) -> list[str]:
    """The lines on the screen, facts first."""
    app = Alone(unicode)
    async with app.run_test(size=(width, 40)) as pilot:
        app.changes.show_policy(data)
        await pilot.pause()
        facts, parts = (
            app.changes.query_one(id, Static) for id in ("#policy-facts", "#policy-parts")
        )
        return [
            widget.render_line(y).text.rstrip()
            for widget in (facts, parts)
            for y in range(widget.size.height)
        ]


@pytest.mark.parametrize(
    ("base", "target", "expected"),
    [
        (19, 20, ["v20", "v19", "v18", "v17", "v16"]),
        (15, 20, ["v20", "v18", "v17", "v16", "v15"]),
        (1, 20, ["v20", "v4", "v3", "v2", "v1"]),
        (9, 10, ["v13", "v12", "v11", "v10", "v9"]),
    ],
)
async def test_of_many_versions_those_compared_are_seen(
    base: int, target: int, expected: list[str]
) -> None:
    lines = await shown(PolicyData(versions=versions(20, base, target)))
    assert [line.replace("Versions", "").split()[0] for line in lines[:5]] == expected
    assert [line.split("← ")[1].strip() for line in lines if "← " in line] == ["target", "base"]
    assert lines[5].strip() == "and 15 more"


async def test_a_long_line_goes_on_below_its_text_and_a_note_is_cut() -> None:
    part = DiffPart(
        "Statements",
        (
            DiffLine("~", "Sid (Allow, changed)"),
            DiffLine("+", "if " + "a-long-condition " * 6, depth=1),
            DiffLine("+", "bedrock:InvokeModel", "invoke a model " * 9, depth=1),
        ),
    )
    lines = await shown(PolicyData(parts=(part,)), width=60)
    start = lines.index("Statements")
    assert lines[start + 1] == "  ~ Sid (Allow, changed)"
    assert lines[start + 2].startswith("    + if a-long-condition")
    assert lines[start + 3].startswith("      a-long-condition")
    (noted,) = [line for line in lines if "InvokeModel" in line]
    assert noted.startswith("    + bedrock:InvokeModel  invoke a model")
    assert noted.endswith("…")
    assert all(cell_len(line) <= 58 for line in lines)


async def test_notes_stand_below_each_other() -> None:
    part = DiffPart("New", (DiffLine("+", "a:Short", "one"), DiffLine("+", "a:MuchLonger", "two")))
    lines = await shown(PolicyData(parts=(part,)))
    first, second = (line for line in lines if line.startswith("  + "))
    assert first.index("one") == second.index("two")


async def test_a_terminal_without_utf_8_gets_an_arrow_in_ascii() -> None:
    lines = await shown(PolicyData(versions=versions(2, 1, 2)), unicode=False)
    assert "<- target" in lines[0]
    assert all(line.isascii() for line in lines)


async def test_warnings_wrap_and_begin_with_a_sign() -> None:
    lines = await shown(PolicyData(warnings=("word " * 30,)), width=60)
    assert lines[0].startswith("! word")
    assert lines[1].startswith("  word")
