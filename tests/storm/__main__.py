"""python -m tests.storm --minutes 30 [--seed 7] [--profile NAME]"""

import argparse
from time import monotonic

from tests.storm.judge import FIRST
from tests.storm.profiles import PROFILES
from tests.storm.running import storm


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.storm", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--profile", choices=sorted(PROFILES))
    asked = parser.parse_args()
    begun = monotonic()
    try:
        profiles = [PROFILES[asked.profile]] if asked.profile else list(PROFILES.values())
        tried = storm(60 * asked.minutes, asked.seed, profiles)
    finally:
        first = f" (found after {FIRST['at'] - begun:.0f} s)" if FIRST else ""
        print(f"{monotonic() - begun:.0f} s{first}")
    print(f"{tried} seeds, every promise was kept")


if __name__ == "__main__":
    main()
