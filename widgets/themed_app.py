"""An app whose themes have the colours that the widgets use besides Textual's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from textual.app import App
from textual.theme import Theme

from iam.verdicts.verdict import Verdict
from widgets.verdict_colours import theme_colours, variable

_Result = TypeVar("_Result")


def has_terminal_colours(theme: Theme) -> bool:
    """Return whether a theme uses the terminal's sixteen colours; the oldest Textual has no name
    for that."""
    return theme.primary.startswith("ansi_")


class ThemedApp(App[_Result]):
    """Adds `$verdict-granted` and so on, `$focus`, `$unfocused` and `$cursor` to every theme."""

    verdict_colours: Mapping[Verdict, str] = {}
    """Colours that the operator has chosen in place of those of the theme."""

    def get_css_variables(self) -> dict[str, str]:
        variables = super().get_css_variables()
        theme = self.current_theme
        variables |= theme_colours(
            theme.name,
            variables,
            dark=theme.dark,
            ansi=has_terminal_colours(theme),
            true_colour=self.console.color_system == "truecolor",
        )
        chosen = self.verdict_colours.items()
        variables |= {variable(verdict): colour for verdict, colour in chosen}
        self.theme_variables = variables
        return variables
