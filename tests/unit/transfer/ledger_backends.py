"""The ledger's properties run on the fake, and on the adapter with moto."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from tests.conformance.stores import (
    Stores,
    create_table,
    dynamodb_client,
    dynamodb_stores,
    in_memory_stores,
)


class Backend(Protocol):
    def empty_stores(self) -> Stores: ...

    def in_the_middle(self, action: Callable[[], None]) -> AbstractContextManager[None]:
        """Inside, the next write waits until `action` is done."""
        ...


class InMemory:
    def empty_stores(self) -> Stores:
        return in_memory_stores()

    @contextmanager
    def in_the_middle(self, action: Callable[[], None]) -> Iterator[None]:
        action()  # a call has no middle there
        yield


class Moto:
    def __init__(self) -> None:
        self.client = dynamodb_client()
        self.client.meta.events.register("before-call.dynamodb.TransactWriteItems", self.write)
        self.waiting: list[Callable[[], None]] = []

    def empty_stores(self) -> Stores:
        """Makes a new table, because moto copies a whole table for each transaction."""
        for name in self.client.list_tables()["TableNames"]:
            self.client.delete_table(TableName=name)
        create_table(self.client, "transfers")
        return dynamodb_stores(self.client, "transfers")

    @contextmanager
    def in_the_middle(self, action: Callable[[], None]) -> Iterator[None]:
        self.waiting.append(action)
        yield
        self.waiting.clear()

    def write(self, **_: object) -> None:
        if self.waiting:
            self.waiting.pop()()
