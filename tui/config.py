"""The configuration file: what holds where the command line and the environment say nothing.

Light: read before the first frame, and tomllib is imported only if there is a file. A file with
anything wrong in it is not used at all, and then the session is read-only: what could not be read
may have asked for that. What only Textual can check is checked by `tui.config_check`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from iam.runtime.folders import NoHome, config_folder
from iam.text import safe

FILE = "config.toml"
KEYMAP, COLOURS = "keymap", "verdict-colours"
_CHOOSES_CREDENTIALS = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID")
_VERDICTS = ("granted", "partial", "denied", "none", "unknown")
_MOST_BYTES = 1_000_000


class Config(NamedTuple):
    """What a configuration file says, or the defaults.

    A NamedTuple, because a dataclass takes ten times as long to create, at every start.
    """

    file: str = ""
    """The path of the file; empty if there is none."""
    fault: str = ""
    """Why the file is not used, in one sentence; empty if it is, or if there is none."""
    theme: str = ""
    profile: str = ""
    policy: str = ""
    read_only: bool = False
    mouse: bool = True
    confirm_above: int | None = None
    export_folder: str = ""
    sections: bool = True
    """Whether the table has columns for the sections of the policy."""
    keymap: Mapping[str, str] = MappingProxyType({})
    """Keys by the ID of a command."""
    colours: Mapping[str, str] = MappingProxyType({})
    """Colours by verdict."""
    lines: Mapping[str, int] = MappingProxyType({})
    """The lines of the file by key, such as `keymap.attach`."""

    @property
    def folder(self) -> Path:
        """Where files are saved."""
        folder = Path(self.export_folder or ".")
        try:
            return folder.expanduser()
        except RuntimeError:  # there is no home folder; saving says that there is no such folder
            return folder

    def launch_options(self, environment: Mapping[str, str], *, aws: bool = True) -> dict[str, Any]:
        """The fields of a `Launch` that the file sets.

        The environment chooses the credentials, as with the AWS CLI, where it does.

        Args:
            environment: The environment.
            aws: Whether the account is read with the operator's credentials.
        """
        options: dict[str, Any] = {}
        chosen = any(environment.get(name) for name in _CHOOSES_CREDENTIALS)
        if self.profile and aws and not chosen:
            options["profile"] = self.profile
        if self.policy:
            options["policy"] = self.policy
        if self.read_only or self.fault:
            options["read_only"] = True
        if self.confirm_above is not None:
            options["confirm_above"] = self.confirm_above
        return options

    def at(self, key: str) -> str:
        """Where a key is, for a message: `config.toml, line 3, theme`."""
        place = f"{safe(Path(self.file).name)}, "
        return f"{place}line {self.lines[key]}, {safe(key)}" if key in self.lines else place + key


class Setting(NamedTuple):
    """One key of the file."""

    key: str
    kind: type
    help: str

    @property
    def field(self) -> str:
        """The field of `Config`."""
        return self.key.replace("-", "_")


SETTINGS: tuple[Setting, ...] = (
    Setting("theme", str, "The theme; the command palette (ctrl+p) lists all, and keeps a choice."),
    Setting(
        "profile", str, "The AWS profile, unless the environment chooses one, or an access key."
    ),
    Setting("policy", str, "The policy to audit, attach and detach: a name or an ARN."),
    Setting("read-only", bool, "Never change anything; only --no-read-only lifts it."),
    Setting("mouse", bool, "Use the mouse; without, the terminal itself selects text."),
    Setting(
        "confirm-above", int,
        "Changing more principals than this requires typing the account ID or alias.",
    ),
    Setting("export-folder", str, "Where files are saved; default: the working folder."),
    Setting("sections", bool, "Show the sections of the policy as columns, where there is room."),
)  # fmt: skip


class Missing(Exception):
    """A file that the operator named does not exist."""


class _Wrong(Exception):
    """What is wrong with the file, and with which key."""

    def __init__(self, key: str, why: str) -> None:
        super().__init__(why)
        self.key = key


def read_config(named: str | None) -> Config:
    """Read a configuration file.

    Args:
        named: The one that the operator named; None for the one in the platform's folder.

    Raises:
        Missing: The operator named one that does not exist.
    """
    try:
        path = default_file() if named is None else Path(named)
        if named is None and path.exists() and not path.is_file():  # a pipe would never end
            return Config(file=str(path), fault=_unused(f"{path} is not a file"))
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except NoHome:
        return Config()
    except FileNotFoundError as error:
        if named is not None:
            raise Missing(f"there is no file {safe(named)}") from error
        return Config()
    except OSError as error:
        why = error.strerror or str(error)
        return Config(file=str(path), fault=_unused(f"{path} cannot be read: {why}"))
    if len(content) > _MOST_BYTES:
        return Config(file=str(path), fault=_unused(f"{path} is too long"))
    return _parsed(str(path), content)


def default_file() -> Path:
    """The configuration file in the platform's folder.

    Raises:
        NoHome: There is no home folder.
    """
    return config_folder() / FILE


def _parsed(path: str, content: bytes) -> Config:
    import tomllib

    try:
        text = content.decode("utf-8")
        document = tomllib.loads(text)
    except RecursionError:
        return Config(file=path, fault=_unused(f"{Path(path).name} is nested too deeply"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return Config(file=path, fault=_unused(f"{Path(path).name}, line {line}: it is not UTF-8"))
    except tomllib.TOMLDecodeError as error:
        return Config(file=path, fault=_unused(f"{Path(path).name}, {_in_words(error, text)}"))
    lines = _lines_of(text)
    try:
        values = _values(document)
    except _Wrong as wrong:
        place = Config(file=path, lines=lines).at(wrong.key)
        return Config(file=path, fault=_unused(f"{place}: {wrong}"))
    return Config(file=path, lines=lines, **values)


def _in_words(error: Exception, text: str) -> str:
    """What tomllib says, with the line first: `line 3: Invalid value`."""
    said = re.fullmatch(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", str(error))
    message, line = (said[1], said[2]) if said else (str(error), None)
    return f"line {line or len(text.splitlines())}: {message}"


def _unused(why: str) -> str:
    return safe(
        f"{why}. The defaults apply, and nothing can be changed unless --no-read-only is given."
    )


def _values(document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a `Config`.

    Raises:
        _Wrong: Something is not as it has to be.
    """
    values: dict[str, Any] = {}
    settings = {setting.key: setting for setting in SETTINGS}
    for key, value in document.items():
        if key == KEYMAP:
            values["keymap"] = _texts(key, value, None)
        elif key == COLOURS:
            values["colours"] = _texts(key, value, _VERDICTS)
        elif (setting := settings.get(key)) is not None:
            values[setting.field] = _checked(setting, value)
        else:
            raise _Wrong(key, f"there is no such key{_similar(key, (*settings, KEYMAP, COLOURS))}")
    return values


