"""What `pip install` makes the package `fileferry` of: its only package, which holds all others.

Packages called `cli` and `contracts` at the top of site-packages would get into the way of others
of that name (PyContracts is one). So they stand inside of `fileferry`, and this makes them found.
"""

import sys
from pathlib import Path


def main() -> None:
    sys.path.insert(0, str(Path(__file__).parent))
    from cli.app import app

    app(prog_name="fileferry")
