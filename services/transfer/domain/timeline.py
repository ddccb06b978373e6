"""The timeline of a transfer: its facts in the order in which they happened.

The id of an event begins with the sequence of its fact. So ids order the facts, whatever the clocks
of the machines say, and the newest ones are found without reading the others.
"""

import re

SEQUENCED = "s"  # a random id, as events had before, has hexadecimal digits only
DIGITS = 10
FACT_ID = re.compile(rf"{SEQUENCED}[0-9]{{{DIGITS}}}-[A-Za-z0-9._:-]{{1,80}}")


def fact_id(sequence: int, unique: str) -> str:
    return f"{SEQUENCED}{sequence:0{DIGITS}d}-{unique}"


def is_first(event_id: str) -> bool:
    """Whether it is the id of a transfer's first fact, which is its request."""
    return event_id.startswith(fact_id(0, ""))
