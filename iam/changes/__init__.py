"""Attach and detach policies: plan, check, apply, record in a journal, undo."""
