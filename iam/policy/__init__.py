"""The IAM policy language: documents, conditions, patterns and the action catalogue."""
