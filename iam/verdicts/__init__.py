"""Policy evaluation: pure functions from the documents of an account to verdicts."""
