"""Read JSON from a file that may come from anywhere, gzip-compressed or not.

Each way in which the file can be wrong has an error message of one sentence.
"""

from __future__ import annotations

import json
import sys
import zlib
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from iam.policy.document import DocumentError, unambiguous
from iam.text import safe

_CHUNK = 1 << 20
"""Bytes."""
_GZIP = b"\x1f\x8b"
_AS_GZIP = zlib.MAX_WBITS | 16


class SnapshotError(ValueError):
    """A file is not what it should be; the message is one sentence that names the file."""


def read_json(path: str, limit: int, what: str = "account") -> Any:
    """Read a JSON file.

    Args:
        path: A file's path, or `-` for standard input.
        limit: The most megabytes of JSON that are read, after decompression.
        what: What it should be, for messages.

    Raises:
        SnapshotError: It cannot be read, or is not JSON.
    """
    name = file_name(path)
    return _json(_bytes(path, name, limit, what), name, what)


def file_name(path: str) -> str:
    """Name a file in an error message."""
    return "standard input" if path == "-" else safe(path)


def _bytes(path: str, name: str, limit: int, what: str) -> bytes:
    """Read the JSON of a file, decompressed."""
    try:
        if path != "-":
            with Path(path).open("rb") as file:
                return _unpacked(file, name, limit)
        if sys.stdin is None:
            raise SnapshotError(f"standard input is closed: pipe the saved {what} into it")
        if sys.stdin.isatty():
            raise SnapshotError(f"standard input is a terminal: pipe the saved {what} into it")
        return _unpacked(sys.stdin.buffer, name, limit)
    except FileNotFoundError as error:
        raise SnapshotError(f"{name} does not exist") from error
    except IsADirectoryError as error:
        raise SnapshotError(f"{name} is a directory, not a file") from error
    except PermissionError as error:
        raise SnapshotError(f"{name} cannot be read: permission denied") from error
    except (OSError, ValueError) as error:
        if isinstance(error, SnapshotError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise SnapshotError(f"{name} cannot be read: {safe(reason)}") from error


def _unpacked(file: BinaryIO, name: str, limit: int) -> bytes:
    start = file.read(_CHUNK)
    compressed = chain([start], iter(partial(file.read, _CHUNK), b""))
    if not start.startswith(_GZIP):
        return _within(compressed, name, limit)
    try:
        return _within(_gunzipped(compressed), name, limit)
    except EOFError as error:
        raise SnapshotError(f"{name} is truncated: the gzip file is incomplete") from error
    except zlib.error as error:
        raise SnapshotError(f"{name} is a damaged gzip file") from error


def _gunzipped(compressed: Iterable[bytes]) -> Iterator[bytes]:
    """Decompress in chunks, none of which is large, whatever the input."""
    decompressor = zlib.decompressobj(wbits=_AS_GZIP)
    for chunk in compressed:
        rest = chunk
        while rest:
            if decompressor.eof:  # a file may be several gzip streams, and end with zeros
                if not (rest := rest.lstrip(b"\0")):
                    break
                decompressor = zlib.decompressobj(wbits=_AS_GZIP)
            yield decompressor.decompress(rest, _CHUNK)
            rest = decompressor.unused_data if decompressor.eof else decompressor.unconsumed_tail
    if not decompressor.eof:
        raise EOFError


def _within(chunks: Iterable[bytes], name: str, limit: int) -> bytes:
    """Join chunks, unless they exceed the limit in megabytes."""
    read = bytearray()
    for chunk in chunks:
        read += chunk
        if len(read) > limit * 1_000_000:
            raise SnapshotError(
                f"{name} holds more than {limit:,} MB of JSON, the limit: "
                "raise it with --snapshot-limit"
            )
    return bytes(read)


def _json(data: bytes, name: str, what: str) -> Any:
    if not data.strip():
        raise SnapshotError(f"{name} is empty")
    try:
        # This also recognizes UTF-16, as PowerShell writes it, and a byte order mark.
        text = data.decode(json.detect_encoding(data))
    except UnicodeDecodeError as error:
        raise SnapshotError(f"{name} is not text in UTF-8") from error
    try:
        return json.loads(text, object_pairs_hook=unambiguous)
    except DocumentError as error:
        raise SnapshotError(f"{name} cannot be trusted: {safe(str(error))}") from error
    except json.JSONDecodeError as error:
        start = text.lstrip()[:1]
        if start in ("{", "[") and (
            error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
        ):
            raise SnapshotError(f"{name} is truncated: the JSON is incomplete") from error
        raise SnapshotError(
            f"{name} is not JSON (line {error.lineno}, column {error.colno}): "
            f"save the {what} with --output json"
        ) from error
    except RecursionError as error:
        raise SnapshotError(f"{name} is nested too deeply to be a saved {what}") from error
    except ValueError as error:  # a number of thousands of digits
        raise SnapshotError(f"{name} is not JSON that can be read") from error
