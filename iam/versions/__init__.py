"""The versions of a managed policy, and how they differ."""
