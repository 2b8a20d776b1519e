"""A folder that goes with its process."""

from __future__ import annotations

from pathlib import Path

import pytest

from iam.runtime.temporary_folder import temporary_folder
from tests.iam.runtime.processes import mode, other_process

HOLDER = """
import sys
from iam.runtime.temporary_folder import temporary_folder
with temporary_folder() as folder:
    (folder / "journal.jsonl").write_text("")
    print(folder, flush=True)
    sys.stdin.read()
"""


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
