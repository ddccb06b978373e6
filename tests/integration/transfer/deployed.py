"""The transfer service as its template deploys it, with AWS in moto and a real partner server."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.stacks import find_stack
from kernel.caller import Caller
from runtime.dynamodb.outbox import DynamoDbOutbox
from services.transfer.adapters.dynamodb_destination_store import DynamoDbDestinationStore
from services.transfer.adapters.dynamodb_transfer_store import RECORDS, DynamoDbTransferStore
from services.transfer.domain.transfer import Transfer
from tests.conformance.clouds import arn_of, received
from tests.conformance.stores import create_table
from tests.fakes.callers import ANN_AS_ADMIN
from tests.integration.functions import Handler, cold_start, outbox_of
from tests.integration.moto_clients import moto_client
from tests.servers.embedded import USER, EmbeddedServer
from tests.unit.runtime.gateway import request
from tests.unit.runtime.lambda_context import Invocation

TEMPLATE = find_stack("transfer").completed()
TABLE, BUS, MACHINE = "fileferry-local-transfer", "fileferry-local", "fileferry-local-transfer"
BUCKET = "outgoing"
REGION = "eu-central-1"
PSEUDO = {"AWS::Partition": "aws", "AWS::Region": REGION, "AWS::AccountId": "123456789012"}


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]


@dataclass
class Deployed:
    """Every call goes through a real handler. Functions stay warm from one call to the next."""

    partner: EmbeddedServer
    queue_url: str
    events_url: str
    bus_heard_url: str
    machine_arn: str
    warm: dict[str, Handler] = field(default_factory=dict)

    def invoke(self, name: str, event: dict[str, Any]) -> Any:  # noqa: ANN401 - any handler's
        if name not in self.warm:
            self.warm[name] = cold_start("transfer", name)
        return self.warm[name](event, Invocation(remaining_milliseconds=900_000))

    def api(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        caller: Caller | None = ANN_AS_ADMIN,
    ) -> Answer:
        answer = self.invoke("api", request(method, path, body, headers, query, caller))
        told = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
        document = json.loads(answer["body"]) if answer["body"] else None
        return Answer(answer["statusCode"], document, told)

    def step(self, name: str, transfer_id: str, **more: object) -> Any:  # noqa: ANN401
        event = {"step": name, "transfer_id": transfer_id, "run": 1, **more}
        return self.invoke("workflow_step", event)

    # --- what is there -----------------------------------------------------------------------

    def put(self, key: str, body: bytes) -> bytes:
        s3 = moto_client("s3")
        s3.put_object(Bucket=BUCKET, Key=key, Body=body, ChecksumAlgorithm="CRC64NVME")
        return body

    def put_if_missing(self, key: str) -> None:
        held = moto_client("s3").list_objects_v2(Bucket=BUCKET, Prefix=key).get("Contents", [])
        if key not in [each["Key"] for each in held]:
            self.put(key, b"content")

    def remove(self, key: str) -> None:
        moto_client("s3").delete_object(Bucket=BUCKET, Key=key)

    def destination(self, name: str = "acme", **changes: object) -> dict[str, Any]:
        """The body to POST for the partner's server. It has a folder of its own as base path."""
        (self.partner.root / name).mkdir(exist_ok=True)
        return {
            "id": name,
            "name": name.title(),
            "protocol": "sftp",
            "host": "127.0.0.1",
            "port": self.partner.port,
            "user": USER,
            "password": self.partner.password,
            "base_path": f"/{name}",
            "host_keys": [str(key) for key in self.partner.host_keys],
            **changes,
        }

    def register(self, name: str = "acme", **changes: object) -> dict[str, Any]:
        answer = self.api("POST", "/api/destinations", self.destination(name, **changes))
        assert answer.status == 201, answer
        document: dict[str, Any] = answer.body
        return document

    def request(self, key: str, destination: str = "acme", **wishes: object) -> str:
        """The id of a transfer of the object, which is put there unless it is there already."""
        self.put_if_missing(key)
        wish = {"source": {"bucket": BUCKET, "key": key}, "destination_id": destination, **wishes}
        answer = self.api("POST", "/api/transfer", wish)
        assert answer.status == 202, answer
        return str(answer.body["id"])

    @property
    def transfers(self) -> DynamoDbTransferStore:
        return DynamoDbTransferStore(moto_client("dynamodb"), TABLE)

    @property
    def events(self) -> DynamoDbOutbox:
        return DynamoDbOutbox(moto_client("dynamodb"), TABLE, RECORDS)

    @property
    def destinations(self) -> DynamoDbDestinationStore:
        return DynamoDbDestinationStore(moto_client("dynamodb"), TABLE)

    def stored(self, transfer_id: str) -> Transfer:
        return self.transfers.read(transfer_id)

    def executions(self) -> list[str]:
        machines = moto_client("stepfunctions")
        found = machines.list_executions(stateMachineArn=self.machine_arn)["executions"]
        return sorted(each["name"] for each in found)

    def heard(self) -> list[dict[str, Any]]:
        """New events on the bus, as a rule's target gets them."""
        return [json.loads(body) for body in received(moto_client("sqs"), self.bus_heard_url)]

    def lane_messages(self) -> dict[str, Any]:
        """The lane queue's messages as its mapping hands them to the worker."""
        return messages_of(self.queue_url)

    def event_messages(self) -> dict[str, Any]:
        """The messages that the rule put into the consumer's queue, as the consumer gets them."""
        return messages_of(self.events_url)

    def outbox(self) -> dict[str, Any]:
        return outbox_of(TABLE)


