"""A name is harmless when it is registered, and leads elsewhere when it is used."""

import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import pytest

from runtime.address_guard import AddressGuard
from services.transfer.adapters.sftp_partners import SftpPartners
from services.transfer.domain.credential import Credential
from services.transfer.domain.ports import Ports
from services.transfer.use_cases.probe_destination import probe_destination
from services.transfer.use_cases.register_destination import register_destination
from tests.fakes.callers import ADMIN
from tests.fakes.world import World

PUBLIC = "93.184.215.14"


@dataclass
class Names:
    """A resolver whose answer the owner of the name changes."""

    addresses: Sequence[str] = (PUBLIC,)
    asked: list[str] = field(default_factory=list)

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.addresses


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server


def connections(listener: socket.socket) -> int:
    try:
        listener.accept()[0].close()
    except TimeoutError:
        return 0
    return 1


@pytest.mark.parametrize(
    "inside", ["127.0.0.1", "169.254.169.254", "10.0.0.7", "::1", "::ffff:127.0.0.1"]
)
def test_a_name_that_leads_inside_after_its_registration_is_not_connected_to(
    listener: socket.socket, inside: str
) -> None:
    names = Names()
    port = listener.getsockname()[1]
    world = World()
    ports = replace(world.ports, partners=SftpPartners(AddressGuard((), names), 1.0))
    register_without_probe(world, ports, port)
    names.addresses = (inside,)
    result = probe_destination("mallory", ADMIN, ports=ports)
    assert result.failure is not None
    assert result.failure.code == "address_forbidden"
    assert connections(listener) == 0


def test_the_address_that_was_checked_is_the_one_that_is_connected_to(
    listener: socket.socket,
) -> None:
    names = Names(("127.0.0.1",))
    port = listener.getsockname()[1]
    world = World()
    guard = AddressGuard.of(["127.0.0.0/8"], names)
    ports = replace(world.ports, partners=SftpPartners(guard, 1.0))
    register_without_probe(world, ports, port)
    names.asked.clear()
    probe_destination("mallory", ADMIN, ports=ports)
    assert names.asked == ["partner.example"]  # only once, so no second answer can slip in
    assert connections(listener) == 1


def register_without_probe(world: World, ports: Ports, port: int) -> None:
    wish = replace(world.new_destination("mallory"), host="partner.example", port=port)
    register_destination(wish, Credential(password="pw"), ADMIN, None, ports=ports)
