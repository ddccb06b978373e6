"""Links, codes and activities of Teams, what is sealed and what is queued, in memory and in AWS."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from moto import mock_aws
from pydantic import SecretStr, TypeAdapter

from services.agent.adapters.dynamodb_arrivals import DynamoDbArrivals
from services.agent.adapters.dynamodb_teams_links import DynamoDbTeamsLinks
from services.agent.adapters.kms_vault import KmsVault
from services.agent.adapters.sqs_teams_queue import SqsTeamsQueue
from services.agent.domain.teams import (
    LEASE,
    Chat,
    Code,
    Farewell,
    Incoming,
    Lease,
    Link,
    LinkState,
    Person,
)
from services.agent.domain.teams_ports import Arrivals, Begun, Queue, TeamsLinks, Vault
from tests.conformance.clouds import new_queue, received
from tests.conformance.stores import SESSION
from tests.fakes.agent_teams import (
    InMemoryArrivals,
    InMemoryQueue,
    InMemoryTeamsLinks,
    InMemoryVault,
)
from tests.unit.runtime.service_table import client_with_table

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MEGAN, ADELE = Person("t-1", "megan"), Person("t-1", "adele")
CHAT = Chat("https://smba.trafficmanager.net/emea/", "a:1", "28:bot")
MESSAGE: TypeAdapter[Incoming | Farewell] = TypeAdapter(Incoming | Farewell)


@dataclass(frozen=True)
class Backend:
    links: TeamsLinks
    arrivals: Arrivals
    vault: Vault
    queue: Queue
    queued: Callable[[], list[Incoming | Farewell]]
    client: Any = None

    def at_once(self, act: Callable[[], bool]) -> list[bool]:
        """Each has read everything before the first one writes."""
        if self.client is None:
            return [act(), act()]
        ended, begun = list[bool](), count(1)

        def rival(**_: object) -> None:
            if next(begun) == 1:
                ended.append(act())

        self.client.meta.events.register("before-call.dynamodb.TransactWriteItems", rival)
        return [act(), *ended]


@pytest.fixture(params=["in_memory", "moto"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    if request.param == "in_memory":
        queue = InMemoryQueue()
        queued = lambda: [message for message, _ in queue.sent]  # noqa: E731
        yield Backend(InMemoryTeamsLinks(), InMemoryArrivals(), InMemoryVault(), queue, queued)
        return
    with mock_aws():
        client = client_with_table("agent")
        kms, sqs = (SESSION.client(each, region_name="eu-central-1") for each in ("kms", "sqs"))
        key, url = kms.create_key()["KeyMetadata"]["Arn"], new_queue(sqs)
        yield Backend(
            DynamoDbTeamsLinks(client, "agent"),
            DynamoDbArrivals(client, "agent"),
            KmsVault(kms, key),
            SqsTeamsQueue(sqs, url),
            lambda: [MESSAGE.validate_json(each) for each in received(sqs, url)],
            client,
        )


def a_code(digest: str = "d-1", owner: str = "ann") -> Code:
    return Code(digest, owner, "sealed", NOON + timedelta(minutes=5))


def a_link(link_id: str = "l-1", owner: str = "ann", person: Person = MEGAN) -> Link:
    return Link(
        id=link_id,
        owner=owner,
        person=person,
        chat=CHAT,
        name="Megan Bowen ü",
        connected_at=NOON,
        connected_by="k-1",
        session_until=NOON + timedelta(hours=12),
        sealed="sealed tokens",
    )


def connected(backend: Backend, link: Link, *replaced: Link, digest: str = "d-1") -> Link:
    code = a_code(digest, link.owner)
    backend.links.offer(code)
    assert backend.links.connect(code, link, replaced)
    return link


def test_a_code_comes_back_until_another_takes_its_place(backend: Backend) -> None:
    backend.links.offer(a_code("d-1"))
    backend.links.offer(a_code("d-2", "bob"))
    assert backend.links.code("d-1") == a_code("d-1")
    backend.links.offer(a_code("d-3"))
    assert backend.links.code("d-1") is None
    assert backend.links.code("d-3") == a_code("d-3")
    assert backend.links.code("d-2") == a_code("d-2", "bob")
    backend.links.void_code("ann")
    backend.links.void_code("ann")
    assert backend.links.code("d-3") is None


def test_a_link_is_found_by_both_sides(backend: Backend) -> None:
    link = connected(backend, a_link())
    assert backend.links.of_owner("ann") == link
    assert backend.links.of_person(MEGAN) == link
    assert backend.links.of_person(ADELE) is None
    assert backend.links.of_owner("bob") is None


def test_a_code_connects_once(backend: Backend) -> None:
    connected(backend, a_link())
    again = a_link("l-2", person=ADELE)
    assert not backend.links.connect(a_code(), again, [a_link()])
    assert backend.links.of_owner("ann") == a_link()
    assert backend.links.of_person(ADELE) is None


def test_a_voided_code_connects_nobody(backend: Backend) -> None:
    backend.links.offer(a_code())
    backend.links.void_code("ann")
    assert not backend.links.connect(a_code(), a_link(), [])
    assert backend.links.of_owner("ann") is None


def test_a_user_and_a_person_have_one_link_each(backend: Backend) -> None:
    first = connected(backend, a_link())
    other = connected(backend, a_link("l-2", "bob", ADELE), digest="d-2")
    last = connected(backend, a_link("l-3", "ann", ADELE), other, first, digest="d-3")
    assert backend.links.of_owner("ann") == last
    assert backend.links.of_owner("bob") is None
    assert backend.links.of_person(ADELE) == last
    assert backend.links.of_person(MEGAN) is None


def test_a_link_that_nobody_replaced_stays(backend: Backend) -> None:
    """Somebody else connected the user since they were looked for."""
    connected(backend, a_link())
    backend.links.offer(a_code("d-2"))
    assert not backend.links.connect(a_code("d-2"), a_link("l-2", person=ADELE), [])
    assert backend.links.of_owner("ann") == a_link()
    assert backend.links.code("d-2") is not None


def test_a_link_comes_back_as_it_was_saved(backend: Backend) -> None:
    link = connected(backend, a_link())
    full = replace(
        link,
        state=LinkState.REMOVED,
        lease=Lease("k-2", NOON),
        conversation_id="c-1",
        talk=3,
        sealed="others",
    )
    saved = backend.links.save(full)
    assert saved == replace(full, version=2)
    assert backend.links.of_person(MEGAN) == saved
    assert backend.links.save(full) is None


def test_of_two_who_change_a_link_one_does(backend: Backend) -> None:
    link = connected(backend, a_link())
    assert sorted(backend.at_once(lambda: backend.links.save(link) is not None)) == [False, True]


def test_a_forgotten_link_is_gone_and_another_one_stays(backend: Backend) -> None:
    link = connected(backend, a_link())
    backend.links.forget(link)
    backend.links.forget(link)
    assert backend.links.of_owner("ann") is None
    assert backend.links.of_person(MEGAN) is None
    connected(backend, a_link("l-2"), digest="d-2")
    backend_before = backend.links.of_owner("ann")
    assert backend_before is not None
    assert backend_before.id == "l-2"


def test_an_activity_belongs_to_one_at_a_time_and_is_answered_for_good(backend: Backend) -> None:
    begin, late = backend.arrivals.begin, NOON + LEASE
    assert begin("k-1", "h-1", NOON) is Begun.MINE
    assert begin("k-1", "h-2", late - timedelta(seconds=1)) is Begun.BEING_ANSWERED
    assert begin("k-2", "h-2", NOON) is Begun.MINE
    assert begin("k-1", "h-2", late) is Begun.MINE
    assert begin("k-1", "h-1", late) is Begun.BEING_ANSWERED
    backend.arrivals.end("k-1", late)
    backend.arrivals.end("k-1", late)
    assert begin("k-1", "h-3", late + timedelta(days=5)) is Begun.ANSWERED


def test_of_two_deliveries_at_once_one_is_answered(backend: Backend) -> None:
    holders = count(1)

    def begun() -> bool:
        return backend.arrivals.begin("k-1", f"h-{next(holders)}", NOON) is Begun.MINE

    assert sorted(backend.at_once(begun)) == [False, True]


def test_what_is_sealed_is_opened_with_what_it_is_about_only(backend: Backend) -> None:
    sealed = backend.vault.seal(SecretStr("tokens ü"), "l-1")
    assert "tokens" not in sealed
    assert backend.vault.open(sealed, "l-1").get_secret_value() == "tokens ü"
    with pytest.raises(LookupError):
        backend.vault.open(sealed, "l-2")


def test_what_is_queued_comes_out_as_it_was_put_in(backend: Backend) -> None:
    incoming = Incoming(
        activity_id="a-1",
        person=MEGAN,
        name=None,
        chat=CHAT,
        personal=True,
        received_at=NOON,
        correlation_id="c-1",
        text="Grüße\n\U0001f600",
        length=7,
        has_files=True,
    )
    backend.queue.send(incoming)
    backend.queue.send(Farewell("ann", "l-1"))
    said, farewell = sorted(backend.queued(), key=lambda each: isinstance(each, Farewell))
    assert (said, farewell) == (incoming, Farewell("ann", "l-1"))
