"""`make user` asks for the password or makes a random one, and shows refusals."""

import io
import json
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from contracts.auth_api import MIN_PASSWORD
from infra.calling import CallRefused
from infra.user import NewUser, asked_password, create_user, new_password

ANN = NewUser("ann", "a password of hers", ["admin"])


class Functions:
    """Answers as boto3's client of AWS Lambda does."""

    def __init__(self, answer: dict[str, Any] | ClientError) -> None:
        self.answer = answer
        self.called: dict[str, Any] = {}

    def invoke(self, **called: Any) -> dict[str, Any]:  # noqa: ANN401
        self.called = called
        if isinstance(self.answer, ClientError):
            raise self.answer
        return self.answer


def told(document: object, **more: str) -> dict[str, Any]:
    return {"Payload": io.BytesIO(json.dumps(document).encode()), **more}


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "Invoke")


def test_the_function_of_the_stage_gets_the_user() -> None:
    functions = Functions(told({"user": "ann"}))
    create_user(functions, "dev", ANN)
    assert functions.called["FunctionName"] == "fileferry-dev-auth-create-admin"
    assert functions.called["Qualifier"] == "live"
    assert json.loads(functions.called["Payload"]) == {
        "user": "ann",
        "password": "a password of hers",
        "roles": ["admin"],
    }
    create_user(functions, "dev", replace(ANN, email="ann@acme.example"))
    assert json.loads(functions.called["Payload"])["email"] == "ann@acme.example"


def test_what_the_function_refuses_is_told_without_the_password() -> None:
    failure = {"errorType": "UserExists", "errorMessage": "The name 'ann' is a user's."}
    with pytest.raises(CallRefused, match="is a user's") as raised:
        create_user(Functions(told(failure, FunctionError="Unhandled")), "dev", ANN)
    assert raised.value.kind == "UserExists"
    assert ANN.password not in str(raised.value)


def test_a_stage_without_auth_says_what_to_deploy() -> None:
    with pytest.raises(CallRefused, match="make deploy-auth STAGE=dev"):
        create_user(Functions(refused("ResourceNotFoundException")), "dev", ANN)


def test_other_errors_of_aws_are_not_hidden() -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        create_user(Functions(refused("AccessDeniedException")), "dev", ANN)


def test_a_password_is_asked_until_it_is_long_enough_and_typed_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    typed = ["short", "long enough to do", "mistyped", "long enough to do", "long enough to do"]
    left = iter(typed)
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(left))
    assert asked_password("ann") == typed[-1]
    assert next(left, None) is None


def test_a_generated_password_is_long_and_new_each_time() -> None:
    assert len({new_password() for _ in range(10)}) == 10
    assert len(new_password()) >= 2 * MIN_PASSWORD
