"""Everything that can go wrong in agent: a class per reason, with its code."""

from kernel.errors import DeclaredError


class AgentError(DeclaredError):
    """Root of the tree. `retryable` decides whether an event's message may work later."""


class KnownTransferBusy(AgentError):
    code, retryable = "known_transfer_busy", True
    message = "Too many write what is known of transfer {transfer_id!r} at once. Try again."
    transfer_id: str
