"""The emulator's alarms ring as CloudWatch's do, and proofs of them leave nothing behind."""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from infra.observability.proofs import MARK, Proof, Stage, Way, take_out
from infra.observability.prove import prove
from infra.observability.ringing import alarms
from tests.servers.emulator import Emulator, emulator
from tests.servers.waiting import wait_for

pytestmark = pytest.mark.slow  # an emulator
DEAD = "fileferry-test-mail-dlq"
RULE = {"Fn::Sub": 'ALARM("${Dead}") OR ALARM("${Rate}")'}


def metric(name: str, **dimensions: str) -> dict[str, Any]:
    listed = [{"Name": key, "Value": value} for key, value in dimensions.items()]
    return {"Namespace": "Test", "MetricName": name, "Dimensions": listed}


def alarm(name: str, **properties: Any) -> dict[str, Any]:  # noqa: ANN401
    shared = {
        "AlarmName": f"fileferry-test-{name}",
        "ComparisonOperator": "GreaterThanThreshold",
        "Threshold": 0,
        "EvaluationPeriods": 1,
        "TreatMissingData": "notBreaching",
    }
    return {"Type": "AWS::CloudWatch::Alarm", "Properties": {**shared, **properties}}


def query(key: str, name: str) -> dict[str, Any]:
    stat = {"Stat": "Sum", "Period": 60, "Metric": metric(name, service="mail")}
    return {"Id": key, "ReturnData": False, "MetricStat": stat}


RESOURCES: dict[str, Any] = {
    "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": DEAD}},
    "Dead": alarm(
        "dead",
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": {"Fn::GetAtt": ["Queue", "QueueName"]}}],
        Statistic="Maximum",
        Period=10,
    ),
    "Rate": alarm(
        "rate",
        Threshold=5,
        EvaluationPeriods=3,
        DatapointsToAlarm=2,
        Metrics=[
            {"Id": "rate", "Expression": "IF(calls > 0, 100 * errors / calls, 0)"},
            query("errors", "Errors"),
            query("calls", "Calls"),
        ],
    ),
    "Other": alarm("other", **metric("Errors", service="other"), Statistic="Sum", Period=60),
    "Silent": alarm(
        "silent",
        **metric("Beats"),
        Statistic="Sum",
        Period=60,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="breaching",
    ),
    "All": {
        "Type": "AWS::CloudWatch::CompositeAlarm",
        "Properties": {"AlarmName": "fileferry-test-all", "AlarmRule": RULE},
    },
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    with emulator(tmp_path_factory.mktemp("alarms")) as running:
        deploy(running)
        yield Stage("test", {each: running.client(each) for each in ("cloudwatch", "sqs")})


def deploy(running: Emulator) -> None:
    stacks = running.client("cloudformation")
    stacks.create_stack(StackName="alarms", TemplateBody=json.dumps({"Resources": RESOURCES}))

    def done() -> bool:
        status = stacks.describe_stacks(StackName="alarms")["Stacks"][0]["StackStatus"]
        assert "ROLLBACK" not in status, stacks.describe_stack_events(StackName="alarms")
        return bool(status == "CREATE_COMPLETE")

    wait_for(done, "the stack", seconds=30)


def states(stage: Stage) -> Mapping[str, str]:
    return {
        each["AlarmName"].removeprefix("fileferry-test-"): each["StateValue"]
        for each in alarms(stage["cloudwatch"], stage.name)
    }


def messages(stage: Stage) -> int:
    url = stage["sqs"].get_queue_url(QueueName=DEAD)["QueueUrl"]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = stage["sqs"].get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(map(int, found.values()))


def put(stage: Stage, name: str, values: list[float], service: str) -> None:
    """A value for each of the last minutes, the newest first."""
    now = time.time()
    data = [
        {
            "MetricName": name,
            "Dimensions": [{"Name": "service", "Value": service}],
            "Timestamp": now - 60 * index,
            "Value": value,
        }
        for index, value in enumerate(values)
    ]
    stage["cloudwatch"].put_metric_data(Namespace="Test", MetricData=data)


def test_silence_is_taken_as_each_alarm_says(stage: Stage) -> None:
    wait_for(lambda: states(stage)["silent"] == "ALARM", "the alarm on silence", seconds=30)
    assert states(stage)["rate"] == states(stage)["dead"] == states(stage)["all"] == "OK"


def test_a_rate_rings_in_two_of_three_minutes_and_only_of_its_own_dimension(stage: Stage) -> None:
    put(stage, "Calls", [10, 10, 10], "mail")
    put(stage, "Errors", [9, 9, 9], "other")
    assert states(stage)["other"] == "ALARM"
    put(stage, "Errors", [0, 1, 0], "mail")
    assert states(stage)["rate"] == "OK"
    put(stage, "Errors", [1, 0, 0], "mail")
    assert (states(stage)["rate"], states(stage)["all"]) == ("ALARM", "ALARM")


def proof(stage: Stage) -> Proof:
    def send() -> None:
        url = stage["sqs"].get_queue_url(QueueName=DEAD)["QueueUrl"]
        mark = {MARK: {"DataType": "String", "StringValue": "x"}}
        stage["sqs"].send_message(QueueUrl=url, MessageBody="x", MessageAttributes=mark)

    return Proof("dead", Way.CAUSE, begin=send, end=lambda: take_out(stage, DEAD))


def test_a_proof_makes_the_alarm_ring_and_end_and_takes_its_message_out(stage: Stage) -> None:
    url = stage["sqs"].get_queue_url(QueueName=DEAD)["QueueUrl"]
    made = proof(stage)
    told: list[str] = []
    prove([made], lambda: states(stage), 120, told.append)
    assert made.rang_after is not None
    assert made.ended_after is not None
    assert [line.split()[2] for line in told] == ["rings", "ended"]
    assert messages(stage) == 0
    stage["sqs"].send_message(QueueUrl=url, MessageBody="of somebody else")
    proof(stage).begin()
    take_out(stage, DEAD)
    [left] = stage["sqs"].receive_message(QueueUrl=url)["Messages"]
    assert left["Body"] == "of somebody else"
    stage["sqs"].delete_message(QueueUrl=url, ReceiptHandle=left["ReceiptHandle"])


@pytest.mark.parametrize("broken_off", [KeyboardInterrupt, SystemExit])
def test_a_proof_that_is_broken_off_leaves_nothing_behind(
    stage: Stage, broken_off: type[BaseException]
) -> None:
    def interrupted() -> Mapping[str, str]:
        assert messages(stage) == 1
        raise broken_off

    with pytest.raises(broken_off):
        prove([proof(stage)], interrupted, 60, lambda _: None)
    assert messages(stage) == 0


def test_an_alarm_that_does_not_ring_is_told_and_ended(stage: Stage) -> None:
    ended: list[str] = []
    silent = Proof("other", Way.CAUSE, end=lambda: ended.append("x"))
    prove([silent], lambda: {"other": "OK"}, 3, lambda _: None)
    assert (silent.rang_after, ended) == (None, ["x"])
