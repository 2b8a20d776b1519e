"""When Python looks for garbage: not while the program starts, and never again at what it imported.

A full collection visits every object there is and stops all threads for it: 50 ms and more while
the first frame is made, and 100 ms with an account in memory, each time as a key waits. Modules are
no garbage, and the start makes next to none.
"""

from __future__ import annotations

import gc


def start() -> None:
    """Collect nothing until `settle`: for the start of the program."""
    gc.disable()


def settle() -> None:
    """Take what there is for good and collect from now on; nothing, if collecting is on."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
