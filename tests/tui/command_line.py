"""The command line, run in the process of the tests."""

from __future__ import annotations

import gc
import sys
from unittest.mock import patch

from click.testing import CliRunner, Result

from tui.cli import main


def run(*arguments: str, stdin: bytes = b"") -> Result:
    """Run the program in this process, which goes on, whatever other tests have left in threads."""
    try:
        with patch("os._exit", sys.exit):
            return CliRunner().invoke(main, arguments, input=stdin)
    finally:
        gc.enable()
