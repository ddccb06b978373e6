"""Sockets on the WebSocket API of API Gateway."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NotConnected

from services.progress.domain.errors import FrameTooLarge, Gone, Slow

GONE, TOO_LARGE, THROTTLED, FAULT = 410, 413, 429, 500
# One try: whoever is slow is told later, and must not hold up the others.
POSTS = Config(retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=1)
NO_ANSWER = (NotConnected, HTTPClientError)  # also half of one, and what TLS refuses


class ApiGatewaySockets:
    """Several threads may send."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def post(self, connection_id: str, text: str) -> None:
        body = text.encode()
        with _domain_errors(connection_id, len(body)):
            self._client.post_to_connection(ConnectionId=connection_id, Data=body)

    def end(self, connection_id: str) -> None:
        with _domain_errors(connection_id, 0):
            self._client.delete_connection(ConnectionId=connection_id)


@contextmanager
def _domain_errors(connection_id: str, size: int) -> Iterator[None]:
    try:
        yield
    except NO_ANSWER as error:
        raise Slow(connection_id) from error
    except ClientError as error:
        match error.response["ResponseMetadata"]["HTTPStatusCode"]:
            case status if status == GONE:
                raise Gone(connection_id) from error
            case status if status == TOO_LARGE:
                raise FrameTooLarge(size) from error
            case status if status == THROTTLED or status >= FAULT:
                raise Slow(connection_id) from error
        raise
