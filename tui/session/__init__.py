"""One session on one account: reading, evaluating and changing it, without a screen."""
