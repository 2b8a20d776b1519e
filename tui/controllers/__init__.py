"""What the main screen does: load an account into the table, and change it."""
