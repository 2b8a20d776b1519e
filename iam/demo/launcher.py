"""Start the embedded account of `--demo`: a moto server on loopback, in a child process.

The child ends however the parent ends: it reads a pipe that only the parent holds open, and exits
when that closes. Light: moto is imported in the child only.
"""

from __future__ import annotations

import importlib.util
import os
import selectors
import subprocess
import tempfile
from dataclasses import dataclass

from iam.runtime.child_process import start_python

_LEAST_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV")


class DemoError(Exception):
    """The embedded account could not be started; the message is one sentence."""


@dataclass(frozen=True, slots=True)
class DemoServer:
    """A running embedded account."""

    endpoint_url: str
    """Its path is a secret, so that other users of this machine cannot use the server."""
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        """Stop the child process and wait for it."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def start_demo(timeout: float = 60) -> DemoServer:
    """Start the embedded account; blocking.

    Args:
        timeout: Seconds to wait for it.

    Raises:
        DemoError: moto is not installed, or the server did not start.
    """
    if importlib.util.find_spec("moto") is None:
        raise DemoError("The demo needs moto: in the checkout, `make demo` brings it.")
    environment = {k: v for k, v in os.environ.items() if k in _LEAST_ENVIRONMENT}
    environment["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    environment["HOME"] = (
        os.devnull
    )  # no AWS configuration, neither there nor in the working folder
    with tempfile.TemporaryFile() as errors:
        process = start_python("iam.demo.server", stderr=errors, env=environment)
        server = DemoServer("", process)
        url = _url(process, timeout)
        if not url:
            server.stop()
            errors.seek(0)
            last = errors.read().decode(errors="replace").strip().splitlines()[-1:]
            why = f": {last[0]}" if last else " in time"
            raise DemoError(f"The embedded account did not start{why}.")
    return DemoServer(url, process)


def _url(process: subprocess.Popen[bytes], timeout: float) -> str:
    """Read the first line of the child's output; empty if there is none in time."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        if not selector.select(timeout):
            return ""
    return process.stdout.readline().decode().strip()
