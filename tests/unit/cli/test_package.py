"""The command as users install it: what it needs, how fast it starts, and what it is made of."""

import ast
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

# The names under which the declared dependencies are imported; keyring is the extra.
DECLARED = {"click", "httpx", "pydantic", "pydantic_core", "rich", "websockets", "keyring"}
ROOT = Path(__file__).parents[3]


def modules(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.py"))


def imported(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, file
            names.add(node.module or "")
    return names


def contracts_of_the_command() -> set[str]:
    """Modules of contracts that the command imports, and those that they import."""
    wanted = {name for file in modules("cli") for name in imported(file)}
    found: set[str] = set()
    while fresh := {name for name in wanted if name.split(".")[0] == "contracts"} - found:
        found |= fresh
        wanted = {
            name
            for module in fresh
            for file in [ROOT / f"{module.replace('.', '/')}.py"]
            if file.exists()
            for name in imported(file)
        }
    return found


def test_only_declared_dependencies_are_imported() -> None:
    files = [
        *modules("cli"),
        *(ROOT / f"{name.replace('.', '/')}.py" for name in contracts_of_the_command()),
    ]
    names = {name.split(".")[0] for file in files if file.exists() for name in imported(file)}
    assert names - set(sys.stdlib_module_names) - {"cli", "contracts"} <= DECLARED


def test_the_declared_ones_are_those_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {each.split(">")[0] for each in project["dependencies"]}
    assert declared == {"click", "httpx", "pydantic", "rich", "websockets"}
    assert project["optional-dependencies"]["keyring"][0].startswith("keyring")


SLOW = ("httpx", "pydantic", "rich", "websockets", "keyring", "asyncio", "contracts")


def test_help_starts_without_what_is_slow() -> None:
    script = (
        "import sys; sys.argv = ['fileferry', '--help']\n"
        "from cli.launcher import main\n"
        "try: main()\n"
        f"finally: print(sorted(set({SLOW!r}) & set(sys.modules)), file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, "[]\n")
    assert "fileferry login" in ran.stdout


@pytest.mark.slow
def test_it_works_from_an_environment_of_its_own(tmp_path: Path) -> None:
    place = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    pip = [str(place / "bin/pip"), "install", "--quiet", "--disable-pip-version-check", str(ROOT)]
    installed = subprocess.run(pip, capture_output=True, text=True)
    if installed.returncode and not os.environ.get("CI"):
        offline = ("NewConnectionError", "No matching distribution", "ConnectTimeoutError")
        if any(each in installed.stderr for each in offline):
            pytest.skip(f"pip reaches no index: {installed.stderr.strip().splitlines()[-1]}")
    assert installed.returncode == 0, installed.stderr
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def fileferry(*args: str) -> str:
        ran = subprocess.run(
            [place / "bin/fileferry", *args], capture_output=True, text=True,
            cwd=tmp_path, env=environment,
        )  # fmt: skip
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    assert fileferry("--version").strip() == "0.1.0"
    assert "Commands:" in fileferry("--help")
    for name in ("send", "destinations", "users", "login", "history"):
        assert "Usage: fileferry" in fileferry(name, "--help")
    packages = next(place.glob("lib/python*/site-packages"))
    assert not [name for name in ("cli", "contracts") if (packages / name).exists()]
    assert not (packages / "boto3").exists()
    assert not (packages / "fileferry/contracts/schemas").exists()
