"""What is sent to the terminal, and what the terminal can show."""
