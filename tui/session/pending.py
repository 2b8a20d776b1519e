"""What is read from AWS after the account, and may have to be waited for."""

from __future__ import annotations

import asyncio
from contextlib import suppress

_LONGEST = 30.0
"""Seconds: several times what 25 calls take on a slow line."""


class Pending:
    """Whether something is about to be read, or being read."""

    def __init__(self) -> None:
        self._over = asyncio.Event()
        self._over.set()

    def expect(self) -> asyncio.Event:
        """Say that it is about to be read.

        Returns:
            An event to set once it has been read, or will not be.
        """
        self._over = asyncio.Event()
        return self._over

    @property
    def waiting(self) -> bool:
        """Whether it has not been read yet."""
        return not self._over.is_set()

    async def wait(self) -> None:
        """Wait until it has been read, as long as that usually takes at most."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_LONGEST):
                await self._over.wait()
