"""Parameters, conditions and settings that every service has."""

from typing import Any

from infra.complete.description import Service
from infra.complete.intrinsics import NO_VALUE, Value, attribute, choose, is_not, ref, sub
from infra.complete.names import snake

SECONDS, MEGABYTES = 60, 512
# Ten minutes, of which the new version gets ever more: a stage with little traffic shows it more
# calls than a tenth for as long, and one with much traffic breaks as little in the first minute.
SHIFT = "Linear10PercentEvery1Minute"
SWITCH = {"Type": "String", "Default": "false", "AllowedValues": ["true", "false"]}
# Others must not take all concurrency, and a flood of messages must not take that of logins.
RESERVING = {"api": "Api", "authorizer": "Authorizer", "socket": "Socket"}
# Somebody waits for these, also for the cold start of a new environment.
KEPT_READY = {"api": "Api", "authorizer": "Authorizer"}
# The parameter with an API's id: where SSM has it, and the triggers that ask for it.
API_IDS = {
    "ApiId": ("api/rest/id", ("api", "authorizer")),
    "WebSocketApiId": ("websocket/api/id", ("socket", "authorizer")),
}


def parameters(service: Service) -> Value:
    """The defaults are the local values. infra/environments has the values for AWS."""
    made: Value = {
        "Stage": {"Type": "String", "Default": "local", "AllowedPattern": "[a-z]{2,10}"},
        "Release": {
            "Type": "String",
            "Default": "none",
            "Description": "Hash of code and parameters; a new one publishes new versions",
        },
        "Canary": SWITCH,
        "OwnKey": {**SWITCH, "Description": "Whether infra/keys has a key of the stage's own"},
        "LogRetentionDays": {"Type": "Number", "Default": 7},
        "LogLevel": {"Type": "String", "Default": "INFO"},
    }
    for name, (place, kinds) in API_IDS.items():
        if service.has(*kinds):
            made[name] = {
                "Type": "AWS::SSM::Parameter::Value<String>",
                "Default": f"/fileferry/local/{place}",
            }
    for kind in filter(service.has, RESERVING):
        made[f"{RESERVING[kind]}Concurrency"] = {
            "Type": "Number",
            "Default": 0,
            "MinValue": 0,
            "Description": "Invocations kept for it, and its most; 0: what the account has left",
        }
    for kind in filter(service.has, KEPT_READY):
        made[f"{KEPT_READY[kind]}Provisioned"] = {
            "Type": "Number",
            "Default": 0,
            "MinValue": 0,
            "Description": "Environments kept ready for it; not more than are reserved",
        }
    if any(function.vpc for function in service.functions):
        made["InVpc"] = {**SWITCH, "Description": "Whether partners are reached from infra/network"}
    return made


def conditions(service: Service) -> Value:
    made = {
        "Canaries": {"Fn::Equals": [ref("Canary"), "true"]},
        "UsesKey": {"Fn::Equals": [ref("OwnKey"), "true"]},
    }
    for kind in filter(service.has, RESERVING):
        made[f"{RESERVING[kind]}Reserves"] = is_not(f"{RESERVING[kind]}Concurrency", "0")
    for kind in filter(service.has, KEPT_READY):
        made[f"{KEPT_READY[kind]}IsKeptReady"] = is_not(f"{KEPT_READY[kind]}Provisioned", "0")
    if any(function.vpc for function in service.functions):
        made["UsesVpc"] = {"Fn::Equals": [ref("InVpc"), "true"]}
    return made


def global_settings(service: Service) -> Value:
    return {
        "CodeUri": f"../../build/{service.name}",
        "Description": f"FileFerry {service.name}, release",  # SAM adds which
        "Runtime": "python3.13",
        "Architectures": ["arm64"],
        "MemorySize": MEGABYTES,
        "Timeout": SECONDS,
        "Tracing": "Active",
        "AutoPublishAlias": "live",
        # All functions share one alarm, because a canary of one function may break another.
        "DeploymentPreference": {
            "Enabled": ref("Canary"),
            "Type": SHIFT,
            "Alarms": [ref("CanaryAlarm")],
            "Hooks": {"PreTraffic": ref("SmokeTestFunction")},
            "Role": attribute("DeploymentRole"),
        },
        "LoggingConfig": {"LogGroup": ref("LogGroup")},
        "Environment": {"Variables": _variables(service)},
    }


def _variables(service: Service) -> Value:
    made: dict[str, Any] = {"STAGE": ref("Stage")}
    if service.publishes:
        made["EVENT_BUS_NAME"] = sub("fileferry-${Stage}")
    if service.table:
        made[snake(service.table.id).upper()] = ref(service.table.id)
    made |= {snake(each).upper(): ref(each) for each in service.settings}
    made |= service.environment
    return made | {
        "LOG_LEVEL": ref("LogLevel"),
        "POWERTOOLS_SERVICE_NAME": service.name,
        # so that two stages of one account do not count in each other's alarms
        "POWERTOOLS_METRICS_NAMESPACE": sub("FileFerry/${Stage}"),
    }


def reserved(kind: str) -> Value:
    """The reserved concurrency of a function with that kind of trigger."""
    if kind not in RESERVING:
        return NO_VALUE
    return choose(f"{RESERVING[kind]}Reserves", ref(f"{RESERVING[kind]}Concurrency"))


def provisioned(kind: str) -> Value:
    """The provisioned concurrency of the alias of a function with that kind of trigger."""
    if kind not in KEPT_READY:
        return NO_VALUE
    config = {"ProvisionedConcurrentExecutions": ref(f"{KEPT_READY[kind]}Provisioned")}
    return choose(f"{KEPT_READY[kind]}IsKeptReady", config)
