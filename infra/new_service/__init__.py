"""Lays out a new service that listens, from the skeleton beside this file.

`skeleton/` and `skeleton_tests/` are Python that ruff and mypy see like any other. A new service
gets them with its own name; a line that names the skeleton's event stands once for each of its own.
"""
