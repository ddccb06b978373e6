"""The API's two documents keep OpenAPI's rules, and the gateway's document names real functions."""

import json
from functools import cache
from typing import Any

import pytest
from openapi_spec_validator import validate

from contracts.openapi import gateway_document, readers_document
from contracts.route import Route
from contracts.routes import ROUTES
from infra.stacks import all_stacks

PSEUDO = {
    "${AWS::Partition}": "aws",
    "${AWS::Region}": "eu-central-1",
    "${AWS::AccountId}": "123456789012",
    "${Stage}": "dev",
}


@cache
def readers() -> dict[str, Any]:
    """Made once for all tests, which only read it."""
    return readers_document()


@cache
def gateway() -> dict[str, Any]:
    return gateway_document()


def test_the_readers_document_is_valid_openapi() -> None:
    validate(readers())


def test_the_gateways_document_is_valid_openapi() -> None:
    validate(_filled_in(gateway()))


def test_operation_ids_and_routes_are_unique() -> None:
    assert len({route.operation_id for route in ROUTES}) == len(ROUTES)
    assert len({(route.method, route.path) for route in ROUTES}) == len(ROUTES)


def test_every_path_has_its_methods_and_options_and_no_others() -> None:
    paths = gateway()["paths"]
    for path, methods in paths.items():
        routes = {route.method.lower() for route in ROUTES if route.path == path}
        assert set(methods) == routes | {"options"}
    assert set(paths) == {route.path for route in ROUTES}


def test_the_gateways_document_holds_no_models() -> None:
    assert "$ref" not in json.dumps(gateway())
    assert set(gateway()["components"]) == {"securitySchemes"}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation_id)
def test_only_public_routes_pass_the_gateway_without_a_token_and_a_counted_key(
    route: Route,
) -> None:
    asked = gateway()["paths"][route.path][route.method.lower()].get("security", [])
    assert asked == ([] if route.public else [{"token": [], "key": []}])
    told = readers()["paths"][route.path][route.method.lower()]
    assert told.get("security") == ([] if route.public else None)


def test_what_is_public_was_meant_to_be() -> None:
    assert {route.path for route in ROUTES if route.public} == {
        "/api/agent/teams/messages",
        "/api/auth/handovers/redeem",
        "/api/docs",
        "/api/health",
        "/api/login",
        "/api/login/sso",
        "/api/login/sso/callback",
        "/api/openapi.json",
        "/api/refresh",
    }


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation_id)
def test_a_route_tells_what_its_kind_can_answer(route: Route) -> None:
    answers = readers()["paths"][route.path][route.method.lower()]["responses"]
    assert {"429", "500", str(route.status)} <= set(answers)
    assert ("401" in answers) or route.public
    assert ("412" in answers) is route.if_match
    assert "Retry-After" in answers["429"]["headers"]


def test_every_method_calls_the_alias_of_a_function_that_a_template_makes() -> None:
    functions = {
        f"{resource['Properties']['FunctionName']['Fn::Sub']}:{alias}"
        for template in (stack.completed() for stack in all_stacks() if stack.is_service)
        for alias in [template["Globals"]["Function"]["AutoPublishAlias"]]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
    }
    for methods in gateway()["paths"].values():
        for method in methods.values():
            uri = method["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
            assert uri.split(":function:")[1].removesuffix("/invocations") in functions


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation_id)
def test_path_parameters_are_declared(route: Route) -> None:
    declared = gateway()["paths"][route.path][route.method.lower()]["parameters"]
    assert all(f"{{{each['name']}}}" in route.path for each in declared)
    assert len(declared) == route.path.count("{")


def test_a_secret_is_write_only_in_the_readers() -> None:
    schemas = readers()["components"]["schemas"]
    password = schemas["DestinationRequest"]["properties"]["password"]
    assert password["anyOf"][0]["writeOnly"] is True
    assert not {"password", "private_key", "passphrase"} & set(
        schemas["DestinationView"]["properties"]
    )


def _filled_in(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """As CloudFormation fills it in for a stage with one console."""
    if isinstance(value, list):
        return [_filled_in(each) for each in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"Fn::If"}:
        condition, then, _ = value["Fn::If"]
        assert condition == "HasOrigins"
        return _filled_in(then)
    if set(value) == {"Fn::Split"}:
        assert value["Fn::Split"] == [",", {"Ref": "AllowedCallers"}]
        return ["192.0.2.0/24", "2001:db8::/32"]
    if set(value) == {"Fn::Sub"}:
        text = value["Fn::Sub"]
        if isinstance(text, list):
            text = text[0].replace("${Origin}", "https://console.example")
        for name, stands_for in PSEUDO.items():
            text = text.replace(name, stands_for)
        assert "${" not in text
        return text
    return {key: _filled_in(each) for key, each in value.items()}
