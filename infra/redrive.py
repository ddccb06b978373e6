"""python -m infra.redrive SERVICE --stage STAGE sends a service's dead letters again.

It says how many messages wait in each dead-letter queue of the service. AWS can move messages back
only from the dead-letter queue of another SQS queue. For any other one this says what to do
instead.
"""

import argparse
import sys
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.stacks import STAGES, all_stacks
from infra.stage import stage_client

DEAD_LETTERS = "-dlq"
PURGE = "Then empty the queue, so that its alarm ends: aws sqs purge-queue --queue-url {url}"
OUTBOX = "outbox"
OF_STREAM = (
    "They name records of the table's stream and hold no events. The events stand in the table for"
    " 30 days at least, in rows OUTBOX#... without `published`. Remove the cause (the log says"
    " 'events not published'), delete each such row and put it back unchanged: the stream delivers"
    " what is inserted."
)
OF_SCHEDULE = "They are calls of a schedule, which calls again by itself. Remove the cause."


def redriven(sqs: Any, service: str, stage: str) -> Iterator[str]:  # noqa: ANN401 - boto3
    """Moves what can be moved. Gives a line for each dead-letter queue. Raises ClientError."""
    prefix = f"fileferry-{stage}-{service}-"
    pages = sqs.get_paginator("list_queues").paginate(QueueNamePrefix=prefix)
    urls = [url for page in pages for url in page.get("QueueUrls", [])]
    for url in sorted(url for url in urls if url.endswith(DEAD_LETTERS)):
        name = url.rsplit("/", 1)[1]
        attributes = _attributes(sqs, url)
        count = int(attributes["ApproximateNumberOfMessages"])
        if count == 0:
            yield f"{name}: empty"
            continue
        sources = sqs.list_dead_letter_source_queues(QueueUrl=url)["queueUrls"]
        if sources:
            _move(sqs, attributes["QueueArn"], sources)
            queues = ", ".join(each.rsplit("/", 1)[1] for each in sources)
            yield f"{name}: about {count} on the way back to {queues}"
        else:
            advice = OF_STREAM if name == f"{prefix}{OUTBOX}{DEAD_LETTERS}" else OF_SCHEDULE
            yield f"{name}: about {count}, not moved. {advice}\n  {PURGE.format(url=url)}"


def _move(sqs: Any, arn: str, sources: list[str]) -> None:  # noqa: ANN401
    """Names the destination when there is only one source, because a message that a rule could not
    deliver does not say where it came from."""
    destination = {}
    if len(sources) == 1:
        destination["DestinationArn"] = _attributes(sqs, sources[0])["QueueArn"]
    sqs.start_message_move_task(SourceArn=arn, **destination)


def _attributes(sqs: Any, url: str) -> dict[str, str]:  # noqa: ANN401
    names = ["QueueArn", "ApproximateNumberOfMessages"]
    found: dict[str, str] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)[
        "Attributes"
    ]
    return found


def main() -> None:
    services = [stack.name for stack in all_stacks() if stack.is_service]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("service", choices=services)
    parser.add_argument("--stage", choices=STAGES, required=True)
    given = parser.parse_args()
    lines = 0
    try:
        for line in redriven(stage_client(given.stage, "sqs"), given.service, given.stage):
            lines += 1
            print(line)
    except (ClientError, BotoCoreError) as error:
        sys.exit(f"Not redriven, or not all. {error}")
    if not lines:
        deploy = f"make deploy-{given.service} STAGE={given.stage}"
        sys.exit(f"There is no dead-letter queue of {given.service}. Deploy it: {deploy}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
