"""The app: command line, screens, key bindings and the stylesheet."""
