"""A rollback on an emulator: one act, that can be broken off, and that CloudFormation learns of."""

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.deployment import ARTIFACTS, _execute
from infra.prune import prune
from infra.releases import deploying
from infra.releases.cloudformation import NotTold
from infra.releases.deploying import RollbackUnfinished, StillChanging
from infra.releases.history import History, read_now
from infra.releases.pointers import pointers_of
from infra.releases.rollback import RollbackRefused, rollback
from infra.stacks import find_stack
from tests.servers.emulator import REGION, Emulator, emulator
from tests.servers.waiting import wait_for

pytestmark = pytest.mark.slow  # an emulator, and functions in it

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


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator(tmp_path_factory.mktemp("emulator")) as found:
        location = {"LocationConstraint": REGION}
        found.client("s3").create_bucket(Bucket=ARTIFACTS, CreateBucketConfiguration=location)
        yield found


@pytest.fixture
def site(running: Emulator) -> Iterator[Site]:
    made = Site(running)
    yield made
    made.remove()


def test_all_goes_back_at_once_and_the_next_deployment_begins_there(site: Site) -> None:
    for release in (1, 2, 3):
        site.deploy(release)
    assert site.answers() == [3, 3, 3]
    site.rollback()
    assert site.answers() == [2, 2, 2]
    assert any("-> " in line for line in site.said)
    assert "auth on dev is back at release 2" in " ".join(site.said)
    site.deploy(3)
    assert site.answers() == [3, 3, 3], "the same code deployed again is live again"
    site.rollback()
    site.deploy(4)
    site.rollback()
    assert site.live == 2, "nobody goes back to what was left"


def test_a_second_rollback_goes_on_and_not_forth_again(site: Site) -> None:
    for release in (1, 2, 3):
        site.deploy(release)
    site.rollback()
    site.rollback()
    assert site.live == 1
    with pytest.raises(RollbackRefused, match="no release of auth on dev before"):
        site.rollback()
    assert site.live == 1


def test_an_execution_in_flight_ends_on_the_version_that_it_began_with(site: Site) -> None:
    site.deploy(1)
    site.deploy(2)
    begun = site.start()
    site.rollback()
    after = site.start()
    site.deploy(3)
    assert (site.ended(begun), site.ended(after)) == (2, 1)


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


@pytest.mark.parametrize(
    ("service", "call", "calls_before"),
    [
        ("stepfunctions", "update_state_machine_alias", 0),
        ("lambda", "update_alias", 0),
        ("lambda", "update_alias", 1),
        ("ssm", "put_parameter", 0),
        ("ssm", "put_parameter", 1),
        ("cloudformation", "update_stack", 0),
        ("ssm", "delete_parameter", 0),
    ],
)
def test_a_rollback_that_was_broken_off_goes_on_to_the_same_release(
    site: Site, service: str, call: str, calls_before: int
) -> None:
    for release in (1, 2, 3):
        site.deploy(release)
    with pytest.raises(KeyboardInterrupt):
        site.rollback(clients=Broken(site, service, call, calls_before))
    site.rollback()
    assert site.live == 2
    assert site.history.begun() is None
    site.deploy(4)
    assert site.live == 4


def test_nothing_is_deployed_into_an_unfinished_rollback(site: Site) -> None:
    site.deploy(1)
    site.deploy(2)
    with pytest.raises(KeyboardInterrupt):
        site.rollback(clients=Broken(site, "lambda", "update_alias", 1))
    with pytest.raises(RollbackUnfinished, match="make rollback-auth STAGE=dev"):
        site.deploy(3)


def test_what_somebody_else_deployed_meanwhile_is_not_told_as_gone_back(site: Site) -> None:
    site.deploy(1)
    site.deploy(2)
    with pytest.raises(KeyboardInterrupt):
        site.rollback(clients=Broken(site, "cloudformation", "get_template", 0))
    [alias] = [each for each in pointers_of(NAME, site.clients) if each.name.endswith("-api")]
    newest = site.history.all()[-1].versions[alias.name]

    class Overtaken(Broken):
        def __call__(self, service: str) -> Any:  # noqa: ANN401
            if service == "cloudformation" and next(self.left) == 0:
                alias.move(newest)
            return self.site.clients(service)

    with pytest.raises(NotTold, match="somebody else moved fileferry-dev-auth-api"):
        site.rollback(clients=Overtaken(site, "", "", 1))


def test_a_release_that_cannot_do_the_work_is_refused_and_forced(site: Site) -> None:
    site.deploy(1)
    site.deploy(2)
    first, second = site.history.all()
    assert first.facts
    facts = {**first.facts, "stores": ["AuthTable", "LostQueue"], "steps": [], "consumes": []}
    site.history.write(replace(first, facts=facts))
    newer = {**first.facts, "steps": ["Compress"], "consumes": ["TransferPaused.v1"]}
    site.history.write(replace(second, facts=newer))
    with pytest.raises(RollbackRefused) as refused:
        site.rollback()
    told = str(refused.value)
    assert "uses LostQueue, which the newer release removed" in told
    assert "does not know TransferPaused.v1" in told
    assert "the step Compress" in told
    assert "FORCE=1" in told
    assert site.live == 2
    site.rollback(force=True)
    assert site.live == 1


