"""The resources between a trigger and its function, and the rights that Lambda needs for them."""

from infra.complete.description import Function, Service
from infra.complete.intrinsics import Value, arn, attribute, ref, resource
from infra.complete.listening import Parameters, event_resources, queue_resources, stem_of
from infra.complete.permissions import may_call
from infra.complete.queues import dead_letters
from infra.complete.schedule import schedule_resources
from infra.complete.settings import API_IDS

OUTBOX_FILTER = (
    '{"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "OUTBOX#"}]}}}}'
)
EVENT_BATCH = 10  # as many as one PutEvents takes


def trigger_resources(service: Service, function: Function, declared: Parameters) -> Value:
    match function.trigger.kind:
        case "api":
            return may_call(function, "apigateway", arn("execute-api", "${ApiId}/v1/*"))
        case "socket":
            return may_call(function, "apigateway", arn("execute-api", "${WebSocketApiId}/v1/*"))
        case "authorizer":
            return _authorizer(function)
        case "outbox":
            return _outbox(service, function)
        case "schedule":
            return schedule_resources(service, function)
        case "events":
            return event_resources(service, function, declared)
        case "queue":
            return queue_resources(service, function, declared)
    return {}


def trigger_statements(service: Service, function: Function) -> list[Value]:
    """The rights that Lambda uses in the function's name."""
    kind = function.trigger.kind
    if kind in ("events", "queue"):
        actions = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"]
        if kind == "events":
            actions.append("ChangeMessageVisibility")  # the consumer says when one comes again
        return [_allow("Receive", "sqs", actions, attribute(f"{stem_of(function)}Queue"))]
    if kind == "outbox" and service.table:
        stream = attribute(service.table.id, "StreamArn")
        actions = ["DescribeStream", "GetRecords", "GetShardIterator"]
        return [
            _allow("Stream", "dynamodb", actions, stream),
            _allow("Streams", "dynamodb", ["ListStreams"], "*"),
            _allow("DeadLetters", "sqs", ["SendMessage"], attribute("OutboxDeadLetters")),
        ]
    if kind == "schedule":
        queue_arn = attribute(f"{function.name}DeadLetters")
        return [_allow("DeadLetters", "sqs", ["SendMessage"], queue_arn)]
    return []


def _authorizer(function: Function) -> Value:
    """Both APIs ask it."""
    rest, socket = (arn("execute-api", f"${{{api}}}/authorizers/*") for api in API_IDS)
    return {
        **may_call(function, "apigateway", rest),
        **may_call(function, "apigateway", socket, "BySockets"),
    }


def _outbox(service: Service, function: Function) -> Value:
    table = service.table.id if service.table else ""
    mapping = {
        "FunctionName": ref(f"{function.id}.Alias"),
        "EventSourceArn": attribute(table, "StreamArn"),
        "StartingPosition": "TRIM_HORIZON",
        "BatchSize": EVENT_BATCH,
        "BisectBatchOnFunctionError": True,
        "MaximumRetryAttempts": 10,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "FilterCriteria": {"Filters": [{"Pattern": OUTBOX_FILTER}]},
        "DestinationConfig": {"OnFailure": {"Destination": attribute("OutboxDeadLetters")}},
    }
    told = f"Events of {service.name} were not published."
    return {
        **dead_letters(service.name, "Outbox", "outbox", told),
        "OutboxToPublisher": resource("Lambda::EventSourceMapping", mapping),
    }


def _allow(sid: str, service: str, actions: list[str], on: object) -> Value:
    named = [f"{service}:{action}" for action in actions]
    return {"Sid": sid, "Effect": "Allow", "Action": named, "Resource": on}
