"""The metrics of AWS that alarms may watch, with their names and dimensions.

If a namespace, metric or combination is missing here, look it up in AWS's documents and add it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Namespace:
    metrics: frozenset[str]
    combinations: tuple[frozenset[str], ...]  # the sets of dimensions under which metrics exist
    names: dict[str, str]  # dimension: the kind of resource whose name it takes


def _namespace(metrics: str, combinations: str, names: dict[str, str]) -> Namespace:
    """`combinations` are separated by commas. "-" is the combination without a dimension."""
    return Namespace(
        frozenset(metrics.split()),
        tuple(frozenset(each.split()) - {"-"} for each in combinations.split(",")),
        names,
    )


# WebSocket APIs share the namespace of REST APIs, and nothing else.
SOCKETS = _namespace(
    "ClientError ConnectCount ExecutionError IntegrationError IntegrationLatency MessageCount",
    "ApiId, ApiId Stage, ApiId Method Resource Stage",
    {},
)
NAMESPACES = {
    "AWS/ApiGateway": _namespace(
        "4XXError 5XXError CacheHitCount CacheMissCount Count IntegrationLatency Latency",
        "ApiName, ApiName Stage, ApiName Stage Method Resource",
        {"ApiName": "AWS::ApiGateway::RestApi"},
    ),
    "AWS/DynamoDB": _namespace(
        "AccountProvisionedReadCapacityUtilization ConditionalCheckFailedRequests"
        " ConsumedReadCapacityUnits ConsumedWriteCapacityUnits ReadThrottleEvents"
        " SuccessfulRequestLatency SystemErrors ThrottledRequests TransactionConflict UserErrors"
        " WriteThrottleEvents",
        "-, TableName, TableName Operation, TableName GlobalSecondaryIndexName",
        {"TableName": "AWS::DynamoDB::Table"},
    ),
    "AWS/Events": _namespace(
        "DeadLetterInvocations FailedInvocations IngestionToInvocationSuccessLatency Invocations"
        " InvocationsFailedToBeSentToDlq InvocationsSentToDlq MatchedEvents RetryInvocationAttempts"
        " ThrottledRules TriggeredRules",
        "-, RuleName, EventBusName, EventBusName RuleName",
        {"RuleName": "AWS::Events::Rule", "EventBusName": "AWS::Events::EventBus"},
    ),
    "AWS/Lambda": _namespace(
        "AsyncEventAge AsyncEventsDropped AsyncEventsReceived ClaimedAccountConcurrency"
        " ConcurrentExecutions DeadLetterErrors DestinationDeliveryFailures Duration Errors"
        " Invocations IteratorAge OffsetLag RecursiveInvocationsDropped Throttles"
        " UnreservedConcurrentExecutions",
        "-, FunctionName, FunctionName Resource, FunctionName Resource ExecutedVersion",
        {"FunctionName": "AWS::Lambda::Function"},
    ),
    "AWS/SNS": _namespace(
        "NumberOfMessagesPublished NumberOfNotificationsDelivered NumberOfNotificationsFailed",
        "TopicName",
        {"TopicName": "AWS::SNS::Topic"},
    ),
    "AWS/SQS": _namespace(
        "ApproximateAgeOfOldestMessage ApproximateNumberOfMessagesDelayed"
        " ApproximateNumberOfMessagesNotVisible ApproximateNumberOfMessagesVisible"
        " NumberOfEmptyReceives NumberOfMessagesDeleted NumberOfMessagesReceived"
        " NumberOfMessagesSent SentMessageSize",
        "QueueName",
        {"QueueName": "AWS::SQS::Queue"},
    ),
    "AWS/States": _namespace(
        "ExecutionThrottled ExecutionTime ExecutionsAborted ExecutionsFailed ExecutionsStarted"
        " ExecutionsSucceeded ExecutionsTimedOut",
        "StateMachineArn",
        {},
    ),
}