def _checked(setting: Setting, value: object) -> object:
    wanted = {str: "a text in quotes", bool: "true or false", int: "a whole number"}[setting.kind]
    if type(value) is not setting.kind:  # a bool is an int, too
        raise _Wrong(setting.key, f"it must be {wanted}")
    if value == "":
        raise _Wrong(setting.key, "it is empty")
    if isinstance(value, int) and value < 0:
        raise _Wrong(setting.key, "it must not be negative")
    return value


def _texts(table: str, value: object, names: tuple[str, ...] | None) -> dict[str, str]:
    if not isinstance(value, dict):
        raise _Wrong(table, f"it must be a table: [{table}]")
    for name, text in value.items():
        key = f"{table}.{name}"
        if names is not None and name not in names:
            raise _Wrong(key, f"there is no such verdict{_similar(name, names)}")
        if not isinstance(text, str) or not text:
            raise _Wrong(key, "it must be a text in quotes")
    return value


def _similar(name: str, names: tuple[str, ...]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, names, n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _lines_of(text: str) -> dict[str, int]:
    """The lines of keys, as they are usually written: one a line, below `[table]`."""
    lines: dict[str, int] = {}
    table = ""
    for number, line in enumerate(text.splitlines(), 1):
        if heading := re.match(r"\s*\[\s*[\"']?([\w-]+)[\"']?\s*\]", line):
            table = f"{heading[1]}."
            lines.setdefault(heading[1], number)
        elif key := re.match(r"\s*[\"']?([\w.-]+)[\"']?\s*=", line):
            lines.setdefault(table + key[1], number)
            lines.setdefault(key[1].partition(".")[0], number)
    return lines


def as_toml(
    config: Config, defaults: Config, commands: list[tuple[str, str, str]], head: str
) -> str:
    """The configuration in effect, as a file with a comment for every key.

    Args:
        config: With what the command line says.
        defaults: What holds without a file; it is written as a comment.
        commands: The ID, the keys and the help of each command.
        head: The first line, a comment.
    """
    lines = [head]
    for setting in SETTINGS:
        value = getattr(config, setting.field)
        unset = value in ("", None)
        text = {str: '"…"', int: "10"}.get(setting.kind, "") if unset else _toml(value)
        same = value == getattr(defaults, setting.field)
        lines += ["", f"# {setting.help}", f"{'# ' if same else ''}{setting.key} = {text}"]
    lines += ["", "# The keys of commands, by name; several are separated by commas."]
    lines.append(f"[{KEYMAP}]")
    for id, keys, help in commands:
        given = config.keymap.get(id)
        lines.append(f"{'' if given else '# '}{id} = {_toml(given or keys)}  # {help}")
    lines += ["", "# The colours of verdicts; default: those of the theme.", f"[{COLOURS}]"]
    for verdict in _VERDICTS:
        given = config.colours.get(verdict)
        lines.append(f"{verdict} = {_toml(given)}" if given else f'# {verdict} = "#rrggbb"')
    return "\n".join(lines) + "\n"


def _toml(value: object) -> str:
    import json

    return json.dumps(value, ensure_ascii=False)  # of texts, numbers and bools, the same
