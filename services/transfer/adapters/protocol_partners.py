"""Partners of every protocol behind one port. A protocol's libraries are loaded when the first
destination asks for them."""

from collections.abc import Callable, Mapping

from runtime.address_guard import AddressGuard
from services.transfer.adapters.partner_addresses import partner_addresses
from services.transfer.domain.credential import Credential
from services.transfer.domain.destination import Destination, Protocol
from services.transfer.domain.host_key import HostKey
from services.transfer.domain.ports import Partners, PartnerSession


class ProtocolPartners:
    def __init__(
        self, guard: AddressGuard, makers: Mapping[Protocol, Callable[[], Partners]]
    ) -> None:
        self._guard = guard
        self._makers = makers
        self._made: dict[Protocol, Partners] = {}

    def check_address(self, host: str, port: int) -> None:
        partner_addresses(self._guard, host, port)

    def check_credential(self, credential: Credential) -> None:
        """Only SSH has private keys, and a destination of another protocol takes none."""
        if credential.private_key is not None:
            self._of(Protocol.SFTP).check_credential(credential)

    def connect(
        self,
        destination: Destination,
        credential: Credential,
        wanted: Callable[[], bool] = lambda: True,
    ) -> PartnerSession:
        return self._of(destination.protocol).connect(destination, credential, wanted)

    def offered_host_key(self, destination: Destination) -> HostKey:
        return self._of(destination.protocol).offered_host_key(destination)

    def _of(self, protocol: Protocol) -> Partners:
        if protocol not in self._made:
            self._made[protocol] = self._makers[protocol]()
        return self._made[protocol]
