"""The files of the console, and what each of its modules imports."""

import re
from functools import cache
from pathlib import Path

WEB = Path("web").resolve()
STATIC = WEB / "static"
APP, STYLE, VENDOR = STATIC / "app", STATIC / "style", STATIC / "vendor"
_IMPORT = re.compile(r"""\b(?:from|import)\s*(?P<call>\(?)\s*["'](?P<name>[\w@./-]+)["']""")
_COMMENT = re.compile(r"^\s*(//|\*|/\*).*$", re.MULTILINE)


def modules() -> list[Path]:
    return sorted(APP.rglob("*.js"))


@cache
def imports(module: Path) -> dict[Path, bool]:
    """File -> whether it is loaded together with the module, and not later by import(). A bare
    specifier becomes a path that does not exist."""
    found: dict[Path, bool] = {}
    for each in _IMPORT.finditer(_COMMENT.sub("", module.read_text("utf-8"))):
        file = (module.parent / each["name"]).resolve()
        found[file] = found.get(file, False) or not each["call"]
    return found


def loaded_with(*first: Path) -> set[Path]:
    """The modules that a browser loads for these, without what it loads later."""
    found: set[Path] = set()
    left = list(first)
    while left:
        module = left.pop()
        if module not in found:
            found.add(module)
            left += [file for file, at_once in imports(module).items() if at_once]
    return found


def name_of(file: Path) -> str:
    return str(file.relative_to(WEB))
