"""Crash reports, and how late the event loop is."""
