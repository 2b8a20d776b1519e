"""Journals as the app writes them, made in a line."""

from __future__ import annotations

import json
from typing import Any

from iam.changes.history import BatchRecord, history_of
from tests.build import ID, LIMITED


def line(
    principal: str, phase: str = "intent", op: str = "attach", batch: str = "b1", **more: Any
) -> str:
    """A line of the journal."""
    return json.dumps(
        {
            "at": "2026-11-23T18:00:00.000Z",
            "change": batch,
            "account": ID,
            "caller": "arn:aws:iam::123456789012:user/me",
            "op": op,
            "principal": principal,
            "policy": LIMITED,
            "phase": phase,
            "request_id": None,
            "error": None,
            **more,
        }
    )


def lines_of(op: str, endings: dict[str, str], batch: str = "b1") -> list[str]:
    """The lines of a batch, by how each ended; `open` for one without an answer."""
    found = [line(arn, op=op, batch=batch) for arn in endings]
    return found + [
        line(arn, ending, op, batch) for arn, ending in endings.items() if ending != "open"
    ]


def batch_of(op: str, endings: dict[str, str]) -> BatchRecord:
    """A batch as the history has it."""
    (batch,) = history_of(lines_of(op, endings)).batches
    return batch
