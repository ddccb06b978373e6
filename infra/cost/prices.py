"""AWS' list prices, from the one file that has them."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "prices.toml"


class PriceUnknown(Exception):
    """The price file lacks what is asked for, or has something that cannot be a price."""


@dataclass(frozen=True)
class Price:
    """`seen` says where the figure was seen. It is empty where nobody has looked."""

    usd: float
    unit: str
    page: str
    seen: str = ""


@dataclass(frozen=True)
class Prices:
    date: date
    region: str
    each: Mapping[str, Price]
    tiers: Sequence[tuple[float, float]]  # (up to so many GB of a month, USD for a GB)
    traffic: Price  # of the first tier

    def usd(self, name: str, amount: float = 1.0) -> float:
        if name not in self.each:
            raise PriceUnknown(f"{FILE.name} has no price {name!r}: add it under [prices].")
        return self.each[name].usd * amount

    def traffic_usd(self, gigabytes: float) -> float:
        """Of a month's traffic to the internet, tier by tier."""
        total = begun = 0.0
        for end, usd in self.tiers:
            total += max(0.0, min(gigabytes, end) - begun) * usd
            begun = end
        return total


@cache
def read_prices(path: Path = FILE) -> Prices:
    """Raises PriceUnknown."""
    written = tomllib.loads(path.read_text(encoding="utf-8"))
    pages = written["pages"]
    each = {name: _price(name, said, pages) for name, said in written["prices"].items()}
    traffic, tiers, begun = written["traffic"], list[tuple[float, float]](), 0.0
    for tier in traffic["tiers"]:
        end = float(tier["up_to_gb"]) or float("inf")
        if end <= begun:
            raise PriceUnknown(f"traffic: {end:g} GB ends no tier that begins at {begun:g} GB.")
        tiers.append((end, float(tier["usd"])))
        begun = end
    first = {**traffic, "usd": tiers[0][1], "unit": "GB"}
    del first["tiers"]
    return Prices(written["date"], written["region"], each, tiers, _price("traffic", first, pages))


def _price(name: str, said: Mapping[str, str | float], pages: Mapping[str, str]) -> Price:
    page, usd = str(said.get("page", "")), said.get("usd")
    if page not in pages:
        raise PriceUnknown(f"{name}: page {page!r} is none of {', '.join(pages)}.")
    if not isinstance(usd, int | float) or usd <= 0:
        raise PriceUnknown(f"{name}: usd is {usd!r}. Write what one unit costs, above 0.")
    return Price(float(usd), str(said["unit"]), pages[page], str(said.get("seen", "")))
