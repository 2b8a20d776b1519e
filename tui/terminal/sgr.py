"""How a cell looks, and the shortest SGR sequence from one look to another. Pure functions.

https://www.ecma-international.org/publications-and-standards/standards/ecma-48/, 8.3.117
"""

from __future__ import annotations

from functools import cache, lru_cache

_OFF = {1: 22, 2: 22, 3: 23, 4: 24, 5: 25, 6: 25, 7: 27, 8: 28, 9: 29, 21: 24, 51: 54, 52: 54}
_OFF[53] = 55
"""The attributes of SGR, and the code that ends each."""
_ON_BLANKS = frozenset((4, 5, 6, 7, 9, 21, 51, 52, 53))
"""The attributes that are visible on a blank."""


class Style:
    """How a cell looks; each look is one object, so that `is` compares."""

    __slots__ = ("attributes", "background", "blank", "foreground")

    def __init__(self, attributes: frozenset[int], foreground: str, background: str) -> None:
        self.attributes = attributes
        self.foreground = foreground
        """As in an SGR sequence, such as `38;2;1;2;3`; empty for the terminal's own."""
        self.background = background
        bare = attributes & _ON_BLANKS or not (attributes or foreground)
        # The same style without what cannot be seen of it on a blank.
        self.blank: Style = self if bare else style(frozenset(), "", background)

    @property
    def codes(self) -> list[str]:
        """The parameters of the SGR sequence that sets it after a reset."""
        colours = [colour for colour in (self.foreground, self.background) if colour]
        return [str(number) for number in sorted(self.attributes)] + colours


@cache
def style(attributes: frozenset[int], foreground: str, background: str) -> Style:
    """The one style with this look."""
    return Style(attributes, foreground, background)


PLAIN = style(frozenset(), "", "")


@lru_cache(4096)
def changed_by(pen: Style, parameters: str) -> Style | None:
    """The style after an SGR sequence; None if part of the sequence is not known here."""
    attributes, foreground, background = set(pen.attributes), pen.foreground, pen.background
    codes = iter(parameters.split(";"))
    for text in codes:
        code = int(text or 0)
        if code == 0:
            attributes, foreground, background = set(), "", ""
        elif code in _OFF:
            attributes.add(code)
        elif code in _OFF.values():
            attributes -= {on for on, off in _OFF.items() if off == code}
        elif code in (38, 48):
            kind = next(codes, "")
            rest = [next(codes, "") for _ in range({"5": 1, "2": 3}.get(kind, 0))]
            if not rest or "" in rest:
                return None
            colour = ";".join((text, kind, *rest))
            foreground, background = (colour, background) if code == 38 else (foreground, colour)
        elif 30 <= code <= 39 or 90 <= code <= 97:
            foreground = "" if code == 39 else text
        elif 40 <= code <= 49 or 100 <= code <= 107:
            background = "" if code == 49 else text
        else:
            return None
    return style(frozenset(attributes), foreground, background)


@lru_cache(4096)
def sgr(pen: Style | None, to: Style) -> str:
    """The shortest SGR sequence from one style to another; None means an unknown style."""
    from_reset = ";".join(("0", *to.codes)) if to.codes else ""
    if pen is None:
        return f"\x1b[{from_reset}m"
    ends = {_OFF[number] for number in pen.attributes - to.attributes}
    kept = {number for number in pen.attributes if _OFF[number] not in ends}
    codes = [str(number) for number in (*sorted(ends), *sorted(to.attributes - kept))]
    if pen.foreground != to.foreground:
        codes.append(to.foreground or "39")
    if pen.background != to.background:
        codes.append(to.background or "49")
    change = ";".join(codes)
    return f"\x1b[{change if len(change) <= len(from_reset) else from_reset}m"
