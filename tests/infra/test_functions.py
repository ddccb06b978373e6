"""Functions and their settings."""

import ast
import importlib

import pytest
from pydantic_settings import BaseSettings

from infra.package.sources import handler_modules
from infra.stacks import Stack
from tests.infra.resources import SERVICES, TEMPLATES, environment_of, resources

# Read by the libraries that a function uses, not by its settings.
OF_LIBRARIES = {
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "AWS_ENDPOINT_URL_S3",
    "AWS_ENDPOINT_URL_BEDROCK_RUNTIME",
    "SMOKE_TARGETS",  # by runtime.smoke_hook, which imports nothing of ours
}


HOOK = "runtime.smoke_hook.handler"  # every service has it, and none has its code


def settings_of(stack: Stack) -> type[BaseSettings]:
    module = importlib.import_module(f"services.{stack.name}.settings")
    settings: type[BaseSettings] = getattr(module, f"{stack.name.capitalize()}Settings")
    return settings


def modules_with_a_handler(stack: Stack) -> set[str]:
    """Reads the modules. Importing them would not show better whether a handler is assigned from
    elsewhere."""
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
    functions = [
        each
        for each in resources("AWS::Serverless::Function", stack.name)
        if each.properties["Handler"] != HOOK
    ]
    for function in functions:
        module = function.properties["Handler"].split(".")[-2]
        assert function.properties["Handler"] == f"services.{stack.name}.handlers.{module}.handler"
        pascal = "".join(word.capitalize() for word in module.split("_"))
        assert function.logical_id == f"{pascal}Function"
        name = function.properties["FunctionName"]["Fn::Sub"]
        assert name == f"fileferry-${{Stage}}-{stack.name}-{module.replace('_', '-')}"
    named = set(handler_modules(stack.name)) - {HOOK.removesuffix(".handler")}
    assert {each.rsplit(".", 1)[1] for each in named} == modules_with_a_handler(stack)


@pytest.mark.parametrize("stack", SERVICES, ids=str)
def test_every_function_publishes_a_version_with_each_release(stack: Stack) -> None:
    """Without it an invocation that runs would see the code change under it."""
    assert TEMPLATES[stack.name]["Globals"]["Function"]["AutoPublishAlias"] == "live"
    for function in resources("AWS::Serverless::Function", stack.name):
        assert function.properties["AutoPublishCodeSha256"] == {"Ref": "Release"}, str(function)


SECONDS_AROUND_A_SESSION = 9  # a cold start, the look-ups before, and the end of a connection


def test_a_partner_that_takes_its_time_is_told_before_the_function_ends() -> None:
    """A function that is killed tells no reason."""
    bounded = [
        (function, float(variables["PARTNER_SESSION_SECONDS"]))
        for function in resources("AWS::Serverless::Function", "transfer")
        if "PARTNER_SESSION_SECONDS"
        in (variables := function.properties.get("Environment", {}).get("Variables", {}))
    ]
    assert {function.logical_id for function, _ in bounded} == {
        "ApiFunction",
        "WorkflowStepFunction",
    }
    for function, seconds in bounded:
        assert seconds + SECONDS_AROUND_A_SESSION <= function.properties["Timeout"]
