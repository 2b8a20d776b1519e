"""Files that nobody else can have written, and what a death leaves of them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from iam.runtime.private_file import (
    NotPrivate,
    clear_leftovers,
    open_private,
    replacing,
    temporary_folder,
)
from tests.conftest import ROOT

WRITER = """
import sys
from pathlib import Path
from iam.runtime.private_file import replacing
with replacing(Path(sys.argv[1]), 0o644) as file:
    file.write(b"half")
    file.flush()
    print("begun", flush=True)
    sys.stdin.read()
"""
HOLDER = """
import sys
from iam.runtime.private_file import temporary_folder
with temporary_folder() as folder:
    (folder / "journal.jsonl").write_text("")
    print(folder, flush=True)
    sys.stdin.read()
"""


@contextmanager
def other_process(program: str, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Another process of ours, and what it says once it has begun; killed in the end."""
    with subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        yield process, process.stdout.readline().strip()
        process.kill()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def some_file(path: Path, bits: int = 0o600) -> Path:
    path.write_text("what it holds")
    path.chmod(bits)
    return path


@pytest.mark.parametrize("bits", [0o600, 0o400, 0o644, 0o755])
def test_a_file_that_only_its_owner_can_write_is_opened(tmp_path: Path, bits: int) -> None:
    file = open_private(some_file(tmp_path / "file", bits), os.O_RDONLY)
    assert os.read(file, 99) == b"what it holds"
    os.close(file)


@pytest.mark.parametrize("bits", [0o620, 0o602, 0o666])
def test_a_file_that_others_can_write_is_refused_and_the_fix_is_named(
    tmp_path: Path, bits: int
) -> None:
    path = some_file(tmp_path / "a file", bits)
    with pytest.raises(NotPrivate, match=r"may write to it; check .* chmod 600 '.*a file'"):
        open_private(path, os.O_RDONLY)
    assert mode(path) == bits


def test_a_file_that_others_can_read_is_refused_where_it_must_be_secret(tmp_path: Path) -> None:
    with pytest.raises(NotPrivate, match="may read it"):
        open_private(some_file(tmp_path / "file", 0o640), os.O_RDONLY, refused=0o077)


def test_a_file_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = some_file(tmp_path / "file")
    monkeypatch.setattr("os.geteuid", lambda: os.getuid() + 1)
    with pytest.raises(NotPrivate, match=f"another user, ID {os.getuid()}"):
        open_private(path, os.O_RDONLY)


def test_what_a_link_leads_to_is_judged(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(some_file(tmp_path / "file"))
    os.close(open_private(tmp_path / "link", os.O_RDONLY))
    (tmp_path / "file").chmod(0o666)
    with pytest.raises(NotPrivate):
        open_private(tmp_path / "link", os.O_RDONLY)


@pytest.mark.parametrize("flags", [os.O_RDONLY, os.O_RDWR])
def test_a_pipe_or_a_device_is_refused_at_once(tmp_path: Path, flags: int) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(NotPrivate, match="not a regular file"):
            open_private(path, flags)


def test_a_new_file_is_for_its_owner_only(tmp_path: Path) -> None:
    os.close(open_private(tmp_path / "new", os.O_WRONLY | os.O_CREAT))
    assert mode(tmp_path / "new") == 0o600


def test_a_file_is_private_while_it_is_written_and_gets_its_mode_with_its_name(
    tmp_path: Path,
) -> None:
    with replacing(tmp_path / "report", 0o644) as file:
        file.write(b"x")
        (unfinished,) = tmp_path.glob(".bedrock-tui-*.part")
        assert mode(unfinished) == 0o600
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["report"]
    assert mode(tmp_path / "report") == 0o644


def test_a_file_that_is_broken_off_leaves_the_earlier_one(tmp_path: Path) -> None:
    path = some_file(tmp_path / "report")
    with pytest.raises(TypeError), replacing(path) as file:
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
        with replacing(tmp_path / "another"):
            pass
        assert not unfinished.exists()
        assert not (tmp_path / "report").exists()


def test_a_writer_that_lives_is_not_disturbed_by_another(tmp_path: Path) -> None:
    with other_process(WRITER, str(tmp_path / "report")) as (writer, _):
        with replacing(tmp_path / "report") as file:
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


def test_a_temporary_folder_is_private_and_goes_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with temporary_folder() as folder:
        assert mode(folder) == 0o700
    assert not folder.exists()


def test_the_folder_of_a_killed_process_is_removed_by_the_next_and_not_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "bedrock-tui-demo-of-somebody").mkdir()
    with other_process(HOLDER) as (entity, said):
        with temporary_folder():
            assert (Path(said) / "journal.jsonl").exists()
        entity.kill()
        entity.wait()
        assert Path(said).exists()
        with temporary_folder():
            assert not Path(said).exists()
    assert (tmp_path / "bedrock-tui-demo-of-somebody").exists()
