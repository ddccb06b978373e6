"""Functions, their settings and their packages."""

import ast
import importlib
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from infra.package import (
    PackageIncomplete,
    archive,
    check_imports,
    copy_sources,
    handler_modules,
    source_archive,
)
from infra.stacks import Stack
from tests.infra.resources import SERVICES, TEMPLATES, environment_of, resources

# Read by the libraries that a function uses, not by its settings.
OF_LIBRARIES = {
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "AWS_ENDPOINT_URL_S3",
}


def settings_of(stack: Stack) -> type[BaseSettings]:
    module = importlib.import_module(f"services.{stack.name}.settings")
    settings: type[BaseSettings] = getattr(module, f"{stack.name.capitalize()}Settings")
    return settings


def modules_with_a_handler(stack: Stack) -> set[str]:
    """By reading: importing them would not show one that is assigned from elsewhere any better."""
    found = set()
    for path in (stack.folder / "handlers").glob("*.py"):
        names: set[str] = set()
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                names.add(node.name)
            elif isinstance(node, ast.Assign):
                names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        if "handler" in names:
            found.add(path.stem)
    return found


@pytest.mark.parametrize("stack", SERVICES, ids=str)
def test_every_variable_is_a_setting(stack: Stack) -> None:
    fields = {name.upper() for name in settings_of(stack).model_fields}
    assert set(environment_of(stack)) - OF_LIBRARIES <= fields


@pytest.mark.parametrize("stack", SERVICES, ids=str)
def test_every_required_setting_is_a_variable(stack: Stack) -> None:
    fields = settings_of(stack).model_fields
    required = {name.upper() for name, field in fields.items() if field.is_required()}
    assert required
    assert required <= set(environment_of(stack))


@pytest.mark.parametrize("stack", SERVICES, ids=str)
def test_every_handler_is_a_function_of_its_name(stack: Stack) -> None:
    functions = resources("AWS::Serverless::Function", stack.name)
    for function in functions:
        module = function.properties["Handler"].split(".")[-2]
        assert function.properties["Handler"] == f"services.{stack.name}.handlers.{module}.handler"
        pascal = "".join(word.capitalize() for word in module.split("_"))
        assert function.logical_id == f"{pascal}Function"
        name = function.properties["FunctionName"]["Fn::Sub"]
        assert name == f"fileferry-${{Stage}}-{stack.name}-{module.replace('_', '-')}"
    named = {module.rsplit(".", 1)[1] for module in handler_modules(stack.name)}
    assert named == modules_with_a_handler(stack)


@pytest.mark.parametrize("stack", SERVICES, ids=str)
def test_every_function_publishes_a_version_with_each_release(stack: Stack) -> None:
    """Without it an invocation that runs would see the code change under it."""
    assert TEMPLATES[stack.name]["Globals"]["Function"]["AutoPublishAlias"] == "live"
    for function in resources("AWS::Serverless::Function", stack.name):
        assert function.properties["AutoPublishCodeSha256"] == {"Ref": "Release"}, str(function)


@pytest.mark.parametrize("stack", SERVICES, ids=str)
def test_every_handler_imports_from_its_package_alone(stack: Stack, tmp_path: Path) -> None:
    copy_sources(stack.name, tmp_path / "package")
    check_imports(stack.name, tmp_path / "package")


@pytest.mark.parametrize("missing", ["pytest", "infra.stacks"])
def test_an_import_that_no_requirement_brings_is_noticed(tmp_path: Path, missing: str) -> None:
    package = tmp_path / "package"
    copy_sources("transfer", package)
    module = package / "services/transfer/handlers/publish_outbox.py"
    module.write_text(f"import {missing}\n" + module.read_text())
    with pytest.raises(PackageIncomplete, match=missing.split(".")[0]):
        check_imports("transfer", package)


def test_equal_sources_make_equal_archives(tmp_path: Path) -> None:
    assert source_archive("transfer") == source_archive("transfer")
    copy_sources("transfer", tmp_path / "package")
    (tmp_path / "package/services/transfer/one_more.py").write_text("")
    assert archive(tmp_path / "package") != source_archive("transfer")


def test_a_package_holds_nothing_of_tests_or_tools(tmp_path: Path) -> None:
    copy_sources("transfer", tmp_path / "package")
    assert {path.name for path in (tmp_path / "package").iterdir()} == {
        "services",
        "contracts",
        "kernel",
        "runtime",
    }
    assert not list((tmp_path / "package").rglob("__pycache__"))
