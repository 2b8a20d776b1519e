"""Garbage-collector control: disabled during start-up and loads, whose objects are then frozen.

A full collection visits every object and stops all threads meanwhile: 50 ms and more while the
first frame is made, 100 ms with a large account, each time while a key waits, and half of the total
time of loading such an account. Modules never become garbage. The objects of an account form no
reference cycles, so that they are freed without a collector. Anything else is collected by `sweep`,
once per reload.
"""

from __future__ import annotations

import atexit
import gc
from collections.abc import Iterator
from contextlib import contextmanager


def start() -> None:
    """Disable collection until `settle`: for the start of the program."""
    gc.disable()


def settle() -> None:
    """Freeze all objects and enable collection; do nothing if it is enabled already."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


@contextmanager
def no_garbage() -> Iterator[None]:
    """Disable collection in the block, then freeze all objects."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            settle()


def sweep() -> None:
    """Collect everything once, before a reload: frozen objects may have become garbage, such as the
    clients of the previous connection."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def keep_everything() -> None:
    """Never collect, not even at exit: for a process that ends as soon as it has printed."""
    gc.disable()
    atexit.register(gc.freeze)
