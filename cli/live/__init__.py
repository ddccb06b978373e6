"""Watching transfers: the stream of changes, what is known from it, and how it is shown."""
