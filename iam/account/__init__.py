"""The IAM data of one account: models, and reading and writing them as JSON."""
