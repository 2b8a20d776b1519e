"""Attach and detach policies: planned, checked, applied, recorded in a journal, undone."""
