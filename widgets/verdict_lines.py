"""Lines with a cursor in the colours of verdicts, which are looked up once."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.style import Style

from widgets.cursor_lines import CursorLines
from widgets.table_lines import VERDICT_STYLES


class VerdictLines(CursorLines):
    """What the tables of principals and of routes look like."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "principal-table--header",
        "principal-table--cursor",
        "principal-table--dim",
        *VERDICT_STYLES.values(),
    }
    DEFAULT_CSS = """
    VerdictLines {
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
        overflow-x: hidden;
        overflow-y: auto;
        & .principal-table--header { text-style: bold dim; }
        & .principal-table--cursor { background: $cursor-blurred; }
        &:focus .principal-table--cursor {
            background: $cursor; color: $cursor-text; text-style: bold;
        }
        & .principal-table--dim { text-style: dim; }
        & .principal-table--granted { color: $verdict-granted; }
        & .principal-table--partial { color: $verdict-partial; }
        & .principal-table--denied { color: $verdict-denied; }
        & .principal-table--none { color: $verdict-none; }
        & .principal-table--unknown { color: $verdict-unknown; text-style: bold; }
        &:ansi .principal-table--cursor { text-style: underline; }
        &:ansi:focus .principal-table--cursor { text-style: reverse; }
    }
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._styles: dict[str, Style] = {}
        """Of component classes, until focus or theme change."""

    def _component_style(self, name: str) -> Style:
        if (style := self._styles.get(name)) is None:
            style = self._styles[name] = self.get_component_rich_style(name, partial=True)
        return style

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles.clear()

    def on_focus(self) -> None:
        self._styles.clear()

    def on_blur(self) -> None:
        self._styles.clear()
