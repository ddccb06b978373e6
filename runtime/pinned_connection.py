"""Connects to addresses that were chosen before, and ends whatever outlives its time or size.

Times are counted for the whole call. httpcore's own ones begin again with each piece, so a server
that sends a byte now and then could hold a call for ever.
"""

import os
import socket
import ssl
import time
from collections.abc import Iterable, Sequence
from typing import Any

import httpcore

FIRST_ADDRESSES = 4  # of one host; some names have dozens


class Traffic:
    """What is known of one call. `sending` is true as soon as a byte of it may have left."""

    def __init__(self, seconds: float, readable_bytes: int) -> None:
        self.end = time.monotonic() + seconds
        self.connected_by = time.monotonic() + seconds / 2  # the rest is for the call itself
        self.readable_bytes = readable_bytes
        self.sending = False

    def left(self) -> float:
        return self.end - time.monotonic()

    def left_to_connect(self) -> float:
        return self.connected_by - time.monotonic()


class PinnedConnections(httpcore.NetworkBackend):
    """Tries `addresses` in their order. The name of the host is for TLS alone."""

    def __init__(self, addresses: Sequence[str], seconds: float, traffic: Traffic) -> None:
        self._addresses = addresses[:FIRST_ADDRESSES]
        self._seconds, self._traffic = seconds, traffic

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        trouble: httpcore.NetworkError | httpcore.TimeoutException
        trouble = httpcore.ConnectTimeout("it cannot be connected to in time")
        for address in self._addresses:
            seconds = min(self._seconds, self._traffic.left_to_connect())
            if seconds <= 0:
                break
            try:
                return PinnedStream(
                    socket.create_connection((address, port), seconds), self._traffic
                )
            except TimeoutError:
                trouble = httpcore.ConnectTimeout("it cannot be connected to in time")
            except OSError as error:
                trouble = httpcore.ConnectError(_words(error))
        raise trouble


class PinnedStream(httpcore.NetworkStream):
    def __init__(self, connected: socket.socket, traffic: Traffic) -> None:
        self._socket, self._traffic = connected, traffic

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        try:
            self._socket.settimeout(max(self._traffic.left_to_connect(), 0.001))
            secured = ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)
        except TimeoutError:
            self.close()
            raise httpcore.ConnectTimeout("TLS was not agreed on in time") from None
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise httpcore.ConnectError(f"its certificate: {error.verify_message}") from None
        except (OSError, ValueError) as error:
            self.close()
            raise httpcore.ConnectError(f"TLS: {_words(error)}") from None
        return PinnedStream(secured, self._traffic)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        unsent = memoryview(buffer)
        try:
            while unsent:
                self._wait_at_most(httpcore.WriteTimeout)
                self._traffic.sending = True
                unsent = unsent[self._socket.send(unsent) :]
        except TimeoutError:
            raise httpcore.WriteTimeout("it did not take the whole request in time") from None
        except OSError as error:
            raise httpcore.WriteError(_words(error)) from None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        size = min(max_bytes, self._traffic.readable_bytes)
        if size <= 0:
            raise httpcore.ReadError("it answers with more than is taken")
        try:
            self._wait_at_most(httpcore.ReadTimeout)
            piece = self._socket.recv(size)
        except TimeoutError:
            raise httpcore.ReadTimeout("no whole answer came in time") from None
        except OSError as error:
            raise httpcore.ReadError(_words(error)) from None
        self._traffic.readable_bytes -= len(piece)
        return piece

    def close(self) -> None:
        self._socket.close()

    def get_extra_info(self, info: str) -> None:
        """httpcore asks which protocol TLS agreed on. We offer no other than HTTP/1.1."""

    def _wait_at_most(self, over: type[httpcore.TimeoutException]) -> None:
        seconds = self._traffic.left()
        if seconds <= 0:
            raise over("no whole answer came in time")
        self._socket.settimeout(seconds)


def _words(error: OSError | ValueError) -> str:
    """The system's words. The text of other errors may repeat what the server sent."""
    if isinstance(error, ssl.SSLError):
        return (error.reason or "the handshake failed").lower().replace("_", " ")
    number = error.errno if isinstance(error, OSError) else None
    return os.strerror(number) if number and number > 0 else "the connection broke"
