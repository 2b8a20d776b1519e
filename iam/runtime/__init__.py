"""Threads, child processes, garbage collection, folders and private files."""
