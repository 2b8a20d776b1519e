"""Time keys in a list of 10,000, compared with a list of 100: `python -m benchmarks.keys`.

This runs the real program in a pty, on an account from a file. For each key it prints the time to
the first and to the last byte of what the key changes on the screen, including the details that
follow the cursor, and the number of bytes. The details follow once the cursor has rested for a
moment, which is most of the time of a `j`.

    python -m benchmarks.keys [PRINCIPALS]
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.company import company
from benchmarks.probe import Ended, Probe, plain_environment

_BIN = Path(sys.executable).parent
_FEW = 100
_KEYS: tuple[tuple[str, tuple[bytes, ...]], ...] = (
    ("j", (b"j",) * 40),
    ("PageDown", (b"\x1b[6~",) * 20),
    ("PageUp", (b"\x1b[5~",) * 20),
    ("G and g", (b"G", b"g") * 8),
    ("s and S, sort", (b"s", b"S") * 8),
    ("i, h, b and I, filter", (b"i", b"h", b"b", b"I", b"I") * 3),
    ("f, by verdict", (b"f",) * 12),
    ("a letter of a filter", (b"/", *(bytes([c]) for c in b"user-0123"))),
    ("one taken back", (b"\x7f",) * 8),
    ("esc, all again", (b"\x1b",)),
    ("a letter of a term", (b"/", *(bytes([c]) for c in b"tag:team=* invoke:yes"))),
    ("tab, another value", (b"\t",) * 4),
)
_QUIET = 0.25
"""Seconds without a byte, after which no more bytes are expected."""


class Taken:
    """The times of the presses of a key."""

    def __init__(self) -> None:
        self.first: list[float] = []
        """Milliseconds."""
        self.last: list[float] = []
        self.bytes: list[int] = []

    def __str__(self) -> str:
        p95 = sorted(self.first)[int(len(self.first) * 0.95)]
        return (
            f"first byte {median(self.first):5.0f} ms, p95 {p95:4.0f}   "
            f"last byte {median(self.last):5.0f} ms   {median(self.bytes):6,.0f} bytes"
        )


def main() -> None:
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        small, large = (_measured(Path(folder), count) for count in (_FEW, many))
    for name in large:
        print(f"{name}")
        print(f"    {_FEW:>7,} rows: {small[name]}")
        ratio = median(large[name].last) / median(small[name].last)
        print(f"    {many:>7,} rows: {large[name]}   {ratio:.2f} x")


def _measured(folder: Path, principals: int) -> dict[str, Taken]:
    path = folder / f"{principals}.json"
    path.write_text(json.dumps(company(principals)))
    (home := folder / f"home-{principals}").mkdir()
    environment = plain_environment(home, COLORTERM="truecolor")
    found: dict[str, Taken] = {}
    with Probe([str(_BIN / "bedrock-tui"), "--snapshot", str(path)], environment) as probe:
        probe.shows(lambda text: "◆ " in text)
        probe.send(b"j")
        probe.quiet(1.0)
        for name, keys in _KEYS:
            taken = found[name] = Taken()
            for key in keys:
                pressed = probe.send(key)
                try:
                    last = probe.quiet(_QUIET, 2)
                except Ended:
                    continue  # the key changed nothing: the end of the list
                taken.first.append(1000 * (probe.since_keys()[0].at - pressed))
                taken.last.append(1000 * (last - pressed))
                taken.bytes.append(probe.count)
    return found


if __name__ == "__main__":
    main()
