"""Plays a transfer of one terabyte into the console, for people to look at. No byte moves.

    python -m bench.console_show [--minutes 10]

Prints an address on the loopback interface, and ends with Ctrl-C. Any user and password sign in.
The terabyte begins when its page is first open, and takes so many minutes.
"""

import argparse
import threading
from contextlib import suppress

from bench.console_page import console
from bench.console_story import TRANSFER_ID, Story
from bench.console_stub import listening

CHUNKS = 10_486
PER_MINUTE = 120  # changes that a service tells of a transfer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="that the terabyte takes")
    options = parser.parse_args()
    with listening() as (stub, api_url), console(api_url, stub.websocket_url) as address:
        stub.story = Story(CHUNKS, changes=max(1, int(options.minutes * PER_MINUTE)))
        print(f"{address}/transfers/{TRANSFER_ID}   any user, any password; Ctrl-C ends it")
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
