"""The real program, ended after each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.e2e.terminal import Terminal


@pytest.fixture
def start() -> Iterator[Callable[..., Terminal]]:
    """Start the program in a terminal; it is ended after the test."""
    made: list[Terminal] = []

    def make(*options: str, **more: Any) -> Terminal:
        made.append(Terminal(*options, **more))
        return made[-1]

    yield make
    for terminal in made:
        terminal.child.close(force=True)
