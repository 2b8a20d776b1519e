"""Crash reports, and the delay of the event loop."""
