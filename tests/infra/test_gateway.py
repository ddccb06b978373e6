"""Which routes of the API need a token, which calls are counted, and what the gateway answers."""

import json
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

from contracts.openapi import gateway_document
from contracts.problem import Problem
from contracts.routes import ROUTES
from infra.stacks import REPOSITORY
from tests.infra.resources import TEMPLATES, Resource, name_of, resources, text_of

DOCUMENT = gateway_document()
SCHEMES = DOCUMENT["components"]["securitySchemes"]
ANSWERS: dict[str, dict[str, Any]] = DOCUMENT["x-amazon-apigateway-gateway-responses"]
PUBLIC = {(route.method.lower(), route.path) for route in ROUTES if route.public}
[API] = resources("AWS::Serverless::Api")


def methods() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, by_name in DOCUMENT["paths"].items():
        for name, method in by_name.items():
            yield name, path, method


def header(answer: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - a text or an intrinsic
    return answer["responseParameters"].get(f"gatewayresponse.header.{name}")


def test_every_route_that_is_not_public_asks_the_authorizer_and_counts_for_a_key() -> None:
    guarded = set()
    for name, path, method in methods():
        if name != "options" and (name, path) not in PUBLIC:
            assert method["security"] == [{"token": [], "key": []}], f"{name} {path}"
            guarded.add((name, path))
    assert len(guarded) == len(ROUTES) - len(PUBLIC)


def test_public_routes_and_the_questions_of_browsers_need_no_token() -> None:
    assert ("post", "/api/login") in PUBLIC
    for name, path, method in methods():
        if name == "options" or (name, path) in PUBLIC:
            assert "security" not in method, f"{name} {path}"


def test_auth_has_the_authorizer_and_its_answer_is_kept_for_thirty_seconds() -> None:
    authorizer = SCHEMES["token"]["x-amazon-apigateway-authorizer"]
    assert authorizer["type"] == "request"
    assert authorizer["identitySource"] == "method.request.header.Authorization"
    assert authorizer["authorizerResultTtlInSeconds"] == 30
    [function] = [
        each
        for each in resources("AWS::Serverless::Function", "auth")
        if each.logical_id == "AuthorizerFunction"
    ]
    name = function.properties["FunctionName"]["Fn::Sub"]
    assert authorizer["authorizerUri"]["Fn::Sub"].endswith(f":function:{name}:live/invocations")


@pytest.mark.parametrize("function", ["ApiFunction", "AuthorizerFunction"])
def test_api_gateway_may_call_the_alias_for_this_api_only(function: str) -> None:
    [permission] = [
        each.properties
        for each in resources("AWS::Lambda::Permission", "auth")
        if each.properties["Principal"] == "apigateway.amazonaws.com"
        and name_of(each.properties["FunctionName"]) == function
        and "${ApiId}" in text_of(each.properties["SourceArn"])
    ]
    assert permission["FunctionName"] == {"Ref": f"{function}.Alias"}
    end = "${ApiId}/authorizers/*" if function == "AuthorizerFunction" else "${ApiId}/v1/*"
    assert text_of(permission["SourceArn"]).endswith(f":{end}")


def test_the_key_is_named_by_the_authorizer_never_by_the_caller() -> None:
    assert DOCUMENT["x-amazon-apigateway-api-key-source"] == "AUTHORIZER"
    assert SCHEMES["key"] == {"type": "apiKey", "name": "x-api-key", "in": "header"}


def test_a_user_may_call_a_hundred_times_a_minute_and_all_together_twenty_times_a_second() -> None:
    defaults = {name: each.get("Default") for name, each in TEMPLATES["api"]["Parameters"].items()}
    [plan] = resources("AWS::ApiGateway::UsagePlan")
    assert plan.properties["Throttle"] == {
        "RateLimit": {"Ref": "KeyRate"},
        "BurstLimit": {"Ref": "KeyBurst"},
    }
    assert round(60 * defaults["KeyRate"]) == 100
    assert defaults["KeyBurst"] == 50
    [setting] = API.properties["MethodSettings"]
    assert (setting["ResourcePath"], setting["HttpMethod"]) == ("/*", "*")
    assert setting["ThrottlingRateLimit"] == {"Ref": "ThrottleRate"}
    assert setting["ThrottlingBurstLimit"] == {"Ref": "ThrottleBurst"}
    assert (defaults["ThrottleRate"], defaults["ThrottleBurst"]) == (20, 50)


def test_every_call_is_written_down_with_its_user() -> None:
    written = API.properties["AccessLogSetting"]["Format"]
    assert {"$context.requestId", "$context.authorizer.principalId"} <= set(
        json.loads(written).values()
    )
    assert API.properties["TracingEnabled"] is True


def test_every_kind_of_answer_that_api_gateway_has_is_ours() -> None:
    model = botocore.session.get_session().get_service_model("apigateway")
    assert set(ANSWERS) == set(model.shape_for("GatewayResponseType").enum)


@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_of_the_gateway_is_a_problem_with_its_own_status(kind: str) -> None:
    answer = ANSWERS[kind]
    problem = Problem.model_validate_json(answer["responseTemplates"]["application/json"])
    assert str(problem.status) == answer["statusCode"]
    assert problem.type == f"urn:fileferry:problem:{problem.code}"
    assert problem.instance == "urn:fileferry:request:$context.requestId"
    assert problem.request_id == "$context.requestId"
    assert header(answer, "Content-Type") == "'application/problem+json'"
    assert header(answer, "X-Content-Type-Options") == "'nosniff'"
    assert header(answer, "Cache-Control") == "'no-store'"
    assert (header(answer, "WWW-Authenticate") == "'Bearer'") == (problem.status == 401)
    assert (header(answer, "Retry-After") is not None) == (problem.status == 429)


@pytest.mark.parametrize("kind", ANSWERS)
def test_no_value_of_a_header_has_quotes_inside(kind: str) -> None:
    """API Gateway refuses to import them."""
    values = ANSWERS[kind]["responseParameters"].values()
    fixed = [value for value in values if isinstance(value, str)]
    assert fixed
    for value in fixed:
        assert value[0] == value[-1] == "'"
        assert "'" not in value[1:-1]


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_page_may_read_the_answer_only_where_an_origin_is_listed(kind: str) -> None:
    condition, _, otherwise = header(ANSWERS[kind], "Access-Control-Allow-Origin")["Fn::If"]
    assert otherwise == {"Ref": "AWS::NoValue"}
    assert TEMPLATES["api"]["Conditions"][condition] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "CorsOrigins"}, ""]}]
    }


