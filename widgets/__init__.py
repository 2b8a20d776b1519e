"""What is drawn: one widget per file; each takes data from `iam` and posts Textual messages."""