def messages_of(queue_url: str) -> dict[str, Any]:
    sqs = moto_client("sqs")
    arn = arn_of(sqs, queue_url)
    got = sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10, AttributeNames=["All"])
    return {"Records": [sqs_record(each, arn) for each in got.get("Messages", [])]}


def sqs_record(message: Mapping[str, Any], queue_arn: str) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
    }


def patterns() -> dict[str, Any]:
    """Of the rules that fill the consumer's queue."""
    rules = {
        name: each["Properties"].get("EventPattern")
        for name, each in TEMPLATE["Resources"].items()
        if each["Type"] == "AWS::Events::Rule"
    }
    return {name: pattern for name, pattern in rules.items() if pattern}


def create_resources(partner: EmbeddedServer) -> Deployed:
    """What the stacks of the bus and of the service hold."""
    create_table(moto_client("dynamodb"), TABLE)
    sqs, events = moto_client("sqs"), moto_client("events")
    lanes = sqs.create_queue(
        QueueName="fileferry-local-transfer-lanes", Attributes={"VisibilityTimeout": "5400"}
    )
    consumed = sqs.create_queue(
        QueueName="fileferry-local-transfer-events", Attributes={"VisibilityTimeout": "360"}
    )["QueueUrl"]
    heard = sqs.create_queue(QueueName="heard")["QueueUrl"]
    events.create_event_bus(Name=BUS)
    pattern = json.dumps({"source": ["fileferry.transfer"]})
    events.put_rule(Name="all", EventBusName=BUS, EventPattern=pattern)
    target = {"Id": "heard", "Arn": arn_of(sqs, heard)}
    events.put_targets(Rule="all", EventBusName=BUS, Targets=[target])
    target = {"Id": "events", "Arn": arn_of(sqs, consumed)}
    for name, pattern in patterns().items():
        events.put_rule(Name=name, EventBusName=BUS, EventPattern=json.dumps(pattern))
        events.put_targets(Rule=name, EventBusName=BUS, Targets=[target])
    place = {"LocationConstraint": REGION}
    moto_client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
    machine = moto_client("stepfunctions").create_state_machine(
        name=MACHINE,
        definition='{"StartAt": "Wait", "States": {"Wait": {"Type": "Succeed"}}}',
        roleArn="arn:aws:iam::123456789012:role/fileferry-local-transfer-workflow",
    )
    return Deployed(partner, lanes["QueueUrl"], consumed, heard, machine["stateMachineArn"])
