"""The IAM data of one account: its models, and how they are read from and written to JSON."""
