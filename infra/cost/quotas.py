"""AWS' quotas, from the one file that has them."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).parent / "quotas.toml"


@dataclass(frozen=True)
class Quota:
    most: int
    of: str
    raised: bool  # AWS raises it on request
    seen: str = ""

    def __str__(self) -> str:
        return f"{self.most:,} {self.of}"


@cache
def read_quotas(path: Path = FILE) -> Mapping[str, Quota]:
    written = tomllib.loads(path.read_text(encoding="utf-8"))["quotas"]
    return {name: Quota(**said) for name, said in written.items()}
