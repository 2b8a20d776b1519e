"""Count the bytes that each key sends, and time keys held down on a slow connection.

`python -m benchmarks.output` runs the real program in a pty on an account of 600, with the app's
own driver and with Textual's, and a DataTable of the same rows. It is not a test.
"""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path
from random import Random
from typing import Any

import pyte

from iam.policy.bundled import bundled_policy
from tests.build import LIMITED, allow, deny, details, group, policy, policy_arn, role, user

COLUMNS, LINES = 120, 36
PRINCIPALS = 600
TEXTUALS = {"TEXTUAL_DRIVER": "textual.drivers.linux_driver:LinuxDriver"}
KEYS = {
    "j": "j", "k": "k", "down": "\x1b[B",
    "PageDown": "\x1b[6~", "PageUp": "\x1b[5~", "G": "G", "g": "g",
    "details": "\r", "→": "l", "back": "\x1b", "help": "?", "close": "q",
}  # fmt: skip
RATE, LATENCY, BURST = 20_000, 0.2, 60
QUIET = 0.5
"""Seconds without a byte, after which the output for a key is complete."""

Json = dict[str, Any]


def the_account() -> Json:
    """An account of principals that differ from row to row."""
    random = Random(1)
    limited = bundled_policy(LIMITED)
    assert limited is not None
    items = [
        group("ml-team", attached=[LIMITED]),
        policy("storage", allow("s3:*")),
        policy("AmazonBedrockLimitedAccess", arn=LIMITED, raw=limited.document),
    ]
    for i in range(PRINCIPALS):
        kind = random.choice(("svc", "ci", "etl", "ops", "Lambda"))
        name = f"{kind}-{random.randrange(16**4):x}-{i}"
        if i % 12 == 0:
            items.append(user(name, groups=["ml-team"]))
            continue
        model = random.choice(("anthropic.*", "amazon.nova-*", "meta.*"))
        invoke = allow(
            "bedrock:InvokeModel", f"arn:aws:bedrock:us-east-1::foundation-model/{model}"
        )
        documents, attached = random.choice(
            (
                ([], [LIMITED]),
                ([invoke], []),
                ([allow("bedrock:*"), deny("bedrock:Create*")], []),
                ([], [policy_arn("gone")]),
                ([allow("*")], []),
                ([], []),
            )
        )
        make = user if i % 3 == 0 else role
        boundary = policy_arn("storage") if i % 11 == 0 else None
        items.append(make(name, *documents, attached=attached, boundary=boundary))
    return details(*items)


class Program:
    """A program in a pty, with what it has sent."""

    def __init__(self, command: list[str], **environment: str) -> None:
        self.screen = pyte.Screen(COLUMNS, LINES)
        self.stream = pyte.ByteStream(self.screen)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(
                {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
                | {"COLUMNS": str(COLUMNS), "LINES": str(LINES)}
                | environment
            )
            os.execv(command[0], command)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))

    def read(self, seconds: float, most: int = 65536) -> bytes:
        """The bytes that arrive within some time; empty if none do."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self.fd, most)
        except OSError:
            return b""
        self.stream.feed(data)
        return data

    def until_quiet(self) -> int:
        """The number of bytes until no more arrive."""
        count = 0
        while data := self.read(QUIET):
            count += len(data)
        return count

    def sees(self, word: str) -> None:
        while word not in "\n".join(self.screen.display):
            self.read(1)
        self.until_quiet()

    def press(self, keys: str) -> None:
        os.write(self.fd, keys.encode())

    def end(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def the_app(snapshot: Path, **environment: str) -> Program:
    start = "from tui.cli import main; main()"
    program = Program([sys.executable, "-c", start, "--snapshot", str(snapshot)], **environment)
    program.sees("AmazonBedrockLimitedAccess")
    program.sees("◆ ")
    return program


def bytes_for(program: Program, keys: list[str]) -> dict[str, float]:
    """The bytes that each key sends, over some presses."""
    costs = {}
    for name in keys:
        times = 4 if name in ("j", "PageDown") else 1
        counts = []
        for _ in range(times):
            program.press(KEYS[name])
            counts.append(program.until_quiet())
        costs[name] = sum(counts) / times
    return costs


def behind(program: Program) -> tuple[float, int]:
    """Seconds and bytes from the last key of a burst until the screen is right, at 20 KB/s."""
    program.press("g")
    program.until_quiet()
    program.press("j" * BURST)
    pressed = began = time.monotonic()
    waiting: list[tuple[float, bytes]] = []
    taken = 0
    last = began
    while True:
        now = time.monotonic()
        due = int((now - began) * RATE)
        if due > taken and select.select([program.fd], [], [], 0)[0]:
            data = os.read(program.fd, min(due - taken, 4096))
            taken += len(data)
            waiting.append((now + LATENCY, data))
        elif due > taken:
            began += (due - taken) / RATE  # an idle line saves nothing up
        while waiting and waiting[0][0] <= now:
            program.stream.feed(waiting.pop(0)[1])
            last = now
        if not waiting and now - last > 1.5:
            return last - pressed, taken
        time.sleep(0.002)


def data_table(snapshot: str) -> None:
    """A DataTable of the same names, with Textual's driver: what an ordinary app would send."""
    from rich.text import Text
    from textual.app import App, ComposeResult
    from textual.widgets import DataTable

    account = json.loads(Path(snapshot).read_text())
    names = [one.get("UserName") or one["RoleName"] for one in _people(account)]
    random = Random(1)

    class Rows(App[None]):
        def compose(self) -> ComposeResult:
            yield DataTable(cursor_type="row")

        def on_mount(self) -> None:
            table: DataTable[Text] = self.query_one(DataTable)
            table.add_columns("", "Name", "Inv", "Policy", *"ABCDE")
            for name in names:
                colour, glyph = random.choice((("green", "●"), ("yellow", "◐"), ("red", "○")))
                counts = [Text(f"{glyph} {random.randrange(44)}/44", colour) for _ in range(5)]
                sign = Text(glyph, colour)
                table.add_row(sign, Text(name), sign, Text("direct"), *counts)

    Rows().run()


def _people(account: Json) -> list[Json]:
    return [*account["UserDetailList"], *account["RoleDetailList"]]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        snapshot = Path(folder) / "account.json"
        snapshot.write_text(json.dumps(the_account()))
        costs: dict[str, dict[str, float]] = {}
        late: dict[str, tuple[float, int]] = {}
        for name, environment in (("ours", {}), ("Textual's", TEXTUALS)):
            program = the_app(snapshot, **environment)
            costs[name] = bytes_for(program, list(KEYS))
            late[name] = behind(program)
            program.end()
        table = Program([sys.executable, "-m", "benchmarks.output", "--table", str(snapshot)])
        table.sees("●")
        costs["DataTable"] = bytes_for(table, ["PageDown", "PageUp", "down"])
        table.end()
    print(f"bytes at {COLUMNS}x{LINES}" + "".join(f"{name:>12}" for name in costs))
    for key in KEYS:
        row = [f"{costs[name][key]:12,.0f}" if key in costs[name] else "" for name in costs]
        print(f"  {key:<15}{''.join(row)}")
    print(f"{BURST} times j at {RATE:,} bytes a second, {LATENCY} s away:")
    for name, (seconds, count) in late.items():
        print(f"  {name:<12}{seconds:6.2f} s until the screen is right, {count:,} bytes")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--table"]:
        data_table(sys.argv[2])
    else:
        main()
