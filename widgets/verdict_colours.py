"""The colours of verdicts, focus and cursor, made from a theme so that they can be read on it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from rich.color import ColorSystem
from textual.color import BLACK, WHITE, Color

from iam.verdicts.verdict import Verdict

_LEAST_CONTRAST = 3.1
"""Between text and background; WCAG asks for 3 of large text and of signs:
https://www.w3.org/TR/WCAG22/#non-text-contrast"""
_LEAST_TEXT = 4.5
"""The same for words: https://www.w3.org/TR/WCAG22/#contrast-minimum"""
_LEAST_DISTANCE = 80.0
"""Between two colours that mean different things, in the cube of red, green and blue."""
_STEP = 0.05
"""How much a colour is changed at a time until it can be read."""
_CUBE = (0, 95, 135, 175, 215, 255)
"""The steps of red, green and blue that a palette of 256 colours has."""
_USED = (
    "background", "surface", "panel", "foreground",
    "success", "warning", "error", "primary", "secondary", "accent",
)  # fmt: skip
_TEXTS = ("warning", "error", "accent")
"""Colours of words; Textual's own `$text-warning` and so on cannot be read on every light theme."""
_SPARE = (Color.parse("#5F87FF"), Color.parse("#D75FD7"))
"""Where a theme has no colour that differs from those of its verdicts."""
_Colours = dict[str, str]
_SIXTEEN: _Colours = {
    "verdict-granted": "ansi_bright_green",
    "verdict-partial": "ansi_yellow",
    "verdict-denied": "ansi_bright_red",
    "verdict-none": "ansi_white",
    "verdict-unknown": "ansi_bright_cyan",
    "focus": "ansi_bright_blue",
    "unfocused": "ansi_white",
    "cursor": "ansi_default",
    "cursor-text": "ansi_default",
    "cursor-blurred": "ansi_default",
}
"""The terminal's own, for a dark background. What they look like is its business, so the cursor is
the reverse of its line: that can be read as well as the line itself."""
_SIXTEEN_LIGHT: _Colours = {
    **_SIXTEEN,
    "verdict-granted": "ansi_green",
    "verdict-partial": "ansi_magenta",  # yellow cannot be read on white
    "verdict-denied": "ansi_red",
    "verdict-none": "ansi_bright_black",
    "verdict-unknown": "ansi_cyan",
    "focus": "ansi_blue",
    "unfocused": "ansi_bright_black",
}
_DEFAULT: dict[bool, _Colours] = {
    True: {
        "verdict-granted": "#4EBF71",
        "verdict-partial": "#FEA62B",
        "verdict-denied": "#D65773",
        "verdict-none": "#8D8D8D",
        "verdict-unknown": "#2A84E2",
        "focus": "#2A84E2",
        "unfocused": "#4F4F4F",
        "cursor": "#0C304C",
        "cursor-text": "#E0E0E0",
        "cursor-blurred": "#262626",
        "text-warning": "#FEA62B",
        "text-error": "#F5728C",
        "text-accent": "#FEA62B",
    },
    False: {
        "verdict-granted": "#5FAF5F",
        "verdict-partial": "#FFAF00",
        "verdict-denied": "#AF5F5F",
        "verdict-none": "#8D8D8D",
        "verdict-unknown": "#0087D7",
        "focus": "#0087D7",
        "unfocused": "#4F4F4F",
        "cursor": "#00005F",
        "cursor-text": "#E0E0E0",
        "cursor-blurred": "#262626",
        "text-warning": "#FFAF00",
        "text-error": "#D75F5F",
        "text-accent": "#FFAF00",
    },
}
"""The colours of textual-dark in true colour and in 256, so that no start waits for them; a test
makes them again."""


def variable(verdict: Verdict) -> str:
    """The name of the theme variable that has the colour of a verdict."""
    return f"verdict-{verdict}"


def theme_colours(
    name: str, theme: Mapping[str, str], *, dark: bool, ansi: bool, true_colour: bool
) -> _Colours:
    """Make the app's own variables of a theme.

    Args:
        name: Of the theme.
        theme: The variables that Textual makes of it.
        dark: Whether its background is dark.
        ansi: Whether it has the terminal's own sixteen colours, whose values are not known.
        true_colour: Whether the terminal shows more than 256 colours.

    Returns:
        The values of `$verdict-granted` and so on, `$focus`, `$unfocused`, `$cursor`,
        `$cursor-text` and `$cursor-blurred`, and of `$text-warning`, `$text-error` and
        `$text-accent`.
    """
    if name == "textual-dark":
        return dict(_DEFAULT[true_colour])
    if ansi:
        return dict(_SIXTEEN if dark else _SIXTEEN_LIGHT)
    return made_for(theme, dark=dark, true_colour=true_colour)


