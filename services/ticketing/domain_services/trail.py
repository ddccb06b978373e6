"""The steps of a transfer in words."""

from contracts import transfer_events as fact
from contracts.transfer_events import TransferFact
from kernel.figures import size_text
from kernel.shown_names import sentence

LONGEST = 500  # of a message of somebody's server


def step_text(event: TransferFact) -> str:
    match event:
        case fact.TransferRequestedV1():
            again = f" again (run {event.run})" if event.run > 1 else ""
            named = event.origin if event.run == 1 else None  # a retry has that of the request
            proposed = f", as proposal {named.proposal_id} of the agent, it says" if named else ""
            return f"The transfer was asked for{again}{proposed}."
        case fact.TransferStartedV1():
            return f"{size(event.size_bytes)} began to be sent, in {event.chunks} chunks."
        case fact.TransferPausedV1():
            return f"The transfer was paused after {size(event.bytes_done)}."
        case fact.TransferResumedV1():
            return f"The transfer goes on from {size(event.bytes_done)}."
        case fact.TransferDelayedV1():
            return f"Something is in the way: {said(event.trouble)} It is tried again by itself."
        case fact.TransferCompletedV1():
            return "The file arrived whole and has its name."
        case fact.TransferFailedV1():
            return f"The transfer failed: {said(event.failure)}"
        case fact.TransferCancelledV1():
            return f"The transfer was cancelled after {size(event.bytes_done)}."
    raise TypeError(f"no words for {type(event).__name__}")


def said(failure: fact.Failure) -> str:
    return f"{sentence(failure.message, LONGEST)} ({failure.code})"


def size(count: int) -> str:
    """As 12.3 MB, with the exact number behind it where that says more."""
    return size_text(count) if count < 1_000 else f"{size_text(count)} ({count:,} bytes)"
