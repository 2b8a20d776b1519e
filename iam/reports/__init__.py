"""The audit of an account, and the formats it is written in."""
