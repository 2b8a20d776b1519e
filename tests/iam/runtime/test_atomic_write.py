"""Files that are complete or not there, and what a killed writer leaves of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from iam.runtime.atomic_write import atomic_write, clear_leftovers
from tests.iam.runtime.processes import mode, other_process, some_file

WRITER = """
import sys
from pathlib import Path
from iam.runtime.atomic_write import atomic_write
with atomic_write(Path(sys.argv[1]), 0o644) as file:
    file.write(b"half")
    file.flush()
    print("begun", flush=True)
    sys.stdin.read()
"""


def test_a_file_is_private_while_it_is_written_and_gets_its_mode_with_its_name(
    tmp_path: Path,
) -> None:
    with atomic_write(tmp_path / "report", 0o644) as file:
        file.write(b"x")
        (unfinished,) = tmp_path.glob(".bedrock-tui-*.part")
        assert mode(unfinished) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["report"]
    assert mode(tmp_path / "report") == 0o644


def test_a_file_that_is_broken_off_leaves_the_earlier_one(tmp_path: Path) -> None:
    path = some_file(tmp_path / "report")
    with pytest.raises(TypeError), atomic_write(path) as file:
        file.writelines([b"x", "no bytes"])  # type: ignore[list-item]
    assert path.read_text() == "what it holds"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["report"]


def test_what_a_killed_writer_leaves_is_cleared_by_the_next_and_not_before(tmp_path: Path) -> None:
    with other_process(WRITER, str(tmp_path / "report")) as (writer, _):
        (unfinished,) = tmp_path.glob(".bedrock-tui-*.part")
        clear_leftovers(tmp_path)
        assert unfinished.exists()
        writer.kill()
        writer.wait()
        assert unfinished.exists()
        with atomic_write(tmp_path / "another"):
            pass
        assert not unfinished.exists()
        assert not (tmp_path / "report").exists()


def test_a_writer_that_lives_is_not_disturbed_by_another(tmp_path: Path) -> None:
    with other_process(WRITER, str(tmp_path / "report")) as (writer, _):
        with atomic_write(tmp_path / "report") as file:
            file.write(b"whole")
        writer.communicate()
        assert writer.returncode == 0
    assert (tmp_path / "report").read_text() == "half"


def test_only_what_is_ours_by_name_and_kind_is_cleared(tmp_path: Path) -> None:
    kept = [
        some_file(tmp_path / name)
        for name in ("report", ".report", ".bedrock-tui-notes", "x.part", ".bedrock-tui-abc.part")
    ]
    (tmp_path / ".bedrock-tui-abcdefgh.part").symlink_to(kept[0])
    clear_leftovers(tmp_path)
    assert all(path.exists() for path in kept)


def test_the_content_is_on_disk_before_the_file_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = some_file(tmp_path / "report")
    synced: list[tuple[bytes, str]] = []

    def sync(file: int) -> None:
        synced.append((os.pread(file, 99, 0), path.read_text()))

    monkeypatch.setattr("os.fsync", sync)
    with atomic_write(path) as file:
        file.write(b"whole")
    assert synced == [(b"whole", "what it holds")]
