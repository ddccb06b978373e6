"""A stage on an emulator, with what breaks off or refuses in its deployments."""

import json
from functools import cache
from itertools import count
from typing import Any

from botocore.exceptions import ClientError

from infra.local.deployment import _execute
from infra.releases import deploying
from infra.releases.history import History, read_now
from infra.releases.pointers import pointers_of
from infra.releases.rollback import rollback
from infra.stacks import find_stack
from tests.servers.emulator import Emulator
from tests.servers.waiting import wait_for

AUTH, STAGE = find_stack("auth"), "dev"
NAME = AUTH.deployed_name(STAGE)
FUNCTIONS = ("Api", "Sweep")
ROLE = "arn:aws:iam::000000000000:role/any"


def template(release: int) -> dict[str, Any]:
    resources: dict[str, Any] = {
        name: {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "FunctionName": f"{NAME}-{name.lower()}",
                "InlineCode": f"def handler(event, context): return {release}",
                "Handler": "index.handler",
                "Runtime": "python3.13",
                "Role": ROLE,
                "AutoPublishAlias": "live",
            },
        }
        for name in FUNCTIONS
    }
    answer = {"Type": "Pass", "Result": release, "End": True}
    waiting = {"Type": "Wait", "Seconds": 1, "Next": "Answer"}
    resources["Flow"] = {
        "Type": "AWS::Serverless::StateMachine",
        "Properties": {
            "Name": f"{NAME}-flow",
            "Definition": {"StartAt": "Wait", "States": {"Wait": waiting, "Answer": answer}},
            "Role": ROLE,
            "AutoPublishAlias": "live",
            "DeploymentPreference": {"Type": "ALL_AT_ONCE"},
        },
    }
    return {"Transform": "AWS::Serverless-2016-10-31", "Resources": resources}


class Site:
    """A stage on which releases are deployed. Each is the number that functions answer."""

    def __init__(self, running: Emulator) -> None:
        self.clients = cache(running.client)
        self.history = History(AUTH, STAGE, self.clients("ssm"))
        self.said: list[str] = []
        self._deployed: dict[int, dict[str, str]] = {}

    def deploy(self, release: int) -> None:
        deploying.begin(AUTH, STAGE, self.clients)
        self.update(release)
        deploying.end(AUTH, STAGE, self.clients)

    def update(self, release: int) -> None:
        _execute(NAME, template(release), {}, self.clients)
        self._deployed[release] = read_now(pointers_of(NAME, self.clients))

    @property
    def live(self) -> int | None:
        """None when the pointers are at several releases."""
        now = read_now(pointers_of(NAME, self.clients))
        return next((each for each, then in self._deployed.items() if then == now), None)

    def rollback(self, **options: Any) -> None:  # noqa: ANN401
        rollback(AUTH, STAGE, options.pop("clients", self.clients), say=self.said.append, **options)

    def answers(self) -> list[int]:
        """Of the functions, and of an execution of the workflow."""
        answers = [
            self.clients("lambda").invoke(FunctionName=f"{NAME}-{name.lower()}", Qualifier="live")
            for name in FUNCTIONS
        ]
        found = [int(json.loads(each["Payload"].read())) for each in answers]
        return [*found, self.ended(self.start())]

    def start(self) -> str:
        machines = self.clients("stepfunctions")
        [machine] = machines.list_state_machines()["stateMachines"]
        begun = machines.start_execution(stateMachineArn=f"{machine['stateMachineArn']}:live")
        return str(begun["executionArn"])

    def ended(self, execution: str) -> int:
        def output() -> str | None:
            told = self.clients("stepfunctions").describe_execution(executionArn=execution)
            return None if told["status"] == "RUNNING" else str(told["output"])

        return int(wait_for(output, "the end of an execution"))

    def remove(self) -> None:
        self.clients("cloudformation").delete_stack(StackName=NAME)
        for release in self.history.all():
            self.history.forget(release)
        self.history.end()


class Broken:
    """Clients of which one call fails, as when the command is killed there."""

    def __init__(self, site: Site, service: str, call: str, calls_before: int) -> None:
        self.site, self.service, self.call = site, service, call
        self.left = count(calls_before, -1)

    def __call__(self, service: str) -> Any:  # noqa: ANN401
        client = self.site.clients(service)
        return _Breaking(client, self) if service == self.service else client


class _Breaking:
    def __init__(self, client: Any, broken: Broken) -> None:  # noqa: ANN401
        self._client, self._broken = client, broken

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        if name == self._broken.call and next(self._broken.left) <= 0:
            raise KeyboardInterrupt
        return getattr(self._client, name)


class Failed:
    """CloudFormation says that the last update was rolled back, or whatever `status` says."""

    def __init__(self, site: Site, status: str = "UPDATE_ROLLBACK_COMPLETE") -> None:
        self._site, self._status = site, status

    def __call__(self, service: str) -> Any:  # noqa: ANN401
        client = self._site.clients(service)
        return _RolledBack(client, self._status) if service == "cloudformation" else client


class _RolledBack:
    def __init__(self, client: Any, status: str) -> None:  # noqa: ANN401
        self._client, self._status = client, status

    def describe_stacks(self, **wish: str) -> Any:  # noqa: ANN401
        found = self._client.describe_stacks(**wish)
        found["Stacks"][0]["StackStatus"] = self._status
        return found

    def update_stack(self, **wish: Any) -> Any:  # noqa: ANN401
        if self._status == "UPDATE_ROLLBACK_FAILED":
            refused = {"Code": "ValidationError", "Message": "can not be updated"}
            raise ClientError({"Error": refused}, "UpdateStack")
        return self._client.update_stack(**wish)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401
        return getattr(self._client, name)
