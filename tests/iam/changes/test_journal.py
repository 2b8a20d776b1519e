"""The record of every change."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from iam.changes.journal import Journal, JournalEntry, JournalError, default_path
from iam.errors import AwsError
from tests.conftest import ROOT

ENTRY = JournalEntry("b1", "123456789012", "arn:me", "attach", "arn:alice", "arn:policy")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "deep" / "down" / "journal.jsonl")


def lines(journal: Journal) -> list[dict[str, Any]]:
    return [json.loads(line) for line in journal.path.read_text("ascii").splitlines()]


def test_an_intent_and_its_answer_are_a_line_each(journal: Journal) -> None:
    journal.intent(ENTRY)
    journal.answer(ENTRY, "failed", "r-1", AwsError("AccessDenied", "no", ""))
    intent, answer = lines(journal)
    assert list(intent) == [
        "at", "change", "account", "caller", "op", "principal", "policy", "phase", "request_id",
        "error",
    ]  # fmt: skip
    assert intent["at"].endswith("Z")
    assert (intent["phase"], intent["request_id"], intent["error"]) == ("intent", None, None)
    assert (answer["phase"], answer["request_id"]) == ("failed", "r-1")
    assert answer["error"] == {"code": "AccessDenied", "message": "no"}
    assert {k: intent[k] for k in ("change", "op", "principal")} == {
        k: answer[k] for k in ("change", "op", "principal")
    }


def test_only_its_owner_can_read_it(journal: Journal) -> None:
    journal.intent(ENTRY)
    assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(journal.path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(journal.path.parent.parent.stat().st_mode) == 0o700


def test_each_line_and_the_new_file_are_on_disk_before_a_change_is_sent(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[Path] = []

    def sync(file: int) -> None:
        path = Path(f"/proc/self/fd/{file}").readlink()
        synced.append(path)
        if path == journal.path:
            written.append(len(lines(journal)))

    written: list[int] = []
    monkeypatch.setattr("os.fsync", sync)
    journal.intent(ENTRY)
    assert synced == [journal.path, journal.path.parent]
    journal.answer(ENTRY, "done")
    assert synced[2:] == [journal.path]
    assert written == [1, 2]


def test_a_journal_that_others_can_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.touch(0o644)
    Journal(path).intent(ENTRY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("name", ["journal.jsonl", "journal.jsonl.lock"])
def test_nothing_is_sent_by_a_journal_that_others_can_write(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    (tmp_path / name).chmod(0o666)
    journal = Journal(tmp_path / "journal.jsonl")
    refusal = pytest.raises(JournalError, match=r"run chmod 600 .*, so no change is sent")
    with refusal, journal.changing():
        journal.intent(ENTRY)
    assert (tmp_path / name).stat().st_size == 0


def test_it_is_where_the_platform_keeps_state(tmp_path: Path) -> None:
    assert default_path() == tmp_path / "home" / "state" / "bedrock-tui" / "journal.jsonl"


def test_what_a_name_holds_stays_in_its_line(journal: Journal) -> None:
    hostile = "x\n\x1b[2J\u2028\u202e\ud800\x7f"
    journal.intent(JournalEntry("b", "1", hostile, "detach", hostile, hostile))
    raw = journal.path.read_bytes()
    assert raw.count(b"\n") == 1
    assert not set(raw[:-1]) & {*range(32), *range(0x80, 0x100)}
    assert lines(journal)[0]["principal"] == hostile


def test_a_line_that_a_crash_cut_short_stays_by_itself(journal: Journal) -> None:
    journal.intent(ENTRY)
    with journal.path.open("ab") as file:
        file.write(b'{"at": "2026')
    journal.answer(ENTRY, "done")
    first, cut, last = journal.path.read_text().splitlines()
    assert cut == '{"at": "2026'
    assert json.loads(first)["phase"] == "intent"
    assert json.loads(last)["phase"] == "done"


@pytest.mark.parametrize("place", ["/dev/null", "/dev/full", "/proc/nowhere/journal", "."])
def test_a_place_that_cannot_be_written_is_one_sentence(place: str) -> None:
    mode = Path(place).stat().st_mode if Path(place).exists() else None
    with pytest.raises(JournalError, match="so no change is sent") as caught:
        Journal(Path(place)).intent(ENTRY)
    assert "\n" not in str(caught.value)
    assert mode is None or Path(place).stat().st_mode == mode


def test_a_pipe_in_its_place_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(JournalError, match="not a regular file"):
        Journal(tmp_path / "pipe").intent(ENTRY)


def test_two_writers_do_not_tear_each_others_lines(journal: Journal) -> None:
    program = (
        "import sys; from pathlib import Path; from iam.changes.journal import *\n"
        "journal = Journal(Path(sys.argv[1]))\n"
        "for i in range(100):\n"
        "    journal.intent(JournalEntry('b', '1', 'c', 'attach', 'p' * 300, str(i)))"
    )
    command = [sys.executable, "-c", program, str(journal.path)]
    writers = [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert len(lines(journal)) == 300


def test_many_may_change_at_once_and_none_while_open_intents_are_settled(journal: Journal) -> None:
    other = Journal(journal.path)
    with journal.changing(), other.changing(), other.settling() as alone:
        assert not alone
    with (
        journal.settling() as alone,
        pytest.raises(JournalError, match="Try again in a moment"),
        other.changing(),
    ):
        assert alone
    with other.settling() as alone:
        assert alone


def test_the_lock_goes_with_the_copy_that_held_it(journal: Journal) -> None:
    program = (
        "import sys, os; from pathlib import Path; from iam.changes.journal import *\n"
        "with Journal(Path(sys.argv[1])).changing(): os.kill(os.getpid(), 9)"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(journal.path)], cwd=ROOT)
    assert ended.returncode == -9
    with journal.settling() as alone:
        assert alone
