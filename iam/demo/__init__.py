"""The embedded account of `--demo`, served by a process of its own."""
