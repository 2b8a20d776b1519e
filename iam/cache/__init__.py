"""The last account read, kept on disk for the next start."""
