"""SFTP servers that attack their client. Each mode is one attack, on a port of its own.

`python -m tests.doubles.attacking_sftp` prints {"host_key": ..., "ports": {mode: port}} and serves
until its standard input ends. Everybody may log in.
"""

import json
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import paramiko
from paramiko import common

from tests.doubles import good_sftp as sftp
from tests.doubles.attacking_keys import (
    BLOCK,
    IGNORED,
    KEXINIT,
    LENGTH_OF_4_GB,
    begin_keys_without_end,
    packet_of_4_gb,
    plain,
)
from tests.doubles.attacking_replies import HOSTILE, REPLIES
from tests.doubles.good_sftp import GoodSftp, string

PAUSE_SECONDS = 0.2  # of a server that dribbles, well below the timeouts of its tests
FLOOD_BYTES = 1 << 30  # nobody who is bounded takes them all
MOST_32 = 0xFFFF_FFFF
GREETING = b"SSH-2.0-attack\r\n"

Send = Callable[[bytes], object]


def flood(send: Send, block: bytes) -> None:
    for _ in range(FLOOD_BYTES // len(block)):
        send(block)


def dribble(send: Send, content: bytes) -> None:
    for byte in content:
        send(bytes([byte]))
        time.sleep(PAUSE_SECONDS)


RAW: dict[str, Callable[[Send], object]] = {
    "endless_line": partial(flood, block=b"x" * 4096),
    "endless_lines": partial(flood, block=b"welcome\r\n" * 400),
    "long_version": lambda send: send(b"SSH-2.0-" + b"x" * 600_000 + b"\r\n"),
    "version_by_the_byte": partial(dribble, content=GREETING[:-2] * 1000),
    "packet_of_4_gb": lambda send: send(GREETING + LENGTH_OF_4_GB + BLOCK),
    "kexinit_of_200_kb": lambda send: send(GREETING + plain(KEXINIT + bytes(5))),
    "ignore_flood_before_keys": lambda send: send(GREETING + 20_000 * plain(IGNORED)),
}


def message(kind: int, *parts: bytes | int) -> paramiko.Message:
    fields = (part if isinstance(part, bytes) else struct.pack(">I", part) for part in parts)
    return paramiko.Message(bytes([kind]) + b"".join(fields))


def say(
    server: paramiko.Transport, said: paramiko.Message, times: int = 1, pause_seconds: float = 0
) -> None:
    for _ in range(times):
        server._send_message(said)
        time.sleep(pause_seconds)


def says(kind: int, *parts: bytes | int, **how: Any) -> Callable[[paramiko.Transport], None]:  # noqa: ANN401
    return partial(say, said=message(kind, *parts), **how)


WITHOUT_END = {"times": 1 << 20}
TO_CHANNEL = 0  # our client's first channel
REFUSED = message(
    common.MSG_CHANNEL_OPEN_FAILURE,
    TO_CHANNEL,
    1,
    string("für\x1bdich".encode("latin-1")),
    string(b""),
)
AT_LOGIN: dict[str, Callable[[paramiko.Transport], None]] = {
    "questions_without_number": says(common.MSG_USERAUTH_INFO_REQUEST, 3 * string(b""), MOST_32),
    "extensions_without_number": says(common.MSG_EXT_INFO, MOST_32),
    "banner_flood": says(common.MSG_USERAUTH_BANNER, string(BLOCK), string(b""), **WITHOUT_END),
    "ignore_by_the_second": says(
        common.MSG_IGNORE, string(b"x"), pause_seconds=PAUSE_SECONDS, **WITHOUT_END
    ),
    "packet_of_4_gb_at_login": packet_of_4_gb,
}
BEFORE_SFTP: dict[str, Callable[[paramiko.Transport], None]] = {
    "stderr_flood": says(
        common.MSG_CHANNEL_EXTENDED_DATA, TO_CHANNEL, 1, string(BLOCK), **WITHOUT_END
    ),
    "data_beyond_the_window": says(
        common.MSG_CHANNEL_DATA, TO_CHANNEL, string(BLOCK), **WITHOUT_END
    ),
    "global_request_flood": says(common.MSG_GLOBAL_REQUEST, string(b"hello"), b"\1", **WITHOUT_END),
    "channel_open_flood": says(
        common.MSG_CHANNEL_OPEN, string(b"session"), 7, 1 << 20, 1 << 15, **WITHOUT_END
    ),
    "debug_flood": says(common.MSG_DEBUG, b"\1", string(BLOCK), string(b""), **WITHOUT_END),
    "ignore_flood": says(common.MSG_IGNORE, string(b"x"), **WITHOUT_END),
    "window_adjust_flood": says(
        common.MSG_CHANNEL_WINDOW_ADJUST, TO_CHANNEL, MOST_32, **WITHOUT_END
    ),
    "login_after_login": says(common.MSG_SERVICE_ACCEPT, string(b"ssh-userauth")),
    "text_that_is_none": says(common.MSG_GLOBAL_REQUEST, string(b"\xff"), b"\0"),
    "packet_of_4_gb_after_login": packet_of_4_gb,
    "unknown_message": says(250, string(b"x")),
}


OTHERS = (
    "reply_by_the_byte",
    "version_of_sftp_by_the_byte",
    "slow_with_everything",
    "window_by_the_byte",
    "keys_without_end",
    "refuses_the_channel",
    "hostile_version",
    "shell_prints",
    "says_nothing",
)


def talk(mode: str, server: paramiko.Transport, channel: paramiko.Channel) -> None:
    if mode == "says_nothing":
        return
    if mode == "shell_prints":
        channel.sendall(f"Welcome! {HOSTILE}\nmore\n".encode())
        return
    if mode == "window_by_the_byte":
        channel.sendall(sftp.version(b""))
        adjusted = message(common.MSG_CHANNEL_WINDOW_ADJUST, TO_CHANNEL, 1)
        say(server, adjusted, 1 << 20, PAUSE_SECONDS)
    good, received = GoodSftp(), bytearray()
    while piece := channel.recv(1 << 20):
        received += piece
        while len(received) >= 9:
            length, kind, request = struct.unpack_from(">IBI", received)
            if len(received) < 4 + length:
                break
            body = bytes(received[9 : 4 + length])
            del received[: 4 + length]
            if (mode, kind) == ("keys_without_end", sftp.OPEN):
                begin_keys_without_end(server)
                continue
            answer = REPLIES.get(mode, REPLIES["good"])(kind, request, body)
            answer = good.answer(kind, request, body) if answer is None else answer
            send_in_time(mode, channel, kind, answer)


def send_in_time(mode: str, channel: paramiko.Channel, kind: int, answer: bytes) -> None:
    dribbled = {"reply_by_the_byte": sftp.OPEN, "version_of_sftp_by_the_byte": sftp.INIT}
    if dribbled.get(mode) == kind:
        dribble(channel.sendall, answer)
    else:
        time.sleep(5 * PAUSE_SECONDS if mode == "slow_with_everything" else 0)
        channel.sendall(answer)


class Host(paramiko.ServerInterface):  # type: ignore[misc]  # paramiko has no types
    def __init__(self, mode: str, server: paramiko.Transport) -> None:
        self._mode, self._server = mode, server
        self._asks = mode == "questions_without_number"

    def get_allowed_auths(self, username: str) -> str:
        return "keyboard-interactive" if self._asks else "password"

    def check_auth_password(self, username: str, password: str) -> object:
        if self._asks:
            return common.AUTH_FAILED
        return self.check_auth_interactive(username, "") and common.AUTH_SUCCESSFUL

    def check_auth_interactive(self, username: str, submethods: str) -> object:
        AT_LOGIN.get(self._mode, bool)(self._server)
        return common.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> object:
        if self._mode == "refuses_the_channel":
            say(self._server, REFUSED)
        return common.OPEN_SUCCEEDED

    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        """Until it ends, nobody reads what is sent to the channel."""
        BEFORE_SFTP.get(self._mode, bool)(self._server)
        threading.Thread(target=self._talk, args=(channel,), daemon=True).start()
        return True

    def _talk(self, channel: paramiko.Channel) -> None:
        with suppress(OSError, EOFError, paramiko.SSHException):
            talk(self._mode, self._server, channel)


def speak_ssh(mode: str, key: paramiko.PKey, connection: socket.socket) -> None:
    window = 1 << 15 if mode == "window_by_the_byte" else 1 << 21
    server = paramiko.Transport(connection, default_window_size=window)
    if mode == "hostile_version":
        server.local_version = f"SSH-2.0-x {HOSTILE}"
    server.add_server_key(key)
    server.start_server(event=threading.Event(), server=Host(mode, server))
    server.join()


def speak_raw(mode: str, connection: socket.socket) -> None:
    RAW[mode](connection.sendall)
    while connection.recv(4096):
        pass


def listen(speak: Callable[[socket.socket], None]) -> int:
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError, EOFError, paramiko.SSHException):
            speak(connection)

    threading.Thread(target=accept, daemon=True).start()
    port: int = listener.getsockname()[1]
    return port


def main() -> None:
    key = paramiko.ECDSAKey.generate()
    ports = {mode: listen(partial(speak_raw, mode)) for mode in RAW}
    for mode in (*AT_LOGIN, *BEFORE_SFTP, *REPLIES, *OTHERS):
        ports[mode] = listen(partial(speak_ssh, mode, key))
    host_key = f"{key.get_name()} {key.get_base64()}"
    print(json.dumps({"host_key": host_key, "ports": ports}), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
