"""Each module of the console imports what is there, and only what is below it."""

import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.unit.web.page_files import APP, VENDOR, imports, modules, name_of

# What the modules of a folder may import beside those of their own. `.` is the rest of app/.
SCREENS = {"lib", "api", "format", "live", "session", "transfers", "ui", "."}
HTML_AS_TEXT = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function"
)
MAY_IMPORT = {
    "format": {"lib"},
    "api": {"lib"},
    "session": {"lib", "api"},
    "live": {"lib", "api", "format"},
    "ui": {"lib", "api", "format", "."},
}


def allowed(module: Path) -> set[str]:
    own = layer(module)
    return {own, *MAY_IMPORT.get(own, SCREENS)}


def layer(module: Path) -> str:
    """The folder of app/ that a module is of; of a screen its own one."""
    parts = module.relative_to(APP).parts
    if parts == ("lib.js",):
        return "lib"
    return {1: "."}.get(len(parts)) or (
        f"screens/{parts[1]}" if parts[0] == "screens" else parts[0]
    )


def test_what_a_module_imports_is_there() -> None:
    missing = {
        name_of(module): [str(file) for file in imports(module) if not file.is_file()]
        for module in modules()
    }
    assert {name: files for name, files in missing.items() if files} == {}


def test_the_libraries_are_imported_in_one_place() -> None:
    takers = {
        name_of(module): {file.name for file in imports(module) if VENDOR in file.parents}
        for module in modules()
    }
    assert {name: files for name, files in takers.items() if files} == {
        "static/app/lib.js": {"preact.js", "hooks.js", "htm.js", "signals.js"},
        "static/app/ui/chart.js": {"uplot.js"},
    }


def test_a_module_imports_only_what_is_below_it() -> None:
    above = [
        f"{name_of(module)} imports {name_of(file)}"
        for module in modules()
        for file in imports(module)
        if APP in file.parents and layer(module) != "." and layer(file) not in allowed(module)
    ]
    assert above == []


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = {
        name_of(module): [
            name_of(f) for f, at_once in imports(module).items() if at_once and APP in f.parents
        ]
        for module in modules()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])))


def test_every_module_is_reached_from_the_first_one() -> None:
    reached: set[Path] = set()
    left = [APP / "main.js"]
    while left:
        module = left.pop()
        if module not in reached:
            reached.add(module)
            left += [file for file in imports(module) if APP in file.parents]
    assert [name_of(module) for module in modules() if module not in reached] == []


def test_no_module_writes_html_as_text() -> None:
    text = "".join(module.read_text("utf-8") for module in modules())
    assert HTML_AS_TEXT.findall(text) == []
