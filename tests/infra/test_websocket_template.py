"""Who may connect, where messages go, and what is written down about it."""

import json

from contracts.websocket.client_messages import CLIENT_MESSAGES
from infra.lint.deployments import AWS_STAGES
from tests.infra.deployments import real_deployments, real_expansions
from tests.infra.resources import TEMPLATES, name_of, resources, text_of

[STAGE] = resources("AWS::ApiGatewayV2::Stage")
[AUTHORIZER] = resources("AWS::ApiGatewayV2::Authorizer")
ROUTES = resources("AWS::ApiGatewayV2::Route", "websocket")


def test_every_message_of_the_contract_has_a_route_and_nothing_else() -> None:
    keys = {route.properties["RouteKey"] for route in ROUTES}
    assert keys == {"$connect", "$disconnect", "$default", *CLIENT_MESSAGES}
    [api] = resources("AWS::ApiGatewayV2::Api")
    assert api.properties["RouteSelectionExpression"] == "$request.body.action"


def test_auths_authorizer_decides_and_neither_ticket_nor_header_has_to_be_there() -> None:
    guarded = [each for each in ROUTES if each.properties.get("AuthorizationType") == "CUSTOM"]
    assert [each.properties["RouteKey"] for each in guarded] == ["$connect"]
    assert name_of(guarded[0].properties["AuthorizerId"]) == AUTHORIZER.logical_id
    assert AUTHORIZER.properties["IdentitySource"] == []


def test_a_changed_or_removed_route_reaches_the_stage_which_begins_with_all_of_them() -> None:
    written = TEMPLATES["websocket"]["Resources"][STAGE.logical_id]
    assert written["Properties"]["AutoDeploy"] is True
    assert "DeploymentId" not in written["Properties"]
    assert set(written["DependsOn"]) == {route.logical_id for route in ROUTES}


def test_the_log_knows_the_user_and_never_a_ticket_or_a_token() -> None:
    logged = json.loads(STAGE.properties["AccessLogSettings"]["Format"])
    assert set(logged.values()) == {
        *("$context.requestId", "$context.requestTimeEpoch", "$context.identity.sourceIp"),
        *("$context.authorizer.principalId", "$context.connectionId", "$context.eventType"),
        *("$context.routeKey", "$context.status", "$context.integrationLatency"),
        "$context.error.responseType",
    }
    settings = STAGE.properties["DefaultRouteSettings"]
    assert settings.keys().isdisjoint({"LoggingLevel", "DataTraceEnabled"})  # logs whole requests


def test_the_stage_waits_for_the_role_that_writes_its_log() -> None:
    [stored] = resources("AWS::SSM::Parameter", "account")
    log = TEMPLATES["websocket"]["Resources"]["AccessLog"]["Properties"]
    condition, [tag], _ = log["Tags"]["Fn::If"]
    assert condition == "OnAws"
    assert tag["Value"] == f"{{{{resolve:ssm:{stored.properties['Name']}}}}}"


def test_no_route_takes_all_that_an_account_may_call() -> None:
    """10,000 calls a second are an account's quota, for all its APIs together."""
    settings = STAGE.properties["DefaultRouteSettings"]
    for name, parameter in (("Rate", "MessageRate"), ("Burst", "MessageBurst")):
        assert settings[f"Throttling{name}Limit"] == {"Ref": parameter}
        assert TEMPLATES["websocket"]["Parameters"][parameter]["Default"] <= 5000
    assert settings["DetailedMetricsEnabled"] is True


def test_services_find_the_api_in_ssm_on_every_stage() -> None:
    of_stage = {
        each.deployment.stage: {
            text_of(parameter["Name"]): text_of(parameter["Value"])
            for _, parameter in each.of_kind("AWS::SSM::Parameter")
        }
        for each in real_expansions()
        if each.deployment.stack == "websocket"
    }
    assert set(of_stage) == set(AWS_STAGES)
    for stage, stored in of_stage.items():
        start = f"/fileferry/{stage}/websocket"
        assert set(stored) == {f"{start}/api/id", f"{start}/url", f"{start}/endpoint"}
        place = "${WebSocketApi}.execute-api.eu-central-1.amazonaws.com/v1"
        assert stored[f"{start}/url"] == f"wss://{place}"
        assert stored[f"{start}/endpoint"] == f"https://{place}"


def test_every_environment_names_the_places_of_its_own_stage() -> None:
    for deployment in real_deployments():
        for name in ("WebSocketApiId", "WebSocketUrl", "WebSocketEndpoint"):
            if name in deployment.template.get("Parameters", {}):
                place = deployment.values[name]
                assert place.startswith(f"/fileferry/{deployment.stage}/websocket/")
