"""The journal read back, batch by batch."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from iam.changes.history import History, history_of, read_history
from iam.changes.journal import Journal, JournalEntry, JournalError
from iam.errors import AwsError
from iam.reports.csv_format import history_as_csv
from tests.build import ID
from tests.iam.journals import line, lines_of


def test_intents_and_answers_are_put_together_by_batch() -> None:
    history = history_of(
        [
            *lines_of("attach", {"arn:a": "done", "arn:b": "failed", "arn:c": "open"}),
            *lines_of("detach", {"arn:a": "unconfirmed"}, batch="b2"),
        ]
    )
    first, second = history.batches
    assert [(c.entry.principal, c.state) for c in first.changes] == [
        ("arn:a", "done"), ("arn:b", "failed"), ("arn:c", "open"),
    ]  # fmt: skip
    assert [c.entry.principal for c in first.reversible] == ["arn:a"]
    assert [c.state for c in second.reversible] == ["unconfirmed"]
    assert [c.entry.principal for c in history.open(ID)] == ["arn:c"]
    assert history.of("210987654321") == ()


def test_what_was_sent_again_counts_as_it_ended_last() -> None:
    again = [line("arn:a"), line("arn:a", "failed"), line("arn:a"), line("arn:a", "done")]
    (batch,) = history_of(again).batches
    assert [c.state for c in batch.changes] == ["failed", "done"]
    assert [c.state for c in batch.last] == ["done"]


def test_answers_come_in_any_order() -> None:
    shuffled = [line("arn:a"), line("arn:b"), line("arn:b", "failed"), line("arn:a", "done")]
    (batch,) = history_of(shuffled).batches
    assert [c.state for c in batch.changes] == ["done", "failed"]


@pytest.mark.parametrize(
    "damage",
    [
        '{"at": "2026',
        "null",
        "[]",
        '{"phase": "intent"}',
        line("arn:a", "done"),
        "\x00\xff",
        "{" * 9,
    ],
)
def test_a_damaged_line_is_counted_and_the_rest_counts(damage: str) -> None:
    history = history_of([line("arn:x"), damage, line("arn:x", "done")])
    assert history.damaged == 1
    assert [c.state for b in history.batches for c in b.changes] == ["done"]


def test_what_the_app_writes_is_what_is_read(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.jsonl")
    assert read_history(journal.path) == History()
    entry = JournalEntry("b1", ID, "arn:me", "detach", "arn:\u2028x", "arn:p")
    journal.intent(entry)
    journal.answer(entry, "failed", "r-1", AwsError("AccessDenied", "no", ""))
    ((change,),) = (b.changes for b in read_history(journal.path).batches)
    assert change.entry == entry
    assert (change.state, change.request_id, change.code, change.message) == (
        "failed", "r-1", "AccessDenied", "no",
    )  # fmt: skip


def test_a_journal_that_cannot_be_read_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="cannot be read"):
        read_history(tmp_path)


def test_the_export_is_a_row_a_change_and_holds_no_formula() -> None:
    history = history_of(lines_of("attach", {"=cmd()": "done", "arn:b": "failed"}))
    head, first, second = history_as_csv(history.batches).splitlines()
    assert head.startswith("at,change,account,caller,op,principal,policy,state")
    assert ",'=cmd()," in first
    assert ",failed," in second


def test_a_journal_that_others_can_write_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_text("\n".join(lines_of("detach", {"arn:a": "done"})))
    path.chmod(0o666)
    with pytest.raises(JournalError, match=r"cannot be read .*other users may write to it"):
        read_history(path)


def test_a_journal_that_is_a_pipe_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(JournalError, match="not a regular file"):
        read_history(tmp_path / "pipe")