def test_an_event_that_another_service_waits_for_has_to_be_published(site: Site) -> None:
    site.deploy(1)
    site.deploy(2)
    first, second = site.history.all()
    assert first.facts
    site.history.write(replace(first, facts={**first.facts, "publishes": []}))
    assert "UserChanged.v1" in first.facts["publishes"]
    notify = History(find_stack("notify"), STAGE, site.clients("ssm"))
    consuming = {"consumes": ["UserChanged.v1"]}
    notify.write(replace(second, number=1, facts=consuming, versions={"x": "1"}))
    try:
        with pytest.raises(RollbackRefused, match=r"publish UserChanged.v1, which notify waits"):
            site.rollback()
    finally:
        for each in notify.all():
            notify.forget(each)


def test_a_version_that_is_gone_is_noticed_before_anything_moves(site: Site) -> None:
    site.deploy(1)
    site.deploy(2)
    name = f"{NAME}-sweep"
    gone = site.history.all()[0].versions[name]
    site.clients("lambda").delete_function(FunctionName=name, Qualifier=gone)
    with pytest.raises(RollbackRefused, match=f"{name}:{gone}"):
        site.rollback()
    assert site.live == 2


def test_what_was_moved_by_hand_is_no_release(site: Site) -> None:
    for release in (1, 2, 3):
        site.deploy(release)
    [alias] = [each for each in pointers_of(NAME, site.clients) if each.name.endswith("-api")]
    alias.move(site.history.all()[0].versions[alias.name])
    site.history.write(replace(site.history.all()[2], left=True))
    site.history.write(replace(site.history.all()[1], facts=None))
    with pytest.raises(RollbackRefused, match="is no release"):
        rollback_by_hand(site)
    site.rollback(force=True)
    assert site.live == 2


def rollback_by_hand(site: Site) -> None:
    """With the stack in a state in which nothing that is live can be taken for a deployment."""
    site.rollback(clients=Failed(site))


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


def test_a_stack_that_takes_no_update_is_mended_first_or_forced(site: Site) -> None:
    site.deploy(1)
    site.deploy(2)
    stuck = Failed(site, "UPDATE_ROLLBACK_FAILED")
    with pytest.raises(RollbackRefused, match="continue-update-rollback --stack-name"):
        site.rollback(clients=stuck)
    assert site.live == 2
    assert site.history.begun() is None
    site.rollback(clients=stuck, force=True)
    assert site.live == 1
    site.deploy(3)
    assert site.live == 3, "no rollback is unfinished"


def test_a_rollback_that_cannot_be_told_is_ended_by_force(site: Site) -> None:
    site.deploy(1)
    site.deploy(2)
    with pytest.raises(KeyboardInterrupt):
        site.rollback(clients=Broken(site, "cloudformation", "get_template", 0))
    stuck = Failed(site, "UPDATE_ROLLBACK_FAILED")
    with pytest.raises(NotTold, match="can not be updated"):
        site.rollback(clients=stuck)
    assert site.history.begun() is not None
    site.rollback(clients=stuck, force=True)
    assert site.history.begun() is None


def test_no_deployment_begins_in_the_middle_of_another(site: Site) -> None:
    site.deploy(1)
    known = site.history.all()
    with pytest.raises(StillChanging, match="is UPDATE_IN_PROGRESS"):
        deploying.begin(AUTH, STAGE, Failed(site, "UPDATE_IN_PROGRESS"))
    assert site.history.all() == known


def test_a_deployment_that_died_before_its_end_is_finished_by_the_next_command(site: Site) -> None:
    site.deploy(1)
    deploying.begin(AUTH, STAGE, site.clients)
    site.update(2)  # and here the machine is switched off
    site.rollback()
    assert site.live == 1
    assert [each.left for each in site.history.all()] == [False, True]


def test_old_versions_go_and_those_that_one_may_go_back_to_stay(site: Site) -> None:
    for release in range(1, 10):
        site.deploy(release)
        prune(AUTH, STAGE, site.clients)
    kept = [each.versions for each in site.history.all()]
    assert len(kept) == 5
    for alias in pointers_of(NAME, site.clients):
        assert all(alias.has(versions[alias.name]) for versions in kept)
        assert not alias.has("1")
    for release in (8, 7, 6, 5):
        site.rollback()
        assert site.live == release


def test_stacks_without_releases_say_what_to_do_instead(site: Site) -> None:
    with pytest.raises(RollbackRefused, match="make deploy-bus STAGE=dev"):
        rollback(find_stack("bus"), STAGE, site.clients)
    with pytest.raises(RollbackRefused, match="publish --stage dev --release"):
        rollback(find_stack("console"), STAGE, site.clients)
    with pytest.raises(RollbackRefused, match="newest routes"):
        rollback(find_stack("api"), "local", site.clients)
    with pytest.raises(RollbackRefused, match="There is no stack fileferry-dev-notify"):
        rollback(find_stack("notify"), STAGE, site.clients)


def test_a_template_too_long_for_a_call_goes_through_the_bucket(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.releases.cloudformation.LONGEST_BODY", 100)
    site.deploy(1)
    site.deploy(2)
    site.rollback()
    assert site.live == 1
    site.deploy(2)
    assert site.live == 2
