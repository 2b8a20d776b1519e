"""Time what the table does for a key of a filter, and for a sort: `python -m benchmarks.filter`.

It is the part that grows with the number of rows; `benchmarks.keys` has the whole way of a key. On
one core of a small cloud machine (2026-11), with 10,000 principals, a filter takes 1 to 6 ms and a
sort 1 to 5 ms. A key has to take less than 16 ms.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from statistics import median
from types import SimpleNamespace
from typing import Any, cast

from benchmarks.company import company
from iam.account.attachments import members_of_groups
from iam.account.model import Account
from iam.account.parse import parse_page
from iam.verdicts.filter_completion import Vocabulary, completions
from iam.verdicts.principal_filter import parse_filter
from tests.build import ID, limited, make_evaluator
from tui.controllers.verdict_store import VerdictStore
from widgets.row import Row
from widgets.row_order import Sort
from widgets.rows import Rows, View

_FILTERS = (
    "user-0123", "invoke:yes", "!invoke:yes", "policy:other", "policy:yes invoke:no",
    "verdict:partial", "tag:team", "!tag:team=*a*", "group:a", "boundary:any", "unused:90d",
    "type:role invoke:yes tag:team role",
)  # fmt: skip
_SORTS: tuple[Sort, ...] = ("name", "policy", "invoke", "verdict", 0)
_TIMES = 15


def main() -> None:
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    account = parse_page(Account(id=ID), cast(Any, company(many))).with_policy(limited())
    rows = Rows()
    rows.put(_rows_of(account))
    for text in _FILTERS:
        # Parsed anew: a key makes another filter.
        _show(text, lambda text=text: View(filter=parse_filter(text)).of(rows.in_order))  # type: ignore[misc]
    for sort in _SORTS:
        _show(f"sort by {sort}", lambda sort=sort: View(sort=sort).of(rows.in_order))  # type: ignore[misc]
    for text in ("inv", "tag:t", "group:"):
        _show(f"complete {text}", lambda text=text: completions(text, Vocabulary(account)))  # type: ignore[misc]


def _rows_of(account: Account) -> list[Row]:
    """The rows as the app makes them."""
    evaluator = make_evaluator()
    store = VerdictStore(cast(Any, SimpleNamespace(in_doubt=lambda _: False)))
    evaluated = [(entity, evaluator.summary(account, entity)) for entity in account.entities]
    return store.take(evaluated, members_of_groups(account))


def _show(what: str, work: Callable[[], object]) -> None:
    taken = []
    for _ in range(_TIMES):
        began = time.process_time()
        work()
        taken.append(1000 * (time.process_time() - began))
    print(f"{median(taken):7.1f} ms, at most {max(taken):5.1f}   {what}")


if __name__ == "__main__":
    main()
