"""The modal screens, and their stylesheet."""
