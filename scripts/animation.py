"""Join Textual's pictures of a screen to one animated SVG, in which what stays is drawn once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_STYLE = re.compile(r"\.(\S+-r\d+) \{ (.*?) \}")
_RECT = re.compile(r"<rect [^>]*shape-rendering=\"crispEdges\"\s*/>")
_TEXT = re.compile(r"<text class=\"(\S+-r\d+)\"(.*?)>(.*?)</text>", re.DOTALL)
_TITLE = re.compile(r"(<text class=\"\S+-title\"[^>]*>)(.*?)(</text>)", re.DOTALL)
_ROWS = re.compile(r"<g transform=\"translate\(9, 41\)\".*(?=</svg>)", re.DOTALL)
_CLIP = re.compile(r" clip-path=\"[^\"]*\"")


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture of the screen, and how long it is seen.

    Attributes:
        picture: What Textual's `export_screenshot` returns.
        seconds: How long it is shown.
    """

    picture: str
    seconds: float


@dataclass(slots=True)
class _Film:
    """The elements of all frames, each with the numbers of the frames that have it."""

    classes: dict[str, str] = field(default_factory=dict)
    """Names of classes by the style that they stand for."""
    backgrounds: dict[str, list[int]] = field(default_factory=dict)
    texts: dict[str, list[int]] = field(default_factory=dict)

    def add(self, number: int, picture: str) -> None:
        """Take up the elements of a frame."""
        styles = dict(_STYLE.findall(picture))
        for before, title, after in _TITLE.findall(picture):
            element = re.sub(r'class="\S+"', 'class="title"', before) + title + after
            self.texts.setdefault(element, []).append(number)
        for rect in _RECT.findall(picture):
            moved = f'<g transform="translate(9, 41)">{rect}</g>'
            self.backgrounds.setdefault(moved, []).append(number)
        for name, place, text in _TEXT.findall(picture):
            if not text.strip():
                continue
            style = self.classes.setdefault(styles[name], f"s{len(self.classes)}")
            element = (
                f'<text class="{style}" transform="translate(9, 41)"'
                f"{_CLIP.sub('', place)}>{text}</text>"
            )
            self.texts.setdefault(element, []).append(number)


def animate(frames: Sequence[Frame]) -> str:
    """Join pictures of one size.

    Args:
        frames: The pictures in their order; the animation starts again after the last.

    Returns:
        An SVG without scripts. Where a reader wants no motion, it shows the first picture.
    """
    film = _Film()
    for number, frame in enumerate(frames):
        film.add(number, frame.picture)
    groups: dict[tuple[int, ...], str] = {}
    body: list[str] = []
    for elements in (film.backgrounds, film.texts):
        together: dict[tuple[int, ...], list[str]] = {}
        for element, numbers in elements.items():
            together.setdefault(tuple(dict.fromkeys(numbers)), []).append(element)
        for seen, same in together.items():
            name = groups.setdefault(seen, f"g{len(groups)}")
            body.append(f'<g class="{name}">' + "\n".join(same) + "</g>")
    first = frames[0].picture
    styles = [
        *(f".{name} {{ {style} }}" for style, name in film.classes.items()),
        *(_shown(name, seen, frames) for seen, name in groups.items()),
        _still(groups),
    ]
    head, tail = first[: first.index("</style>")], first[first.index("</style>") :]
    head = re.sub(r"\.\S+-matrix", "text", head, count=1)
    head = re.sub(r"\.\S+-title", ".title", head, count=1)
    tail = re.sub(r"<defs>.*?</defs>", "", tail, flags=re.DOTALL)
    tail = _TITLE.sub("", tail)
    joined = _STYLE.sub("", head) + "\n".join(styles) + _ROWS.sub("", tail)
    return joined.replace("</svg>", "\n".join(body) + "\n</svg>")


def _shown(name: str, seen: tuple[int, ...], frames: Sequence[Frame]) -> str:
    """Say in CSS when a group is to be seen."""
    if len(seen) == len(frames):
        return ""
    total = sum(frame.seconds for frame in frames)
    steps, at, before = [], 0.0, None
    for number, frame in enumerate(frames):
        state = "visible" if number in seen else "hidden"
        if state != before:
            steps.append(f"{100 * at / total:.3f}% {{ visibility: {state} }}")
        before, at = state, at + frame.seconds
    return (
        f"@keyframes {name} {{ {' '.join(steps)} }}\n"
        f".{name} {{ animation: {name} {total:g}s step-end infinite }}"
    )


def _still(groups: dict[tuple[int, ...], str]) -> str:
    """Say in CSS what is to be seen where nothing may move."""
    hidden = ", ".join(f".{name}" for seen, name in groups.items() if 0 not in seen)
    return (
        "@media (prefers-reduced-motion: reduce) { g { animation: none !important } "
        + (f"{hidden} {{ visibility: hidden }} " if hidden else "")
        + "}"
    )
