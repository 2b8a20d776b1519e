"""Copying through tmux to the terminal that it runs in."""

from __future__ import annotations

import base64
import os

_ESC = "\x1b"


def passed_through_tmux(text: str) -> str:
    r"""The sequence that copies a text in the terminal outside tmux; empty outside tmux.

    tmux passes on what stands between `\ePtmux;` and `\e\\`, with every escape doubled, where its
    option `allow-passthrough` is on. Without that option it ignores the sequence:
    https://github.com/tmux/tmux/wiki/FAQ#what-is-the-passthrough-escape-sequence-and-how-do-i-use-it
    """
    if not os.environ.get("TMUX"):
        return ""
    copy = f"{_ESC}]52;c;{base64.b64encode(text.encode()).decode()}\a"
    return f"{_ESC}Ptmux;{copy.replace(_ESC, 2 * _ESC)}{_ESC}\\"
