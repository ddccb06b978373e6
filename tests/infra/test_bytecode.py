"""Bytecode in a package is used as it is. Nothing is compiled where the package runs, and nothing
names a folder of the machine that made it.

Here the target is the Python that runs the tests. For another version only the interpreter differs.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from infra.package.archives import archive, content_hash
from infra.package.bytecode import NotCompiled, write_bytecode
from infra.package.interpreters import NoInterpreter, find_interpreter
from infra.package.requirements import link_installed
from infra.package.sources import copy_sources
from infra.package.target import MACHINES, Target
from infra.stacks import Stack
from tests.infra.resources import SERVICES, TEMPLATES

pytestmark = pytest.mark.slow

THIS = Target((sys.version_info[0], sys.version_info[1]), "aarch64")
# Compiling anything of the package ends the program. The libraries are this machine's own.
NOTHING_COMPILED = """
import importlib, importlib.machinery, sys
sys.path[:0] = sys.argv[1:3]
def refuse(self, data, path, **_):
    if path.startswith(sys.argv[1]):
        sys.exit(f"compiled at import: {path}")
    return compile(data, path, "exec")
importlib.machinery.SourceFileLoader.source_to_code = refuse
module = importlib.import_module("runtime.telemetry")
print(module.__file__)
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The same service, built in two folders."""
    folders = tmp_path_factory.mktemp("one"), tmp_path_factory.mktemp("deeper") / "another"
    for folder in folders:
        copy_sources("auth", folder / "build")
        write_bytecode(folder / "build", sys.executable)
    return folders[0] / "build", folders[1] / "build"


def test_two_builds_in_two_folders_are_equal_byte_for_byte(packages: tuple[Path, Path]) -> None:
    one, another = packages
    assert archive(one) == archive(another)
    assert content_hash(one) == content_hash(another)


def test_every_source_stays_and_has_its_bytecode(packages: tuple[Path, Path]) -> None:
    sources = {path.relative_to(packages[0]) for path in packages[0].rglob("*.py")}
    compiled = [path.relative_to(packages[0]) for path in packages[0].rglob("*.pyc")]
    assert {each.parent.parent / f"{each.name.split('.')[0]}.py" for each in compiled} == sources


def test_no_bytecode_names_the_folder_it_was_made_in(packages: tuple[Path, Path]) -> None:
    for path in packages[1].rglob("*.pyc"):
        content = path.read_bytes()
        assert str(packages[1]).encode() not in content, path
        assert b"/var/task/" in content, path


def test_a_package_is_imported_without_compiling_even_when_its_times_differ(
    packages: tuple[Path, Path], tmp_path: Path
) -> None:
    link_installed("auth", tmp_path)
    for path in packages[0].rglob("*.py"):
        path.touch()
    command = [sys.executable, "-I", "-S", "-B", "-c", NOTHING_COMPILED]
    run = subprocess.run(
        [*command, str(packages[0]), str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == str(packages[0] / "runtime/telemetry.py")


def test_the_hash_does_not_depend_on_how_a_patch_release_compiles(
    packages: tuple[Path, Path], tmp_path: Path
) -> None:
    copy_sources("auth", tmp_path / "build")
    bare = content_hash(tmp_path / "build")
    write_bytecode(tmp_path / "build", sys.executable)
    next((tmp_path / "build").rglob("*.pyc")).write_bytes(b"other bytes")
    assert content_hash(tmp_path / "build") == content_hash(packages[0])
    assert bare != content_hash(packages[0]), "with bytecode or without is a difference"


def test_a_source_that_does_not_compile_ends_the_build(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def (:")
    with pytest.raises(NotCompiled, match=r"broken\.py"):
        write_bytecode(tmp_path, sys.executable)


def test_an_interpreter_of_another_version_writes_nothing() -> None:
    assert find_interpreter(THIS, sys.executable) == sys.executable
    older = Target((THIS.version[0], THIS.version[1] - 1), "aarch64")
    with pytest.raises(NoInterpreter, match=f"needs a Python {older.python}.*LAMBDA_PYTHON"):
        find_interpreter(older, sys.executable)
    with pytest.raises(NoInterpreter, match="none is installed"):
        find_interpreter(Target((2, 99), "aarch64"))


@pytest.mark.parametrize("stack", SERVICES, ids=str)
def test_a_package_is_for_the_runtime_that_its_template_names(stack: Stack) -> None:
    shared = TEMPLATES[stack.name]["Globals"]["Function"]
    target = Target.of(stack.name)
    assert f"python{target.python}" == shared["Runtime"]
    assert [target.machine] == [MACHINES[each] for each in shared["Architectures"]]


@pytest.mark.parametrize(("version", "glibc"), [((3, 11), 26), ((3, 12), 34), ((3, 13), 34)])
def test_no_wheel_asks_for_a_newer_glibc_than_the_runtime_has(
    version: tuple[int, int], glibc: int
) -> None:
    options = Target(version, "aarch64").pip_options()
    assert f"--platform=manylinux_2_{glibc}_aarch64" in options
    assert "--platform=manylinux2014_aarch64" in options
    assert f"--platform=manylinux_2_{glibc + 1}_aarch64" not in options
    assert f"--python-version={version[0]}.{version[1]}" in options
