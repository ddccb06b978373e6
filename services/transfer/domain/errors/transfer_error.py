"""The root of the tree."""

from kernel.errors import DeclaredError


class TransferError(DeclaredError):
    """The message says what went wrong, with which values, and what to do about it."""
