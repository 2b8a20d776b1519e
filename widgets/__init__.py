"""What is drawn: one widget a file, fed with the models of `iam`, answering by Textual messages."""
