"""How many there are of something, in words."""

from __future__ import annotations


def counted(count: int, noun: str) -> str:
    """`1 principal`, `2 principals`, `1,000 principals`.

    Args:
        count: How many.
        noun: Of what; its plural ends in an s.
    """
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
