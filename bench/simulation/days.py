"""Who sends what, when, and to which partner. A seed makes the same day again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log
from random import Random

DAY_SECONDS = 86_400.0
# Of a company's day: batches at night, people by day, the close of business, little else.
BY_HOUR = (3, 6, 8, 4, 2, 2, 3, 5, 8, 9, 8, 7, 6, 7, 8, 8, 10, 12, 8, 5, 4, 3, 3, 2)
# (part of all, median bytes, sigma of the logarithm, most): notes, files of a system, large ones.
SIZES = ((0.70, 2e5, 1.8, 1e8), (0.27, 2e7, 1.5, 5e9), (0.03, 2e9, 1.2, 1e12))
# How many sessions partners allow: many one or two, few ten.
SESSIONS = (1, 1, 2, 2, 2, 4, 4, 5, 10, 10)
LINES = (1.25e6, 12.5e6, 12.5e6, 125e6, 125e6)  # bytes a second: 10 Mbit/s, 100, 1,000
ROUND_TRIPS = (0.005, 0.02, 0.02, 0.05, 0.1)  # seconds


@dataclass(frozen=True)
class Server:
    name: str
    max_sessions: int
    bytes_per_second: float
    round_trip_seconds: float


@dataclass(frozen=True)
class Wish:
    """A transfer that somebody asks for at `at` seconds."""

    at: float
    size_bytes: int
    server: int
    user: int


def servers(count: int, random: Random) -> list[Server]:
    """Those who get most have the best lines."""
    drawn = [
        Server(
            f"partner-{number}",
            random.choice(SESSIONS),
            random.choice(LINES),
            random.choice(ROUND_TRIPS),
        )
        for number in range(count)
    ]
    return sorted(drawn, key=lambda each: (-each.bytes_per_second, -each.max_sessions))


def day(count: int, partners: int, users: int, random: Random) -> list[Wish]:
    """Few partners get most of it: the n-th gets a share of 1/n."""
    hours = random.choices(range(24), BY_HOUR, k=count)
    moments = sorted((hour + random.random()) * DAY_SECONDS / 24 for hour in hours)
    return list(_wishes(moments, partners, users, random))


def at_once(count: int, partners: int, users: int, random: Random) -> list[Wish]:
    return list(_wishes([0.0] * count, partners, users, random))


def _wishes(moments: Sequence[float], partners: int, users: int, random: Random) -> Iterator[Wish]:
    shares = [1 / (number + 1) for number in range(partners)]
    for at in moments:
        [server] = random.choices(range(partners), shares)
        yield Wish(at, size(random), server, random.randrange(users))


def size(random: Random) -> int:
    [(_, median, sigma, most)] = random.choices(SIZES, [each[0] for each in SIZES])
    return max(1, int(min(most, random.lognormvariate(log(median), sigma))))
