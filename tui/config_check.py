"""What only Textual can check of a configuration: the theme, keys and colours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping

from textual.binding import Binding, InvalidBinding
from textual.color import Color, ColorParseError
from textual.keys import Keys

from iam.text import safe
from tui.commands import COMMANDS, by_id
from tui.config import COLOURS, KEYMAP, Config
from widgets.cursor_lines import CursorLines
from widgets.principal_table import PrincipalTable
from widgets.section_tree import SectionTree

_ALWAYS = {"ctrl+c": "quitting", "ctrl+q": "quitting", "ctrl+p": "the command palette"}
_MOVING = "moving or marking"
"""Some of these keys are those of a command as well, such as Enter and `h`."""
_ANSWERS = ("y", "enter")
"""Keys that confirm a change: held down, such a key would open the dialog and answer it."""
_EVERYWHERE = ("redraw", "suspend")
"""Commands whose keys work in dialogs and inputs as well, where letters are text."""
_MODIFIERS = ("ctrl", "alt", "shift", "super", "hyper", "meta")
_FUNCTION_KEY = re.compile(r"f\d+")
_NAMED = {key.value for key in Keys}


def theme_fault(config: Config, themes: Mapping[str, object]) -> str:
    """Why the theme cannot be used; empty if it can."""
    if not config.theme or config.theme in themes:
        return ""
    return f"{config.at('theme')}: there is no theme {safe(config.theme)}."


def colours_fault(config: Config) -> str:
    """Why the colours of verdicts cannot be used; empty if they can."""
    for verdict, colour in config.colours.items():
        try:
            Color.parse(colour)
        except ColorParseError:
            place = config.at(f"{COLOURS}.{verdict}")
            return f"{place}: {safe(colour)} is not a colour; write #rrggbb or a name."
    return ""


def keymap_fault(config: Config) -> str:
    """Why the keys cannot be used: unknown commands or keys, and conflicts; empty if they can."""
    widgets = (*CursorLines.BINDINGS, *PrincipalTable.BINDINGS, *SectionTree.BINDINGS)
    users = {each.key: _MOVING for each in Binding.make_bindings(widgets)} | _ALWAYS
    by_default = {command.id: command.keys for command in COMMANDS}
    for id, keys in by_default.items():
        if id not in config.keymap:
            users |= dict.fromkeys(keys_of(keys), id)
    for id, keys in config.keymap.items():
        place = config.at(f"{KEYMAP}.{id}")
        if id not in by_default:
            return f"{place}: there is no command of this name; `bedrock-tui config` lists them."
        try:
            single = keys_of(keys)
        except InvalidBinding:
            return f"{place}: there is no key {safe(keys)!r}; write comma or space."
        for key in single:
            if not _exists(key):
                return f"{place}: there is no key {safe(key)}."
            if why := _unsafe(id, key):
                return f"{place}: the key {safe(key)} {why}."
            own = users.get(key) == _MOVING and key in keys_of(by_default[id])
            if (user := users.get(key, id)) != id and not own:
                return f"{place}: the key {safe(key)} is used for {user}."
            users[key] = id
    return ""


def _unsafe(id: str, key: str) -> str:
    """Why a key would make a command dangerous, or another one unreachable; empty if not."""
    command = by_id(id)
    if command is not None and command.writes and key in _ANSWERS:
        return "confirms changes"
    if key == "escape" and id != "close_layer":
        return "closes dialogs"
    if id in _EVERYWHERE and "+" not in key and not _FUNCTION_KEY.fullmatch(key):
        return "is text in inputs; take one with ctrl, or a function key"
    return ""


def keys_of(keys: str) -> list[str]:
    """The single keys of a list, by Textual's names.

    Raises:
        InvalidBinding: One of them is empty.
    """
    return [each.key for each in Binding.make_bindings([Binding(keys, "")])]


def _exists(key: str) -> bool:
    *modifiers, base = key.split("+")
    if any(modifier not in _MODIFIERS for modifier in modifiers):
        return False
    if len(base) == 1 or base in _NAMED:
        return True
    try:
        unicodedata.lookup(base.replace("_", " "))
    except KeyError:
        return False
    return True


def faults(config: Config, themes: Mapping[str, object]) -> Iterator[str]:
    """Everything that cannot be used, in one sentence each."""
    for fault in (theme_fault(config, themes), keymap_fault(config), colours_fault(config)):
        if fault:
            yield fault
