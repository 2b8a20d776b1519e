"""Private names of Textual are used in one module, which lists them, and they are still there."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from functools import cache

import tui
import widgets
from tui.terminal import textual_private


def private_names_of_textual(cls: type) -> set[str]:
    """The private attributes and methods that a class has from Textual."""
    bases = [base for base in cls.__mro__ if base.__module__.startswith("textual.")]
    return {name for base in bases for name in private_names_in(base)}


@cache
def private_names_in(base: type) -> set[str]:
    assigned = re.findall(r"self\.(_\w+)(?:: [^=\n]+)? =", inspect.getsource(base))
    return {name for name in (*vars(base), *assigned) if re.match("_[a-z]", name)}


def names_used() -> Iterator[tuple[str, str]]:
    """The module of each of our classes, with each private name of Textual that the class uses."""
    for package in (tui, widgets):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            for cls in vars(importlib.import_module(found.name)).values():
                if inspect.isclass(cls) and cls.__module__ == found.name:
                    source = inspect.getsource(cls)
                    used = re.findall(r"(?:self|super\(\))\.(_[a-z]\w+)|def (_[a-z]\w+)", source)
                    for name in {a or b for a, b in used} & private_names_of_textual(cls):
                        yield found.name, name


def test_one_module_uses_private_names_and_lists_each() -> None:
    used = set(names_used())
    assert {module for module, _ in used} == {textual_private.__name__}
    listed = re.findall(r"`(?:App|LinuxDriver)\.(_\w+)`", textual_private.__doc__ or "")
    assert sorted(listed) == sorted(name for _, name in used)
