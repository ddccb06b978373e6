"""One WebSocket connection to FileFerry: opened with a fresh ticket, read message by message."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlencode, urlsplit

from pydantic import ValidationError
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from cli.address import is_loopback
from cli.errors import CommandFailed, NoRight, NotSignedIn, Unreachable
from cli.live.timed_rest import TimedRest
from contracts.contract import Contract
from contracts.websocket.server_messages import Message, read_message

MAX_MESSAGE = 2**20  # bytes; the API sends at most an eighth of it
CLOSE_WITHIN = 1.0  # seconds; nobody waits for a server that does not say goodbye


class Unknown:
    """Something that this version does not understand. It is a sign of life and nothing else."""


class StreamFailed(Exception):
    """The connection did not come about, or is lost. The message says why, for people."""


class Stream:
    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    def send(self, message: Contract) -> None:
        try:
            self._connection.send(message.model_dump_json(exclude_none=True))
        except (ConnectionClosed, OSError) as error:
            raise StreamFailed(_reason(error)) from error

    def receive(self, timeout: float) -> Message | Unknown | None:
        """None when nothing came in time."""
        try:
            return read_message(self._connection.recv(timeout))
        except TimeoutError:
            return None
        except ValidationError:
            return Unknown()
        except (ConnectionClosed, UnicodeDecodeError, OSError) as error:
            raise StreamFailed(_reason(error)) from error


@contextmanager
def opened(rest: TimedRest, within: float) -> Iterator[Stream]:
    """The ticket's call also proves the session: a token that has run out is renewed by it, and a
    session that is over raises NotSignedIn. Raises StreamFailed where the stream cannot be had."""
    address = _address(_ticket(rest), rest.base_url)
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(
                connect(
                    address,
                    proxy=None if is_loopback(urlsplit(address).hostname or "") else True,
                    open_timeout=min(within, rest.left),
                    close_timeout=CLOSE_WITHIN,
                    ping_interval=None,  # the API's own pings find out more
                    max_size=MAX_MESSAGE,
                )
            )
        except (WebSocketException, OSError, ImportError, ValueError) as error:
            # ImportError: a SOCKS proxy. ValueError: no address, or a redirect to none.
            raise StreamFailed(_reason(error)) from error
        yield Stream(connection)


def _ticket(rest: TimedRest) -> Any:  # noqa: ANN401
    try:
        return rest.call("POST", "/api/ws-ticket")
    except (Unreachable, NotSignedIn, NoRight):
        raise
    except CommandFailed as refused:  # the API answers, and gives no stream
        raise StreamFailed(refused.message) from refused


def _address(issued: Any, base_url: str) -> str:  # noqa: ANN401
    try:
        url, ticket = str(issued["url"]), str(issued["ticket"])
        parts = urlsplit(url)
        query = urlencode({"ticket": ticket})
    except (TypeError, KeyError, ValueError) as error:
        raise StreamFailed("the ticket is not understood") from error
    if parts.scheme != "wss" and urlsplit(base_url).scheme == "https":
        raise StreamFailed("its address is not encrypted")
    return f"{url}{'&' if parts.query else '?'}{query}"


def _reason(error: Exception) -> str:
    """Never with the address: the ticket stands in it."""
    if isinstance(error, InvalidStatus):
        return f"HTTP {error.response.status_code}"
    if isinstance(error, ConnectionClosed):
        return f"closed with {error.rcvd.code}" if error.rcvd else "cut off"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return type(error).__name__
