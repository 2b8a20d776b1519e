"""Undo steps back through the history, and redo takes an undo back."""

from __future__ import annotations

import pytest

from iam.changes.history import History, history_of
from iam.changes.undo_order import changed_after, next_redo, next_undo, undone
from tests.build import ID
from tests.iam.journals import line, lines_of

ARNS = ["arn:a", "arn:b", "arn:c", "arn:d", "arn:e"]


def history(*batches: str) -> History:
    """Batches that were confirmed: `u1 undoes b1: a b` detaches what b1 attached."""
    lines = []
    for text in batches:
        head, _, names = text.partition(": ")
        id, _, undoes = head.partition(" undoes ")
        more = {"undoes": undoes} if undoes else {}
        op = "detach" if id.startswith("u") else "attach"
        for phase in ("intent", "done"):
            lines += [line(f"arn:{name}", phase, op, id, **more) for name in names.split()]
    return history_of(lines)


def chosen(made: History, *, redo: bool = False) -> str:
    """What is reversed next, such as `b1: a b`."""
    found = (next_redo if redo else next_undo)(made, ID)
    if found is None:
        return ""
    return f"{found.batch.id}: {' '.join(sorted(arn[4:] for arn in found.arns))}"


@pytest.mark.parametrize(
    ("batches", "undo", "redo"),
    [
        ([], "", ""),
        (["b1: a", "b2: b"], "b2: b", ""),
        (["b1: a", "b2: b", "u1 undoes b2: b"], "b1: a", "u1: b"),
        (["b1: a", "b2: b", "u1 undoes b2: b", "u2 undoes b1: a"], "", "u2: a"),
        # Redone: what was redone is the next to undo, and the undo before it the next to redo.
        (
            ["b1: a", "b2: b", "u1 undoes b2: b", "u2 undoes b1: a", "r1 undoes u2: a"],
            "b1: a",
            "u1: b",
        ),
        (["b1: a", "u1 undoes b1: a", "r1 undoes u1: a", "u2 undoes b1: a"], "", "u2: a"),
        # A part of a batch.
        (["b1: a b c", "u1 undoes b1: b"], "b1: a c", "u1: b"),
        # The batch that was undone is not in the history any more.
        (["u1 undoes gone: a"], "", "u1: a"),
    ],
)
def test_what_undo_and_redo_reverse_next(batches: list[str], undo: str, redo: str) -> None:
    made = history(*batches)
    assert chosen(made) == undo
    assert chosen(made, redo=True) == redo


def test_what_failed_is_neither_undone_nor_an_undo() -> None:
    lines = [
        *lines_of("attach", {"arn:a": "done"}),
        *lines_of("attach", {"arn:b": "failed"}, "b2"),
        *(line("arn:a", phase, "detach", "u1", undoes="b1") for phase in ("intent", "failed")),
    ]
    made = history_of(lines)
    assert (chosen(made), chosen(made, redo=True)) == ("b1: a", "")
    assert not undone(made)["b1"]


def test_batches_of_another_account_are_left_alone() -> None:
    assert next_undo(history("b1: a"), "210987654321") is None


def test_what_cancels_out_does_not_stand_in_the_way_of_an_undo() -> None:
    made = history("b1: a b", "b2: a b", "u1 undoes b2: a", "b3: c", "r1 undoes u0: b")
    assert changed_after(made, made.batches[0]) == {"arn:b", "arn:c"}
    again = history("b1: a", "u1 undoes b1: a", "r1 undoes u1: a")
    assert changed_after(again, again.batches[0]) == frozenset()
    assert changed_after(again, again.batches[1]) == {"arn:a"}


def test_what_was_changed_since_is_of_the_same_policy_in_the_same_account() -> None:
    later = [
        *lines_of("detach", {"arn:a": "done", "arn:b": "unconfirmed", "arn:c": "failed"}, "b2"),
        *(line("arn:d", phase, batch="b3", policy="arn:other") for phase in ("intent", "done")),
        *(line("arn:e", phase, batch="b4", account="210987654321") for phase in ("intent", "done")),
    ]
    history = history_of([*lines_of("attach", dict.fromkeys(ARNS, "done")), *later])
    first, *_, last = history.batches
    assert changed_after(history, first) == {"arn:a", "arn:b"}
    assert changed_after(history, last) == frozenset()
