"""Files that no other user can have written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from iam.runtime.private_file import NotPrivate, open_private
from tests.iam.runtime.processes import mode, some_file


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
