"""The widgets: one per file; each takes data from `iam` and posts Textual messages."""
