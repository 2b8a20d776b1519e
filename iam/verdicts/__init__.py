"""Evaluate policies: pure functions from an account's documents to verdicts."""
