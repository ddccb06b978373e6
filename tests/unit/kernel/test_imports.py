"""The kernel's files import only parts of the standard library that reach nothing outside."""

import ast
import sys
from pathlib import Path

import pytest

import kernel

FILES = sorted(Path(kernel.__file__).parent.rglob("*.py"))
ALLOWED = sys.stdlib_module_names - {"os", "socket", "subprocess", "time", "random"} | {"kernel"}


def imported(source: str) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {each.name.split(".")[0] for each in node.names}
        if isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_of_the_kernel_imports_the_standard_library_only(path: Path) -> None:
    assert imported(path.read_text()) - ALLOWED == set()


def test_what_is_not_of_it_is_noticed() -> None:
    source = "import pydantic.v1, json\nfrom contracts import caller"
    assert imported(source) - ALLOWED == {"pydantic", "contracts"}
