"""The language of IAM policies: documents, conditions, patterns and the known actions."""
