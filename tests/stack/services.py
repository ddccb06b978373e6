"""Stops services of the stack: their functions are not called, and their queues fill."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.stack.running import Running


@contextmanager
def only(running: Running, *services: str) -> Iterator[None]:
    """All other services stand still inside this context. What comes for them waits."""
    functions = running.stack.client("lambda")
    pages = functions.get_paginator("list_event_source_mappings").paginate()
    stopped = [
        mapping["UUID"]
        for page in pages
        for mapping in page["EventSourceMappings"]
        if service_of(mapping["FunctionArn"]) not in services
    ]
    for each in stopped:
        functions.update_event_source_mapping(UUID=each, Enabled=False)
    try:
        yield
    finally:
        for each in stopped:
            functions.update_event_source_mapping(UUID=each, Enabled=True)


def service_of(function_arn: str) -> str:
    """Of 'arn:aws:lambda:...:function:fileferry-local-notify-messages:live' it is 'notify'."""
    return function_arn.split(":")[6].split("-")[2]