def test_an_address_that_is_unknown_is_not_found() -> None:
    for kind in ("MISSING_AUTHENTICATION_TOKEN", "RESOURCE_NOT_FOUND"):
        assert ANSWERS[kind]["statusCode"] == "404"


def test_the_template_imports_this_document() -> None:
    body = API.properties["DefinitionBody"]["Fn::Transform"]
    path = REPOSITORY / "infra" / API.stack / body["Parameters"]["Location"]
    assert json.loads(path.read_text()) == DOCUMENT


def test_whoever_is_not_listed_is_denied_whatever_the_authorizer_says() -> None:
    """If the policy only allowed, only the authorizer would decide on routes that have one."""
    allowed, denied = DOCUMENT["x-amazon-apigateway-policy"]["Statement"]
    assert (allowed["Effect"], denied["Effect"]) == ("Allow", "Deny")
    assert "Condition" not in allowed
    [(operator, keys)] = denied["Condition"].items()
    assert (operator, set(keys)) == ("NotIpAddress", {"aws:SourceIp"})
    assert keys["aws:SourceIp"] == {"Fn::Split": [",", {"Ref": "AllowedCallers"}]}
    assert TEMPLATES["api"]["Parameters"]["AllowedCallers"]["Type"] == "String"
    assert "Auth" not in API.properties  # SAM writes it into bodies that stand in the template only


def test_the_stage_waits_for_the_role_that_writes_its_log() -> None:
    [stored] = resources("AWS::SSM::Parameter", "account")
    log = TEMPLATES["api"]["Resources"]["AccessLog"]["Properties"]
    condition, [tag], _ = log["Tags"]["Fn::If"]
    assert condition == "OnAws"
    assert tag["Value"] == f"{{{{resolve:ssm:{stored.properties['Name']}}}}}"
    assert name_of(API.properties["AccessLogSetting"]["DestinationArn"]) == "AccessLog"


def test_changed_parameters_reach_the_stage() -> None:
    """The document uses them, and SAM deploys again only for what it sees in it."""
    assert API.properties["AlwaysDeploy"] is True


def test_auth_learns_the_plan_and_the_address_from_ssm() -> None:
    stored = {text_of(each.properties["Name"]) for each in ssm_parameters()}
    for name in ("ApiId", "ApiUrl", "UsagePlanId"):
        asked = TEMPLATES["auth"]["Parameters"][name]["Default"]
        assert asked.replace("/local/", "/${Stage}/") in stored


def ssm_parameters() -> list[Resource]:
    return resources("AWS::SSM::Parameter", "api")


def test_the_gateway_keeps_no_answer() -> None:
    """Its cache would give one user what it kept of another, unless each route's key had the token,
    and then it would hardly ever be asked (ADR 67)."""
    assert "CacheClusterEnabled" not in API.properties
    assert not any(each.get("CachingEnabled") for each in API.properties["MethodSettings"])
    for name, path, method in methods():
        integration = method["x-amazon-apigateway-integration"]
        assert "cacheKeyParameters" not in integration, f"{name} {path}"
    for distribution in resources("AWS::CloudFront::Distribution"):
        config = distribution.properties["DistributionConfig"]
        assert [each["Id"] for each in config["Origins"]] == ["bucket"], "no API behind it"
