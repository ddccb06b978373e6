"""Patterns of names: * and ? within a part between slashes, ** for any number of parts."""

import re
from collections.abc import Sequence
from fnmatch import translate
from functools import lru_cache

MAX_PATTERNS = 20  # of either list; the API takes no more
ANY_PARTS = "**"


def matches(pattern: str, name: str) -> bool:
    """Case counts. A pattern without a slash is compared with the last part of the name, any other
    one with the whole name. `logs/` stands for `logs/**`."""
    parts = name.split("/")
    if "/" not in pattern:
        return _one(pattern).fullmatch(parts[-1]) is not None
    if pattern.endswith("/"):
        pattern += ANY_PARTS
    return _all_match(pattern.lstrip("/").split("/"), parts)


def _all_match(patterns: Sequence[str], parts: Sequence[str]) -> bool:
    """Goes back to the last ** only, which is enough: what an earlier one could take, it can take,
    too. So the time is the product of both lengths at most."""
    at, part, again, taken = 0, 0, -1, 0
    while part < len(parts):
        if at < len(patterns) and patterns[at] == ANY_PARTS:
            again, taken, at = at, part, at + 1
        elif at < len(patterns) and _one(patterns[at]).fullmatch(parts[part]):
            at, part = at + 1, part + 1
        elif again >= 0:
            taken += 1
            at, part = again + 1, taken
        else:
            return False
    return all(each == ANY_PARTS for each in patterns[at:])


@lru_cache(maxsize=2 * MAX_PATTERNS * 8)
def _one(pattern: str) -> re.Pattern[str]:
    """Python translates to atomic groups, so that no name makes it slow."""
    return re.compile(translate(pattern))
