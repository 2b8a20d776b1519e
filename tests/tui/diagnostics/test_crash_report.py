"""A crash report has types and places of an unexpected error, and no values."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tui.diagnostics.crash_report import write_crash_report

SECRET = "AKIA-a-secret"


def fault() -> None:
    """Raise an exception that comes from others, all with a secret in what they say."""
    try:
        raise KeyError(SECRET)
    except KeyError as error:
        try:
            raise OSError(SECRET) from error
        except OSError:
            group = ExceptionGroup(SECRET, [ValueError(SECRET)])
            group.add_note(SECRET)
            raise group  # noqa: B904


def kept() -> str:
    """What is reported of that error."""
    try:
        fault()
    except ExceptionGroup:
        return write_crash_report()
    raise AssertionError


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "home" / "state" / "bedrock-tui" / "crash.log"


def test_the_file_has_types_and_places_and_no_values(log: Path) -> None:
    assert kept() == f"unexpected error (ExceptionGroup); please report it with {log}"
    text = log.read_text()
    assert SECRET not in text
    types = [line for line in text.splitlines() if line.startswith("builtins.")]
    assert types[-1] == "builtins.ExceptionGroup"
    assert sorted(types[:-1]) == ["builtins.KeyError", "builtins.OSError", "builtins.ValueError"]
    assert f"{__file__}:" in text
    assert "in fault" in text


def test_a_long_chain_of_exceptions_is_no_fault_of_its_own(log: Path) -> None:
    error = ValueError()
    for _ in range(3_000):
        before, error = error, ValueError()
        error.__cause__ = before
    try:
        raise error
    except ValueError:
        write_crash_report()
    assert log.read_text().count("builtins.ValueError") == 3_001


def test_an_earlier_file_is_replaced_and_closed_to_others(log: Path) -> None:
    log.parent.mkdir(parents=True)
    log.write_text("of an earlier version\n" * 999)
    log.chmod(0o666)
    kept()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert "earlier" not in log.read_text()


def test_where_there_is_no_place_the_fault_is_told_all_the_same(log: Path) -> None:
    log.parent.parent.mkdir()
    log.parent.write_text("in the way")
    assert kept() == "unexpected error (ExceptionGroup); Not a directory"
