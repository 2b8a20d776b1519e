"""Crash reports, and delays of the event loop."""
