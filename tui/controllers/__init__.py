"""Load the account into the main screen, and change it."""
