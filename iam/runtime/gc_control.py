"""When Python looks for garbage: not at the start, not while an account is read, and never again at
what came of either.

A full collection visits every object there is and stops all threads for it: 50 ms and more while
the first frame is made, 100 ms with a large account, each time as a key waits, and in all half of
the time that reading such an account takes. Modules are no garbage; the objects of accounts do not
refer to each other in circles, so that they go without a collector when nobody holds them any more.
For what does, `sweep` looks once for each time that an account is read again.
"""

from __future__ import annotations

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager


def start() -> None:
    """Collect nothing until `settle`: for the start of the program."""
    gc.disable()


def settle() -> None:
    """Take what there is for good and collect from now on; nothing, if collecting is on."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


@contextmanager
def no_garbage() -> Iterator[None]:
    """Collect nothing meanwhile, and take for good what there is in the end."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            settle()


def sweep() -> None:
    """Collect all there is once, as before another account is read: what was taken for good may
    have become garbage, such as the clients of the account before."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def keep_everything() -> None:
    """Collect nothing at all, for a process that ends as soon as it has answered: looking through
    everything once more at the end takes its time, too."""
    gc.disable()
    atexit.register(gc.freeze)
