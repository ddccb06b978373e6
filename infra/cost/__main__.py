"""Writes docs/cost.md and docs/scale.md: `python -m infra.cost [--check]`.

With --check it writes nothing. It names each page that is not what prices, counts and templates
say today, and then exits 1.
"""

import argparse
import sys

from infra.cost.pages import stale, write


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        write()
        return
    if wrong := stale():
        names = ", ".join(str(path) for path in wrong)
        sys.exit(f"{names}: not what prices, counts and templates say. Run `make cost`.")


if __name__ == "__main__":
    main()