def made_for(theme: Mapping[str, str], *, dark: bool, true_colour: bool) -> _Colours:
    """Make the variables for a theme that has colours of its own.

    Args:
        theme: The variables that Textual makes of it.
        dark: Whether its background is dark.
        true_colour: Whether the terminal shows more than 256 colours.
    """
    colours = {name: Color(*Color.parse(theme[name]).rgb) for name in _USED}
    return _Mixer(colours, dark, true_colour).mixed()


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of two colours, from 1 to 21: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio"""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@cache
def of_256(colour: Color) -> Color:
    """The colour that a terminal of 256 colours shows in its place."""
    return Color.from_rich_color(colour.rich_color.downgrade(ColorSystem.EIGHT_BIT))


def distance(one: Color, other: Color) -> float:
    """How far two colours are from each other."""
    return math.dist(one.rgb, other.rgb)


@cache
def _luminance(colour: Color) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class _Mixer:
    """Makes colours from those of one theme, for one kind of terminal."""

    def __init__(self, theme: Mapping[str, Color], dark: bool, true_colour: bool) -> None:
        self._theme = theme
        self._dark = dark
        self._true_colour = true_colour
        background, tint = theme["background"], theme["primary"]
        cursor = self._band(tint, least=1.35, most=1.8)
        blurred = self._band(theme["foreground"], least=1.1, most=1.6)
        self._backgrounds = {"cursor": cursor, "cursor-blurred": blurred, "": background}

    def mixed(self) -> _Colours:
        """The variables."""
        theme, backgrounds = self._theme, self._backgrounds
        background, foreground = theme["background"], theme["foreground"]
        verdicts: list[Color] = []
        for name in ("success", "warning", "error"):
            verdicts.append(self._readable(theme[name], *verdicts))
        none = self._readable(foreground.blend(background, 0.4), *verdicts)
        spare = [*(theme[name] for name in ("secondary", "primary", "accent")), *_SPARE]
        colours = {
            **dict(zip(map(variable, Verdict), (*verdicts, none), strict=False)),
            "verdict-unknown": self._distinct((theme["accent"], *spare), *verdicts, none),
            "focus": self._distinct((theme["primary"], *spare), verdicts[1]),
            "unfocused": background.blend(foreground, 0.3),
            "cursor": backgrounds["cursor"],
            "cursor-text": self._readable(foreground),
            "cursor-blurred": backgrounds["cursor-blurred"],
        }
        colours |= {f"text-{name}": self._text(theme[name]) for name in _TEXTS}
        return {name: colour.hex for name, colour in colours.items()}

    def _text(self, colour: Color) -> Color:
        """The nearest colour in which words can be read wherever the app has words."""
        grounds = [self._theme[name] for name in ("background", "surface", "panel")]
        readable = (
            shade
            for shade in self._shades(colour)
            if all(self._contrast(shade, ground) >= _LEAST_TEXT for ground in grounds)
        )
        return next(readable, WHITE if self._dark else BLACK)

    def _shades(self, colour: Color) -> Iterator[Color]:
        """The colour, then lighter ones, or darker ones on a light background."""
        steps = [step * _STEP for step in range(1, round(1 / _STEP))]
        further = colour.lighten if self._dark else colour.darken
        shades = [colour, *map(further, steps), WHITE if self._dark else BLACK]
        return iter(shades) if self._true_colour else map(_in_cube, shades)

    def _seen(self, colour: Color) -> Color:
        return colour if self._true_colour else of_256(colour)

    def _contrast(self, one: Color, other: Color) -> float:
        return contrast(self._seen(one), self._seen(other))

    def _distance(self, one: Color, other: Color) -> float:
        return distance(self._seen(one), self._seen(other))

    def _band(self, tint: Color, *, least: float, most: float) -> Color:
        """The background of a line that stands out, but not so much that its text has to differ."""
        background = self._theme["background"]
        tinted = (background.blend(tint, step * _STEP) for step in range(2, round(1 / _STEP)))
        bands = [*(next(self._shades(each)) for each in tinted), *self._shades(background)]
        for limit in (most, _LEAST_CONTRAST):
            for band in bands:
                found = self._contrast(band, background)
                far = self._distance(band, background) >= _LEAST_DISTANCE
                if (found >= least or far) and found <= limit:
                    return band
        return background

    def _readable(self, colour: Color, *others: Color) -> Color:
        """The nearest colour that is read on all backgrounds and differs from the others."""
        near = [
            shade
            for shade in self._shades(colour)
            if all(self._contrast(shade, b) >= _LEAST_CONTRAST for b in self._backgrounds.values())
        ]
        apart = (each for each in near if all(self._distance(each, o) >= 40 for o in others))
        end = WHITE if self._dark else BLACK
        return next(apart, None) or next(iter(near), end)

    def _distinct(self, candidates: Iterable[Color], *others: Color) -> Color:
        """The first that is not taken for another colour; else the one that differs most."""
        tried = []
        for colour in map(self._readable, candidates):
            nearest = min(self._distance(colour, other) for other in others)
            if nearest >= _LEAST_DISTANCE:
                return colour
            tried.append((nearest, colour))
        return max(tried)[1]


def _in_cube(colour: Color) -> Color:
    """The colour of a palette of 256 that is nearest in every part; greys have more steps there."""
    if max(colour.rgb) - min(colour.rgb) < 24:
        return colour
    red, green, blue = (min(_CUBE, key=lambda step: abs(step - part)) for part in colour.rgb)
    return Color(red, green, blue)
