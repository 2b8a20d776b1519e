"""The last load of an account, kept on disk for the next start."""
