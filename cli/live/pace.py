"""How often a watcher asks, how long it waits, and when it believes that nobody is there."""

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Pace:
    """All in seconds."""

    tick: float = 0.25  # how often displays are asked whether they have something to do
    heartbeat_moving: float = 5.0  # silence before a ping, as the API's contract has it
    heartbeat_quiet: float = 30.0
    answer_within: float = 5.0  # a ping or a subscription that gets none: nobody is there
    open_within: float = 8.0
    lasting: float = 30.0  # a connection that lived so long was a good one
    ask_again_within: float = 5.0  # a question about what was missed may be lost itself
    ask_gap: float = 1.0  # what is missed meanwhile is asked for together
    poll_gap: float = 2.0
    call_gap: float = 1.0  # between any two calls while polling: an account has 100 a minute
    stream_again: float = 180.0  # how long to poll before the stream is tried again
    give_up_after: float = 300.0  # of hearing nothing in any way
    list_again: float = 10.0  # how often new transfers are looked for while polling

    first_retry: float = 0.2  # before a connection is tried again; it doubles up to the next one
    quick_retry: float = 1.5  # so that figures are right 2 s after a short outage
    quick_retries: int = 50  # about a minute of them: then it is no short outage
    last_retry: float = 10.0

    def heartbeat(self, moving: bool) -> float:
        return self.heartbeat_moving if moving else self.heartbeat_quiet

    def backoff(self, failures: int, rng: random.Random) -> float:
        """How long to wait before the next connection. The first one comes soon.

        Jitter spreads the clients of a service that comes back. The bounds keep them fresh.
        """
        if failures > self.quick_retries:
            return self.last_retry * rng.uniform(0.5, 1.0)
        doubled: float = self.first_retry * 2.0 ** min(failures, 10)
        return min(self.quick_retry, doubled) * rng.uniform(0.5, 1.0)
