"""SFTP servers that say something else now and then: each port, its own way, the same every time.

`python -m tests.doubles.mutating_sftp COUNT` prints {"host_key": ..., "ports": {seed: port}} and
serves until its standard input ends. Everybody may log in.
"""

import json
import random
import socket
import struct
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import paramiko
from paramiko import common
from paramiko.packet import Packetizer

from tests.doubles.attacking_sftp import Host, listen
from tests.doubles.good_sftp import INIT, GoodSftp

FIRST_MESSAGES = 40  # of SSH; a whole visit has about 150
FIRST_REPLIES = 60  # of SFTP
ODD_NUMBERS = (0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 1 << 20, 40_000)
LOGINS = ("password", "publickey,password", "keyboard-interactive")
OLDER = {"ciphers": ("aes128-ctr",), "digests": ("hmac-sha2-256",)}  # not authenticated in one
KINDS = (*range(1, 8), 20, 21, *range(30, 35), *range(50, 54), 60, *range(80, 83), *range(90, 101))

Change = Callable[[random.Random, bytes], bytes]


def flip(rng: random.Random, said: bytes) -> bytes:
    changed = bytearray(said)
    for _ in range(rng.randint(1, 4)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def number(rng: random.Random, said: bytes) -> bytes:
    at = rng.randrange(max(1, len(said) - 3))
    return said[:at] + struct.pack(">I", rng.choice(ODD_NUMBERS)) + said[at + 4 :]


def cut(rng: random.Random, said: bytes) -> bytes:
    return said[: rng.randint(1, len(said))]


def lengthen(rng: random.Random, said: bytes) -> bytes:
    return said + rng.randbytes(rng.choice((1, 100, 33_000)))


def junk(rng: random.Random, said: bytes) -> bytes:
    return said[:1] + rng.randbytes(rng.randint(0, 300))


CHANGES: tuple[Change, ...] = (flip, number, cut, lengthen, junk)


class Mutating(Packetizer):  # type: ignore[misc]  # paramiko has no types
    """Changes messages of the server before they are encrypted."""

    def __init__(self, connection: socket.socket, seed: int) -> None:
        super().__init__(connection)
        self._rng, self._count = random.Random(seed), 0  # noqa: S311 - no secret
        self._at = self._rng.randrange(FIRST_MESSAGES) if seed % 2 else -1
        self._damages = False

    def write_all(self, out: bytes) -> None:
        """Sometimes damaged on its way, as it is encrypted."""
        damaged, self._damages = self._damages, False
        super().write_all(flip(self._rng, out) if damaged else out)

    def send_message(self, data: paramiko.Message) -> None:
        self._count += 1
        said = data.asbytes()
        if self._count != self._at:
            super().send_message(data)
            return
        match self._rng.randrange(5):
            case 4:
                self._damages = True
                super().send_message(data)
            case 0:
                pass  # it is lost
            case 1:
                kind = bytes([self._rng.choice(KINDS)])
                super().send_message(paramiko.Message(kind + self._rng.randbytes(40)))
                super().send_message(data)
            case 2:
                super().send_message(data)
                super().send_message(data)
            case _:
                change = self._rng.choice(CHANGES)
                super().send_message(paramiko.Message(change(self._rng, said)))


def talk(seed: int, channel: paramiko.Channel) -> None:
    good, received, rng = GoodSftp(), bytearray(), random.Random(seed)  # noqa: S311 - no secret
    at, count = (-1 if seed % 2 else rng.randrange(FIRST_REPLIES)), 0
    while piece := channel.recv(1 << 20):
        received += piece
        while len(received) >= 9:
            length, kind, request = struct.unpack_from(">IBI", received)
            if len(received) < 4 + length:
                break
            body = bytes(received[9 : 4 + length])
            del received[: 4 + length]
            answer = good.answer(kind, request, body)
            if count == at:
                answer = changed(rng, answer, 5 if kind == INIT else 9)
            count += 1
            channel.sendall(answer)


def changed(rng: random.Random, answer: bytes, head: int) -> bytes:
    """Mostly with a length that is right, so that it is read as a packet."""
    change = rng.choice(CHANGES)
    if rng.random() < 0.1:
        return change(rng, answer)
    kept = 4 if rng.random() < 0.3 else head
    if len(answer) <= kept:
        return answer
    packet = answer[4:kept] + change(rng, answer[kept:])
    return struct.pack(">I", len(packet)) + packet


class Mutant(Host):
    def __init__(self, seed: int, server: paramiko.Transport) -> None:
        super().__init__("good", server)
        self._seed = seed

    def get_allowed_auths(self, username: str) -> str:
        return LOGINS[self._seed // 2 % len(LOGINS)]

    def check_auth_password(self, username: str, password: str) -> object:
        if "password" not in self.get_allowed_auths(username):
            return common.AUTH_FAILED
        return common.AUTH_SUCCESSFUL

    def check_auth_interactive(self, username: str, submethods: str) -> object:
        return paramiko.InteractiveQuery("Hello", "Say it", ("Password: ", False))

    def check_auth_interactive_response(self, responses: list[str]) -> object:
        return common.AUTH_SUCCESSFUL

    def check_channel_subsystem_request(self, channel: paramiko.Channel, name: str) -> bool:
        threading.Thread(target=self._answer, args=(channel,), daemon=True).start()
        return True

    def _answer(self, channel: paramiko.Channel) -> None:
        with suppress(OSError, EOFError, paramiko.SSHException):
            talk(self._seed, channel)


def speak(seed: int, key: paramiko.PKey, connection: socket.socket) -> None:
    server = paramiko.Transport(connection, packetizer_class=partial(Mutating, seed=seed))
    server.add_server_key(key)
    options = server.get_security_options()
    for name, values in OLDER.items() if seed % 5 == 0 else ():
        setattr(options, name, values)
    server.start_server(event=threading.Event(), server=Mutant(seed, server))
    server.join()


def main() -> None:
    key = paramiko.ECDSAKey.generate()
    ports = {seed: listen(partial(speak, seed, key)) for seed in range(int(sys.argv[1]))}
    print(
        json.dumps({"host_key": f"{key.get_name()} {key.get_base64()}", "ports": ports}), flush=True
    )
    sys.stdin.read()


if __name__ == "__main__":
    main()
