"""Clients of AWS. Each is made on first use and shared from then on.

clients = AwsClients()
dynamodb = clients.shared("dynamodb", CONFIG)
"""

from threading import Lock

import botocore.session
from botocore.client import BaseClient
from botocore.config import Config

from runtime.timestamps import read_timestamp


class AwsClients:
    """Uses botocore alone. boto3 takes time to import, and nothing else of it is needed.

    All clients share one session, which reads endpoints and finds credentials once. Several threads
    may use a client, but not the session. So it makes one client at a time.
    """

    def __init__(self) -> None:
        self._session = botocore.session.get_session()
        parsers = self._session.get_component("response_parser_factory")
        parsers.set_parser_defaults(timestamp_parser=read_timestamp)
        self._making = Lock()
        self._shared: dict[str, BaseClient] = {}

    def shared(self, service: str, config: Config) -> BaseClient:
        with self._making:
            if service not in self._shared:
                self._shared[service] = self._session.create_client(service, config=config)
            return self._shared[service]

    def at(self, service: str, address: str, config: Config) -> BaseClient:
        """For a service whose address belongs to us, and not to the region."""
        with self._making:
            return self._session.create_client(service, endpoint_url=address, config=config)

    def new(self, service: str, config: Config, **given: str) -> BaseClient:
        """`given` are credentials, a region or an address that differ from the usual ones."""
        with self._making:
            return self._session.create_client(service, config=config, **given)
