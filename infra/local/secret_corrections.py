"""Corrections of MiniStack's Secrets Manager. RotateSecret calls the rotation function."""

import contextvars
import inspect
import threading
import time
from collections.abc import Mapping
from typing import Any

import ministack.services.lambda_svc as functions
import ministack.services.secretsmanager as secrets
from ministack.core.responses import error_response_json, json_response, new_uuid

from infra.local.anchors import expect

STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")


def rotate_by_function() -> None:
    """RotateSecret answers at once, with a version that is labelled AWSPENDING and has no value.
    Then the function is called for each step. Stock MiniStack only copies the value into a new
    current version.
    """
    expect("RotateSecret stub" in inspect.getsource(secrets._rotate_secret), "RotateSecret changed")
    expect(callable(secrets._find_stage_version), "versions of secrets moved")
    expect(callable(functions._execute_function_with_config_scope), "calls of functions moved")
    get_value = secrets._get_secret_value

    def get_one_with_a_value(wish: Mapping[str, Any]) -> Any:  # noqa: ANN401
        _, secret = secrets._resolve(wish.get("SecretId"))
        version = ((secret or {}).get("Versions") or {}).get(wish.get("VersionId"))
        if version and version["SecretString"] is None and version["SecretBinary"] is None:
            return refusal("ResourceNotFoundException", "This version has no value yet.")
        return get_value(wish)

    secrets._get_secret_value = get_one_with_a_value
    secrets._rotate_secret = rotate


def refusal(kind: str, message: str) -> Any:  # noqa: ANN401
    return error_response_json(kind, message, 400)


def rotate(wish: Mapping[str, Any]) -> Any:  # noqa: ANN401
    _, secret = secrets._resolve(wish.get("SecretId"))
    if not secret:
        return refusal("ResourceNotFoundException", "There is no such secret.")
    arn = wish.get("RotationLambdaARN") or secret.get("RotationLambdaARN")
    func, config, _ = functions._get_func_record_for_ref(arn) if arn else (None, None, "")
    if not func or not config:
        return refusal("InvalidRequestException", f"There is no rotation function {arn!r}.")
    token = str(wish.get("ClientRequestToken") or new_uuid())
    pending, _ = secrets._find_stage_version(secret, "AWSPENDING")
    current, _ = secrets._find_stage_version(secret, "AWSCURRENT")
    again = pending not in (None, current, token)
    if again:  # the last rotation did not finish
        token = pending
    else:
        secrets._remove_stage_everywhere(secret, "AWSPENDING")
        secret["Versions"][token] = {
            "SecretString": None,
            "SecretBinary": None,
            "CreatedDate": int(time.time()),
            "Stages": ["AWSPENDING"],
        }
    rules = wish.get("RotationRules") or secret.get("RotationRules")
    secret.update(RotationLambdaARN=arn, RotationRules=rules, RotationEnabled=True)
    record = functions._execution_record_for_config(func, config)
    event = {"SecretId": secret["ARN"], "ClientRequestToken": token}
    context = contextvars.copy_context()  # the account and the region of this request
    threading.Thread(target=context.run, args=(take_steps, record, event), daemon=True).start()
    if again:
        return refusal(
            "InvalidRequestException",
            "A previous rotation isn't complete. That rotation will be reattempted.",
        )
    return json_response({"ARN": secret["ARN"], "Name": secret["Name"], "VersionId": token})


def take_steps(record: Any, event: Mapping[str, str]) -> None:  # noqa: ANN401
    """Stops at the first step that fails. AWSPENDING stays where it is."""
    for step in STEPS:
        result = functions._execute_function_with_config_scope(record, {**event, "Step": step})
        if result.get("error"):
            told = (result.get("body") or {}).get("errorMessage", result.get("body"))
            secrets.logger.error("rotation of %s failed at %s: %s", event["SecretId"], step, told)
            return
    secrets.logger.info("rotation of %s finished", event["SecretId"])
